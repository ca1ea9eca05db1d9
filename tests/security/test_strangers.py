"""Somebody in radio range: with our service, our name, or a sensor's place on the allow-list."""

from dataclasses import replace

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.encoder import Config, Result
from firmware_sim.gait import GaitSource
from firmware_sim.radio import SimulatedRadio
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.nearby import scan
from ingest.packet import Kind
from tests.ingest.test_ble import PLAN, SPEEDUP, hearing, sensor, worn

LEFT = Mount.LEFT_SHIN


class Overheard(VirtualSensor):
    """asked: whether anybody wrote what it obeys."""

    asked = False

    def write_config(self, wanted: Config) -> None:
        self.asked = True
        super().write_config(wanted)

    def control(self, op: int, argument: int, *, now_s: float) -> Result:
        self.asked = True
        return super().control(op, argument, now_s=now_s)


async def test_a_stranger_is_not_even_connected_to_while_ours_is_away() -> None:
    ours, twin, stranger = (sensor(LEFT, serial) for serial in ("1-00A1", "2-00A1", "B2"))
    assert twin.name == ours.name
    assert twin.address != ours.address
    async with hearing([twin, stranger], [worn(ours)]) as heard:
        await heard.last(15.0)  # longer than three windows of scanning
        assert heard.packets == []
    assert not twin.started
    assert not stranger.started


async def test_a_scan_reads_a_strangers_battery_and_asks_nothing_of_it() -> None:
    stranger = Overheard(GaitSource(LEFT, PLAN, rate_hz=208.0, seed=1), Traits(LEFT, serial="B2"))
    clock = Clock(SPEEDUP)
    async with SimulatedRadio([stranger], clock=clock) as radio:
        (found,) = await scan(
            duration_s=2.0,
            client_backend=radio.client_backend,
            scanner_backend=radio.scanner_backend,
            sleep=clock.sleep,
        )
    assert found.battery_percent == 85.0
    assert not stranger.asked


async def test_bonding_encrypts_the_link_before_anything_is_read() -> None:
    ours = sensor(LEFT, "A1")
    async with hearing([ours], [replace(worn(ours), pair=True)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 20)
        connection = heard.radio.firmwares[0].server.connection
        assert connection is not None
        assert connection.is_encrypted
        assert heard.links(LEFT) == [b"connected"]
    async with hearing([plain := sensor(LEFT, "C3")], [worn(plain)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 0)
        connection = heard.radio.firmwares[0].server.connection
        assert connection is not None
        assert not connection.is_encrypted
