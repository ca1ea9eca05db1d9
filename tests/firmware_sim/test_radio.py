"""The simulated radio, through Bleak as the product uses it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError, BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from dsp.mount import Mount
from firmware_sim.clock import Clock, now_s
from firmware_sim.encoder import Layout, Op, uuid_of
from firmware_sim.faults import Faults, parse_faults
from firmware_sim.radio import SimulatedRadio
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from tests.firmware_sim.wire import counters, read_data, steady_player

INFO, CONFIG, CONTROL, DATA, SYNC, STATS = (uuid_of(short) for short in range(2, 8))
BATTERY = "00002a19-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"
PATIENCE_S = 10.0


def make_sensor(
    mount: Mount = Mount.LEFT_SHIN, *faults: str, duration_s: float = 120.0, holds: bool = True
) -> VirtualSensor:
    return VirtualSensor(
        steady_player(duration_s, mount=mount),
        Traits(mount, f"TEST-{list(Mount).index(mount):04d}", holds_source=holds),
        faults=Faults(parse_faults(faults), mount=mount, seed=3),
    )


async def until(condition: Callable[[], object]) -> None:
    """Wait on a condition, not on time."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def gone(client: BleakClient) -> None:
    await until(lambda: not client.is_connected)


async def find(radio: SimulatedRadio, sensor: VirtualSensor) -> BLEDevice:
    device = await BleakScanner.find_device_by_filter(
        lambda d, _: d.address == sensor.address,
        timeout=PATIENCE_S,
        service_uuids=[uuid_of(1)],
        backend=radio.scanner_backend,
    )
    assert device is not None
    return device


@dataclass
class Receiver:
    """One client of one sensor: connects anew as often as told, keeps what arrives."""

    radio: SimulatedRadio
    sensor: VirtualSensor
    packets: list[bytes] = field(default_factory=list)
    arrivals_s: list[float] = field(default_factory=list)
    results: list[bytes] = field(default_factory=list)
    losses: int = 0

    async def reach(self, n: int) -> None:
        """Wait for n packets since the beginning."""
        await until(lambda: len(self.packets) >= n)

    async def start(self) -> BleakClient:
        def received(_: object, value: bytearray) -> None:
            self.arrivals_s.append(now_s(self.radio.clock))
            self.packets.append(bytes(value))

        def lost(_: BleakClient) -> None:
            self.losses += 1

        client = await establish_connection(
            BleakClient,
            await find(self.radio, self.sensor),
            self.sensor.name,
            disconnected_callback=lost,
            backend=self.radio.client_backend,
        )
        await client.start_notify(DATA, received)
        await client.start_notify(CONTROL, lambda _, value: self.results.append(bytes(value)))
        await client.write_gatt_char(CONTROL, bytes([Op.START, 0]), response=True)
        return client


async def test_two_sensors_stream_without_loss() -> None:
    sensors = [make_sensor(Mount.LEFT_SHIN), make_sensor(Mount.RIGHT_SHIN)]
    async with SimulatedRadio(sensors, clock=Clock(10.0)) as radio:
        receivers = [Receiver(radio, sensor) for sensor in sensors]
        clients = [await receiver.start() for receiver in receivers]
        await until(lambda: all(len(r.packets) > 100 for r in receivers))
        assert [client.mtu_size for client in clients] == [247, 247]
        for receiver in receivers:
            numbers = counters(receiver.packets)
            assert numbers == list(range(len(numbers)))
            assert receiver.results == [bytes([Op.START, 0])]


async def test_scan_shows_name_and_service_and_only_who_is_there() -> None:
    here, away = make_sensor(Mount.LEFT_SHIN), make_sensor(Mount.RIGHT_SHIN, "disconnect=200:199.9")
    async with SimulatedRadio([here, away], clock=Clock(200.0)) as radio:
        await until(lambda: now_s(radio.clock) > 200 and radio.firmwares[0].server.advertising)
        async with asyncio.timeout(PATIENCE_S), BleakScanner(backend=radio.scanner_backend) as scanner:
            heard = [await anext(scanner.advertisement_data()) for _ in range(6)]
        assert {device.address for device, _ in heard} == {here.address}
        device, advertisement = heard[0]
        assert device.name == advertisement.local_name == here.name == "Knee-0000"
        assert advertisement.service_uuids == [uuid_of(1)]
        other = "0000180d-0000-1000-8000-00805f9b34fb"
        strict = BleakScanner(service_uuids=[other], backend=radio.scanner_backend)
        seen: list[BLEDevice] = []
        async with strict, BleakScanner(lambda d, _: seen.append(d), backend=radio.scanner_backend):
            await until(lambda: len(seen) > 4)
        assert strict.discovered_devices == []


