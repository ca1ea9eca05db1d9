"""What a sensor family is to the rest of the program: how to find it, start it and read it.

A family is one file beside this one: it fills a Family and a Decoder and is named in sensors.FAMILIES.
A family whose sensors send no counter makes it up in its decoder: from their times where they have any, else
by counting what comes. All that a decoder goes by is in the packets: a recording decodes to the same bits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.packet import Kind
from ingest.ticks import CRYSTAL, Ticks

__all__ = [
    "Answer",
    "Decoder",
    "Family",
    "Pause",
    "Read",
    "Samples",
    "Step",
    "Wanted",
    "Write",
    "fastest",
]

# What samples can be had and placed in time without.
SPARE: Final = frozenset({Kind.STATS, Kind.SYNC, Kind.BATTERY})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the configuration asks of a sensor; None = as the sensor has it."""

    mount: Mount
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyro: bool | None = None


def fastest(rates_hz: Sequence[int], wanted_hz: float | None, *, usual_hz: int) -> int:
    """Of the rates that there are (ascending) the fastest that is not faster than wanted."""
    if wanted_hz is None:
        return usual_hz
    return max((rate for rate in rates_hz if rate <= wanted_hz), default=rates_hz[0])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sensor notifies once it has done what was written, or has not.

    kind: what it comes as. verdict(bytes): None where they are about something else, an empty text where all
    is well, else what is wrong, in words that complete "the sensor …".
    """

    kind: Kind
    verdict: Callable[[bytes], str | None]


@dataclass(frozen=True, slots=True)
class Write:
    """One write, with response where the characteristic has that. What comes next waits for the answer.

    An optional one may be refused or remain unanswered: the sensor stays as it is. kept: it becomes a packet
    (Kind.REQUEST), for a decoder that cannot know what the samples are without it.
    """

    uuid: str
    data: bytes
    optional: bool = False
    answer: Answer | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that the sensor needs between two writes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a characteristic; what it gives becomes a packet."""

    uuid: str
    kind: Kind


Step = Write | Read | Pause


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
        """Take in a packet of any kind but the three below; samples if it held any. Raises DecodeError."""

    def battery(self, data: bytes) -> float:
        """Percent, from the bytes of a Kind.BATTERY packet. Raises DecodeError."""

    def samples_taken(self, data: bytes) -> int | None:
        """The device's own count of samples since boot, from a Kind.STATS packet; None where it has none.

        Raises DecodeError.
        """

    def sync(self, data: bytes) -> tuple[int, int] | None:
        """(host µs at writing, tick at receipt), from a Kind.SYNC packet; None where there is no such thing.

        Raises DecodeError.
        """


@dataclass(frozen=True, slots=True)
class Family:
    """name: the key in FAMILIES and in recordings.

    service_uuid: lower-case, what all their advertisements carry and scanning asks for; None where they are
    told by name alone, and scanning has to hear everybody.
    recognises(name, service uuids) says whether an advertisement is of this family.
    reads: characteristics read at every start, in this order; subscribes: those that notify. optional: a
    sensor that has none of these, or refuses them, is used all the same.
    start(wanted, the bytes read at this start by kind) gives the steps that make it stream as wanted; where
    they change the configuration they read it before samples of the new one can come.
    sync(id, host µs) is the write that starts an exchange of times, None where the family has none.
    tells(the bytes of a Kind.DATA packet): whether they say what the samples of others are.
    ticks: what Samples.tick_us is worth. counts_losses: Samples.counter leaves out what was lost.
    """

    name: str
    service_uuid: str | None
    recognises: Callable[[str | None, Collection[str]], bool]
    reads: Mapping[str, Kind]
    subscribes: Mapping[str, Kind]
    start: Callable[[Wanted, Mapping[Kind, bytes]], tuple[Step, ...]]
    stop: tuple[Write, ...]
    decoder: Callable[[], Decoder]
    sync: Callable[[int, int], Write] | None = None
    optional: Collection[Kind] = SPARE
    tells: Callable[[bytes], bool] = lambda _data: False
    ticks: Ticks = CRYSTAL
    counts_losses: bool = True
