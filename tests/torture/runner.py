"""The packets of a simulated run, made once: what a child process is fed with, again and again."""

import pickle
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from dsp.mount import Mount
from firmware_sim.plan import Phase, Plan
from ingest.packet import Kind, Packet
from tests.kneeload.virtual_packets import FAMILY, virtual_packets

__all__ = ["FAMILIES", "MOUNTS", "after_connecting", "load_packets", "save_packets"]

MOUNTS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
FAMILIES = dict.fromkeys(MOUNTS, FAMILY)


def save_packets(path: Path, duration_s: float, *, seed: int = 1) -> Path:
    """Write the packets of two shins that run; returns the path."""
    plan = Plan.of(Phase(activity="stand", duration_s=3.0), Phase(activity="run"))
    packets = virtual_packets(dict.fromkeys(MOUNTS, plan), duration_s, seed=seed)
    assert all(a.arrival_ns <= b.arrival_ns for a, b in pairwise(packets))
    path.write_bytes(pickle.dumps(packets))
    return path


def load_packets(path: Path) -> list[Packet]:
    """What save_packets wrote."""
    packets = pickle.loads(path.read_bytes())
    assert isinstance(packets, list)
    return packets


def after_connecting(packets: Sequence[Packet], now_ns: int) -> Iterator[Packet]:
    """What a receiver gets that connects now: what is read at a connection's start, then what follows."""
    for packet in packets:
        if packet.arrival_ns == 0:
            yield Packet(packet.mount, packet.family, packet.kind, now_ns, packet.data)
    for packet in packets:
        if packet.arrival_ns > now_ns and packet.kind is not Kind.LINK:
            yield packet