async def test_characteristics_answer_and_refuse() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        async with BleakClient(await find(radio, sensor), backend=radio.client_backend) as client:
            assert await client.read_gatt_char(INFO) == sensor.info.encode()
            assert await client.read_gatt_char(CONFIG) == sensor.config.encode()
            assert await client.read_gatt_char(BATTERY) == bytes([85])
            assert await client.read_gatt_char(MODEL_NUMBER) == b"Virtual Knee"
            config = bytearray(sensor.config.encode())
            config[1] = Layout.ACC
            await client.write_gatt_char(CONFIG, config, response=True)
            assert sensor.config.layout is Layout.ACC
            config[4] ^= 0xFF
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.write_gatt_char(CONFIG, config, response=True)
            assert refused.value.code == 0x80
            await client.write_gatt_char(CONTROL, bytes([Op.START, 0]), response=True)
            await client.write_gatt_char(CONFIG, sensor.config.encode(), response=True)
            changed = bytearray(sensor.config.encode())
            changed[20] = 200
            with pytest.raises(BleakGATTProtocolError) as started:
                await client.write_gatt_char(CONFIG, changed, response=True)
            assert started.value.code == 0x81
            with pytest.raises(BleakGATTProtocolError):
                await client.write_gatt_char(CONTROL, b"\1", response=True)
        with pytest.raises(BleakError):
            await client.read_gatt_char(INFO)


async def test_time_sync_and_stats_tell_the_sensors_clock_and_counters() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        receiver = Receiver(radio, sensor)
        client = await receiver.start()
        replies: list[bytes] = []
        stats: list[bytes] = []
        await client.start_notify(SYNC, lambda _, value: replies.append(bytes(value)))
        await client.start_notify(STATS, lambda _, value: stats.append(bytes(value)))
        before_us = sensor.tick_us(now_s(radio.clock))
        await client.write_gatt_char(SYNC, bytes([7, 0, *range(8)]), response=True)
        await until(lambda: replies and len(stats) > 2)
        after_us = sensor.tick_us(now_s(radio.clock))
        receipt_us, sending_us = (int.from_bytes(replies[0][at : at + 4], "little") for at in (10, 14))
        assert replies[0][:10] == bytes([7, 0, *range(8)])
        assert before_us <= receipt_us <= sending_us <= after_us
        sent = [int.from_bytes(s[4:8], "little") for s in stats]
        assert sent == sorted(sent)
        assert sent[-1] <= sensor.truth.sent
        assert int.from_bytes(stats[-1][16:18], "little") * 1.25 == 30.0


@pytest.mark.parametrize("interval_ms", [7.5, 30.0, 50.0])
async def test_notifications_arrive_on_the_grid_of_the_connection_interval(interval_ms: float) -> None:
    """In slow motion: by which a busy machine is late is a quarter of that in run time."""
    sensor = make_sensor()
    clock = Clock(0.25)
    async with SimulatedRadio([sensor], clock=clock, connection_interval_s=interval_ms * 1e-3) as radio:
        receiver = Receiver(radio, sensor)
        await receiver.start()
        await until(lambda: len(receiver.arrivals_s) >= 16)
    # The first notifications may still travel at the interval of the set-up.
    phases = np.array(receiver.arrivals_s[3:]) / (interval_ms * 1e-3) % 1.0
    around = np.angle(np.mean(np.exp(2j * np.pi * phases))) / (2 * np.pi)
    off_ms = np.abs((phases - around + 0.5) % 1.0 - 0.5) * interval_ms
    assert np.median(off_ms) < 1.0


async def test_out_of_range_and_back_nothing_is_lost() -> None:
    sensor = make_sensor(Mount.LEFT_SHIN, "disconnect=8:3")
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        receiver = Receiver(radio, sensor)
        for _ in range(3):
            client = await receiver.start()
            await gone(client)
        assert receiver.losses == 3
        await receiver.start()
        # Few: on a slow machine much of the time in range is over when it has connected.
        await receiver.reach(len(receiver.packets) + 10)
    numbers = counters(receiver.packets)
    missed = numbers[-1] + 1 - len(numbers)
    assert missed == sensor.truth.lost_on_link + sensor.truth.dropped
    assert sensor.truth.dropped == 0
    assert missed < 0.02 * len(numbers)


async def test_a_reboot_drops_the_link_and_begins_a_new_count() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        receiver = Receiver(radio, sensor)
        client = await receiver.start()
        await receiver.reach(11)
        await client.write_gatt_char(CONTROL, bytes([Op.RESET, 0]), response=True)
        await until(lambda: receiver.losses == 1)
        assert bytes([Op.RESET, 0]) in receiver.results
        await receiver.start()
        await until(lambda: {read_data(p).boot for p in receiver.packets} == {1, 2})
    first = next(d for d in map(read_data, receiver.packets) if d.boot == 2)
    assert first.counter == 0
    assert first.tick_us < 10_000_000


