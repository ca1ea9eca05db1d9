"""What a sensor family is to the rest of the program: how to find it, start it and read it.

A family is one file beside this one: it fills a Family and a Decoder and is named in sensors.FAMILIES.
A family whose sensors send no counter or tick (20-byte WitMotion frames, say) makes them up in its decoder.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.packet import Kind

__all__ = ["BATTERY_LEVEL_UUID", "Decoder", "Family", "Read", "Samples", "Step", "Wanted", "Write"]

BATTERY_LEVEL_UUID = "00002a19-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration asks of a sensor; None = as the sensor has it."""

    mount: Mount
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyro: bool | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One write, with response. An optional one may be refused: the sensor stays as it is."""

    uuid: str
    data: bytes
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a characteristic; what it gives becomes a packet."""

    uuid: str
    kind: Kind


Step = Write | Read


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples of one notification in physical units, on the device's own clock.

    boot: changes when the sensor restarted; counter: number of the first sample since boot, mod 2**32.
    tick_us: device time of the first sample, mod 2**32; interval_us: between samples.
    acc_g: (n, 3) float64 C-contiguous; gyro_dps the same or None. clipped: samples at the end of the range.
    """

    boot: int
    counter: int
    tick_us: int
    interval_us: int
    acc_g: NDArray[np.float64]
    gyro_dps: NDArray[np.float64] | None
    clipped: int


class Decoder(Protocol):
    """Bytes of one sensor -> samples. Pure state: scales from the configuration, nothing else."""

    rate_hz: float | None
    acc_range_g: float | None
    gyro_range_dps: float | None

    def receive(self, kind: Kind, data: bytes) -> Samples | None:
        """Take what came from a characteristic; samples if it held any. Raises DecodeError."""

    def battery(self, data: bytes) -> float:
        """Percent, from the bytes of a Kind.BATTERY packet. Raises DecodeError."""

    def samples_taken(self, data: bytes) -> int | None:
        """The device's own count of samples since boot, from a Kind.STATS packet. Raises DecodeError."""

    def sync(self, data: bytes) -> tuple[int, int] | None:
        """(host µs at writing, tick at receipt), from a Kind.SYNC packet. Raises DecodeError."""


@dataclass(frozen=True, slots=True)
class Family:
    """name: the key in FAMILIES and in recordings. service_uuid: lower-case, what to scan for.

    recognises(name, service uuids) says whether an advertisement is of this family.
    reads: characteristics read at every start, in this order; subscribes: those that notify.
    start(wanted, the bytes read at this start by kind) gives the steps that make it stream as wanted; where
    they change the configuration they read it before samples of the new one can come.
    sync(id, host µs) is the write that starts an exchange of times, None where the family has none.
    """

    name: str
    service_uuid: str
    recognises: Callable[[str | None, Collection[str]], bool]
    reads: Mapping[str, Kind]
    subscribes: Mapping[str, Kind]
    start: Callable[[Wanted, Mapping[Kind, bytes]], tuple[Step, ...]]
    stop: tuple[Write, ...]
    decoder: Callable[[], Decoder]
    sync: Callable[[int, int], Write] | None = None
