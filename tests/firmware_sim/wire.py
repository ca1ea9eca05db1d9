"""What tests read out of DATA packets, straight from the table of docs/gatt-profile.md."""

import struct
from binascii import crc_hqx
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from firmware_sim.motion import Samples
from firmware_sim.player import Player

__all__ = ["Data", "counters", "read_data", "steady_player", "whole"]


@dataclass(frozen=True)
class Data:
    layout: int
    flags: int
    n: int
    boot: int
    counter: int
    tick_us: int
    interval_us: int
    values: NDArray[np.int16]

    @property
    def ticks_us(self) -> NDArray[np.int64]:
        """(n,) device time of each sample."""
        return self.tick_us + self.interval_us * np.arange(self.n)


def read_data(packet: bytes) -> Data:
    first, flags, n, boot, counter, tick_us, interval_us = struct.unpack_from("<BBBBIIH", packet)
    values = np.frombuffer(packet[14:-2], dtype="<i2").reshape(n, -1)
    return Data(first & 0x0F, flags, n, boot, counter, tick_us, interval_us, values)


def whole(packet: bytes) -> bool:
    """The checksum at the end is that of the rest."""
    return packet[-2:] == crc_hqx(packet[:-2], 0xFFFF).to_bytes(2, "little")


def counters(packets: Iterable[bytes]) -> list[int]:
    """The number of every sample in the packets, in order of arrival."""
    return [d.counter + k for d in map(read_data, packets) for k in range(d.n)]


def steady_player(
    duration_s: float, *, rate_hz: float = 200.0, mount: Mount = Mount.LEFT_SHIN, six_axis: bool = True
) -> Player:
    """A recording of noise without gaps; the mount is its seed."""
    random = np.random.default_rng(list(Mount).index(mount))
    n = round(duration_s * rate_hz)
    t_us = np.rint(np.arange(n) * 1e6 / rate_hz).astype(np.int64)
    gyro_dps = random.normal(0, 100, (n, 3)) if six_axis else None
    return Player(t_us, random.normal(0, 1, (n, 3)), gyro_dps)


def taken(player: Player) -> Samples:
    """All that is left of a recording."""
    return player.take(float("inf"))
