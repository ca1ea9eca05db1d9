"""Packets that cannot be read are counted, and who runs is told why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from tests.kneeload.test_last_runs import go, settings
from tests.kneeload.virtual_packets import running


def newer(data: bytes) -> bytes:
    """As a firmware of protocol version 2 would send."""
    return bytes([data[0] & 0x0F | 0x20]) + data[1:]


def spoilt(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def notes(folder: Path, spoil: Callable[[bytes], bytes], every: int) -> list[str]:
    """What was said of them in a run in which each so many-th packet with samples is another."""
    packets: list[Packet] = []
    for number, packet in enumerate(running(Mount.LEFT_SHIN, 12.0)):
        bad = packet.kind is Kind.DATA and number % every == 0
        packets.append(replace(packet, data=spoil(packet.data)) if bad else packet)
    return [note for note in go(settings(folder), packets)[1] if "cannot be used" in note]


@pytest.mark.parametrize(
    ("spoil", "every", "why"),
    [
        (newer, 1, "DATA: protocol version 2 is newer, this program knows 1: update kneeload"),
        (spoilt, 4, "does not fit: corrupted on the way"),
    ],
)
def test_many_are_told_of_once_and_why(
    tmp_path: Path, spoil: Callable[[bytes], bytes], every: int, why: str
) -> None:
    (note,) = notes(tmp_path, spoil, every)
    assert "left-shin: " in note
    assert note.endswith(why)


def test_a_few_are_not_told_of(tmp_path: Path) -> None:
    assert notes(tmp_path, spoilt, 40) == []
