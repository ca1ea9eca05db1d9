"""What the product says, in the sensors' own time: when it really was, however late it arrived."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from firmware_sim.sensor import VirtualSensor
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from tests.torture.runner import FAMILIES as FAMILY_OF

__all__ = ["OwnTime", "TellingSensor"]

# Where a packet has the tick of its first sample (docs/gatt-profile.md).
TICK = slice(8, 12)
TICK_WRAP = 1 << 32

Floats = NDArray[np.float64]


class TellingSensor(VirtualSensor):
    """Says when the first sample of each of its packets was taken. taken_s: that, by the packet's bytes."""

    taken_s: dict[bytes, float]

    def advance(self, now_s: float, *, room: int = 1000) -> list[bytes]:
        packets = super().advance(now_s, room=room)
        tick_us = self.tick_us(now_s)
        for packet in packets:
            age_us = (tick_us - int.from_bytes(packet[TICK], "little")) % TICK_WRAP
            self.taken_s[packet] = now_s - age_us * 1e-6
        return packets


class OwnTime:
    """Follows the product's clock from packet to packet, with a stream of the same kind."""

    def __init__(self, sensors: Sequence[TellingSensor]) -> None:
        self._taken_s: dict[bytes, float] = {}
        for sensor in sensors:
            sensor.taken_s = self._taken_s
        self._streams = {mount: SensorStream(mount, FAMILIES[name]) for mount, name in FAMILY_OF.items()}
        # Of each block's first and last sample: time given out, time when it was taken, uncertainty, all s.
        self._points: dict[Mount, list[tuple[float, float, float]]] = {mount: [] for mount in FAMILY_OF}

    def receive(self, packet: Packet) -> Packet:
        """The packet as it would have arrived without any delay."""
        stream = self._streams.get(packet.mount)
        if stream is None:
            return packet
        block = stream.receive(packet)
        taken_s = self._taken_s.get(packet.data)
        if packet.kind is not Kind.DATA or taken_s is None:
            return packet
        if block is None:
            return replace(packet, arrival_ns=round(taken_s * 1e9))
        last_s = taken_s + (len(block) - 1) / block.rate_hz
        doubt_s = stream.clock.uncertainty_s or 0.0
        self._points[packet.mount] += [
            (float(block.t_us[at]) * 1e-6, own_s, doubt_s) for at, own_s in ((0, taken_s), (-1, last_s))
        ]
        return replace(packet, arrival_ns=round(last_s * 1e9))

    def of(self, mount: Mount, times_s: Sequence[float]) -> tuple[Floats, Floats]:
        """(when it really was, how uncertain the sensor was said to be) for times that were given out, s."""
        points = np.array(self._points[mount]).reshape(-1, 3)
        if not len(points) or not times_s:
            return np.zeros(0), np.zeros(0)
        return np.interp(times_s, points[:, 0], points[:, 1]), np.interp(times_s, points[:, 0], points[:, 2])
