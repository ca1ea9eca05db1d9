"""The way in: BLE link, sensor decoders, device clock, packet recording, file import."""
