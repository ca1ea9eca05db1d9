"""Packets that cannot be read are counted, and who runs is told why."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from kneeload.analyze import analyze
from kneeload.journal import Journal
from tests.kneeload.test_analyze_packets import record
from tests.kneeload.test_last_runs import go, settings
from tests.kneeload.virtual_packets import running


def newer(data: bytes) -> bytes:
    """As a firmware of protocol version 2 would send."""
    return bytes([data[0] & 0x0F | 0x20]) + data[1:]


def spoilt(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def run_of(spoil: Callable[[bytes], bytes], every: int, mount: Mount = Mount.LEFT_SHIN) -> list[Packet]:
    """A run in which each so many-th packet with samples is another."""
    packets: list[Packet] = []
    for number, packet in enumerate(running(mount, 12.0)):
        bad = packet.kind is Kind.DATA and number % every == 0
        packets.append(replace(packet, data=spoil(packet.data)) if bad else packet)
    return packets


def notes(folder: Path, spoil: Callable[[bytes], bytes], every: int) -> list[str]:
    """What was said of them during the run."""
    return [note for note in go(settings(folder), run_of(spoil, every))[1] if "cannot be used" in note]


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


def test_samples_are_not_called_unusable_for_counters_that_cannot_be_read(tmp_path: Path) -> None:
    """As of a firmware that has more to count: once a second, beside samples that are all well."""
    packets = running(Mount.LEFT_SHIN, 30.0)
    data = [packet for packet in packets if packet.kind is Kind.DATA]
    packets += [replace(packet, kind=Kind.STATS, data=b"more") for packet in data[::12]]
    said = go(settings(tmp_path), sorted(packets, key=lambda packet: packet.arrival_ns))[1]
    assert not [note for note in said if "cannot be used" in note]
    with Journal.open(tmp_path) as journal:
        (entry,) = journal.runs()
        (*_, last) = journal.health(entry.run)
    assert (last.packets_bad, last.samples_lost) == (len(data[::12]), 0)


@pytest.mark.parametrize(
    ("every", "said"), [(4, "left-shin: [0-9]+ of [0-9]+ packets cannot be used: "), (100, "")]
)
def test_a_recording_with_many_is_doubted(tmp_path: Path, every: int, said: str) -> None:
    path = record(tmp_path / "run" / "packets.mcap", run_of(spoilt, every))
    (analysis,) = analyze([path], None)
    assert re.search(said, analysis.origin.doubt)
    assert bool(analysis.origin.doubt) is bool(said)


def test_a_sensor_of_which_none_can_be_used_is_doubted_beside_one_that_is_well(tmp_path: Path) -> None:
    packets = run_of(newer, 1) + run_of(spoilt, 100, Mount.RIGHT_SHIN)
    path = record(tmp_path / "run" / "packets.mcap", sorted(packets, key=lambda packet: packet.arrival_ns))
    left, right = analyze([path], None)
    assert re.search("left-shin: ([0-9]+) of \\1 packets cannot be used", left.origin.doubt)
    assert right.origin.doubt == ""
