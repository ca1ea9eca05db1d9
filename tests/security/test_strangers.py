"""Somebody in radio range: with our service, our name, or a sensor's place on the allow-list."""

from dataclasses import replace

from dsp.mount import Mount
from ingest.packet import Kind
from tests.ingest.test_ble import hearing, sensor, worn

LEFT = Mount.LEFT_SHIN


async def test_a_stranger_is_not_even_connected_to_while_ours_is_away() -> None:
    ours, twin, stranger = (sensor(LEFT, serial) for serial in ("1-00A1", "2-00A1", "B2"))
    assert twin.name == ours.name
    assert twin.address != ours.address
    async with hearing([twin, stranger], [worn(ours)]) as heard:
        await heard.last(15.0)  # longer than three windows of scanning
        assert heard.packets == []
    assert not twin.started
    assert not stranger.started


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
