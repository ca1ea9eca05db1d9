"""Everything the review of one run is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Alert
from alerts.baseline import Baseline
from alerts.rules import RULES, Rule
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.journal import RUN_FORMAT
from kneeload.results import SensorHealth, Summary
from kneeload.review.earlier import Earlier
from kneeload.review.lengthened import Lately

__all__ = ["RunData", "Waveform"]


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """Raw samples of one sensor around a moment, in the sensor's own frame.

    t_us: (n,) int64 on the run's timeline; acc_g: (n, 3) float64. Lost samples are missing, not filled.
    """

    mount: Mount
    t_us: NDArray[np.int64]
    acc_g: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """One run as the journal and the packets' file hold it; lists in the order of time.

    waveforms: place in alerts -> the samples around that alert, for those that they were looked for.
    unreadable: why packets of a sensor cannot be read, for those that lack any. damaged: how much of their
    file is, in words, empty where nothing is. rules: those in force.
    usual: what was usual for the runner when it began. earlier: the same runner's runs before this one,
    newest first. lately: those of the 30 days before in short, None where they are too few.
    sensors: what the sensor on each mount called itself. Every text may come from outside: escape it.
    """

    run: str
    runner: str
    duration_s: float
    strides: tuple[Stride, ...]
    alerts: tuple[Alert, ...] = ()
    summaries: tuple[Summary, ...] = ()
    health: tuple[SensorHealth, ...] = ()
    waveforms: Mapping[int, tuple[Waveform, ...]] = field(default_factory=dict)
    unreadable: Mapping[Mount, str] = field(default_factory=dict)
    damaged: str = ""
    rules: tuple[Rule, ...] = RULES
    usual: Baseline = field(default_factory=dict)
    sensors: Mapping[Mount, str] = field(default_factory=dict)
    note: str = ""
    earlier: tuple[Earlier, ...] = ()
    lately: Lately | None = None

    @property
    def started(self) -> datetime | None:
        """The run's name is its start in UTC; None for a name of another form."""
        try:
            return datetime.strptime(self.run, RUN_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            return None

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """Where sensors were worn, in the order of Mount."""
        seen = {row.mount for row in self.strides} | {row.mount for row in self.health}
        return tuple(mount for mount in Mount if mount in seen)
