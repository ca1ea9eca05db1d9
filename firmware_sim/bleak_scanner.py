"""Bleak's scanner on the simulated radio. radio.py makes a subclass bound to its central."""

from typing import Any, ClassVar

from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bumble.core import AdvertisingData
from bumble.device import Advertisement

from firmware_sim.central import Central
from firmware_sim.uuids import uuid_text

__all__ = ["SimulatedScanner"]


class SimulatedScanner(BaseBleakScanner):
    """Bleak's scanner over the central. Takes and ignores what other backends take (bluez, cb, ...)."""

    central: ClassVar[Central]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",  # noqa: ARG002
        **_ignored: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        await self.central.listen(self._heard)

    async def stop(self) -> None:
        await self.central.stop_listening(self._heard)

    def _heard(self, advertisement: Advertisement) -> None:
        data = advertisement.data
        kinds = AdvertisingData.Type
        long = data.get_all(kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS)
        short = data.get_all(kinds.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
        names = data.get_all(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
        seen = AdvertisementData(
            local_name=names[0] if names else None,
            manufacturer_data={},
            service_data={},
            service_uuids=[uuid_text(uuid) for uuids in (*long, *short) for uuid in uuids],
            tx_power=None,
            rssi=advertisement.rssi,
            platform_data=(),
        )
        if not self.is_allowed_uuid(seen.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, seen.local_name, {}, seen)
        self.call_detection_callbacks(device, seen)
