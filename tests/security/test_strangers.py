"""Somebody in radio range: with our service, our name, or a sensor's place on the allow-list."""

from dataclasses import replace

from dsp.mount import Mount
from ingest.packet import Kind
from tests.ingest.test_ble import linked, sensor, worn

LEFT = Mount.LEFT_SHIN


async def test_a_stranger_is_not_even_connected_to_while_ours_is_away() -> None:
    ours, twin, stranger = (sensor(LEFT, serial) for serial in ("1-00A1", "2-00A1", "B2"))
    assert twin.name == ours.name
    assert twin.address != ours.address
    async with linked([twin, stranger], [worn(ours)]) as heard:
        begin_ns = heard.clock.now_ns()
        # Longer than three windows of scanning; run time is what passes, not a packet.
        await heard.until(lambda: heard.clock.now_ns() - begin_ns > 15e9)
        assert heard.packets == []
    assert not twin.started
    assert not stranger.started


async def test_bonding_encrypts_the_link_before_anything_is_read() -> None:
    ours = sensor(LEFT, "A1")
    async with linked([ours], [replace(worn(ours), pair=True)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 20)
        connection = heard.radio.firmwares[0].server.connection
        assert connection is not None
        assert connection.is_encrypted
        assert heard.links(LEFT) == [b"connected"]
    async with linked([plain := sensor(LEFT, "C3")], [worn(plain)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 0)
        connection = heard.radio.firmwares[0].server.connection
        assert connection is not None
        assert not connection.is_encrypted