async def test_a_stalled_process_loses_nothing() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(20.0)) as radio:
        receiver = Receiver(radio, sensor)
        await receiver.start()
        await receiver.reach(10)
        time.sleep(1.0)  # noqa: ASYNC251 - 20 s of run time, twice the sensor's memory
        await receiver.reach(len(receiver.packets) + 200)
    numbers = counters(receiver.packets)
    assert numbers == list(range(len(numbers)))
    assert sensor.truth.dropped == 0


async def test_many_reconnects_of_two_sensors() -> None:
    sensors = [make_sensor(Mount.LEFT_SHOE), make_sensor(Mount.RIGHT_SHOE)]
    async with SimulatedRadio(sensors, clock=Clock(20.0)) as radio:
        receivers = [Receiver(radio, sensor) for sensor in sensors]
        for round_ in range(10):
            clients = await asyncio.gather(*(receiver.start() for receiver in receivers))
            for receiver in receivers:
                await receiver.reach(len(receiver.packets) + 5)
            await clients[round_ % 2].disconnect()
            await clients[1 - round_ % 2].disconnect()
        assert [receiver.losses for receiver in receivers] == [10, 10]
        for receiver in receivers:
            numbers = counters(receiver.packets)
            missed = numbers[-1] + 1 - len(numbers)
            assert missed <= receiver.sensor.samples_lost


async def test_streaming_begins_with_start_only() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(20.0)) as radio:
        receiver = Receiver(radio, sensor)
        client = await receiver.start()
        await receiver.reach(6)
        await client.disconnect()
        taken = sensor.truth.taken
        received: list[bytes] = []
        async with BleakClient(await find(radio, sensor), backend=radio.client_backend) as client:
            await client.start_notify(DATA, lambda _, value: received.append(bytes(value)))
            await until(lambda: sensor.truth.taken > taken + 200)
            assert received == []
            lost_on_link = sensor.truth.lost_on_link
            await client.write_gatt_char(CONTROL, bytes([Op.START, 0]), response=True)
            await until(lambda: len(received) > 5)
    assert counters(received)[0] == counters(receiver.packets)[-1] + 1 + lost_on_link


async def test_connecting_to_who_is_not_there_fails_and_leaves_the_radio_usable() -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(20.0)) as radio:
        absent = BLEDevice("C0:4B:00:00:00:00", "Knee-none", {})
        with pytest.raises(BleakError):
            await BleakClient(absent, backend=radio.client_backend, timeout=4.0).connect()
        impatient = asyncio.create_task(BleakClient(absent, backend=radio.client_backend).connect())
        await until(lambda: radio.client_backend.central.connecting.locked())
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        receiver = Receiver(radio, sensor)
        await receiver.start()
        await receiver.reach(4)


async def test_a_request_that_the_link_breaks_is_an_error_and_no_cancellation() -> None:
    sensor = make_sensor(Mount.LEFT_SHIN, "disconnect=15:5")
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        client = BleakClient(await find(radio, sensor), backend=radio.client_backend)
        await client.connect()

        async def read_for_ever() -> None:
            while True:
                await client.read_gatt_char(STATS)

        with pytest.raises(BleakError):
            await asyncio.wait_for(read_for_ever(), PATIENCE_S)
        assert not client.is_connected


async def test_cancelling_a_request_at_any_moment_leaves_the_link_usable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sensor = make_sensor()
    async with SimulatedRadio([sensor], clock=Clock(10.0)) as radio:
        client = BleakClient(await find(radio, sensor), backend=radio.client_backend)
        await client.connect()
        for turns in range(60):
            request = asyncio.create_task(client.read_gatt_char(INFO))
            for _ in range(turns):
                await asyncio.sleep(0)
            in_time = request.cancel()
            await asyncio.wait([request])
            assert request.cancelled() == in_time
        assert await client.read_gatt_char(INFO) == sensor.info.encode()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_failing_sensor_fails_the_radio() -> None:
    sensor = make_sensor()

    def broken(*_: object, **__: object) -> list[bytes]:
        raise RuntimeError("broken sensor")

    sensor.advance = broken  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="broken sensor"):
        async with SimulatedRadio([sensor]) as radio:
            await until(lambda: radio.failed)


async def test_of_a_link_that_ends_in_mid_word_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with SimulatedRadio([make_sensor()]) as radio:
        host = radio.firmwares[0].server._device.host
        host.send_acl_sdu(0x0ABC, b"late")
        assert caplog.messages == []
        host.send_iso_sdu(0x0ABC, b"other troubles are told")
        assert len(caplog.messages) == 1
