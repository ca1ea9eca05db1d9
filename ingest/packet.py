"""What comes from a sensor, as it came: the unit that is recorded and from which a run is computed again."""

from dataclasses import dataclass
from enum import StrEnum

from dsp.mount import Mount

__all__ = ["QUIET_NS", "Kind", "Packet"]

# After this long without a packet from anybody nothing more is reported until one comes: a host that slept
# through the night has nothing to say about it.
QUIET_NS = 3_600_000_000_000


class Kind(StrEnum):
    """Which characteristic the bytes came from; LINK is the link's own state, REQUEST came from us."""

    DATA = "data"
    INFO = "info"
    CONFIG = "config"
    STATS = "stats"
    SYNC = "sync"
    BATTERY = "battery"
    CONTROL = "control"  # what the sensor answered to start, stop, …
    LINK = "link"  # data is ASCII: b"connected", b"lost"
    REQUEST = "request"  # what was written to the sensor, where only that tells what its samples are


@dataclass(frozen=True, slots=True)
class Packet:
    """mount: which sensor; family: key into ingest.sensors.FAMILIES, says how to decode;
    arrival_ns: host arrival on the run's timeline (monotonic, 0 at the run's start); data: the bytes."""

    mount: Mount
    family: str
    kind: Kind
    arrival_ns: int
    data: bytes
