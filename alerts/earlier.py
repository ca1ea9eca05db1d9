"""What is usual from a runner's earlier runs: the middle of what each of them would have learned."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median
from typing import Final

from alerts.baseline import LEARN_STRIDES, WARM_UP_STRIDES, Baseline, Usual, usual_of
from alerts.observation import STRIDE_METRICS, Metric
from alerts.sensor_strides import MUTED_CLIPPED_PERCENT, lower_bound, steady
from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["LEAST_RUNS", "usual_of_run", "usual_of_runs"]

# The middle of three withstands one odd run: another road, a loose strap.
LEAST_RUNS: Final = 3

PACED: Final[tuple[Metric, ...]] = ("cadence_spm", "speed_m_per_s")


def usual_of_run(strides: Sequence[Stride]) -> Baseline:
    """What one run's first strides say, in their order; nothing where there are too few."""
    learned: dict[tuple[Metric, Mount], Usual] = {}
    for mount in {stride.mount: None for stride in strides}:
        running = [stride for stride in strides if stride.mount is mount and stride.activity == "run"]
        clipped = 100.0 * sum(stride.clipped for stride in running) > MUTED_CLIPPED_PERCENT * len(running)
        good = [stride for stride in running if steady(stride)]
        # Where samples come at another rate half-way, the rest is another thing.
        good = max((list(same) for _, same in groupby(good, key=_filter)), key=len, default=[])
        for metric, when_cut in STRIDE_METRICS:
            if clipped and when_cut != "as it is":
                continue
            values = [
                value
                for stride in good
                if (value := getattr(stride, metric)) is not None
                and (when_cut == "as it is" or not lower_bound(stride))
            ]
            if len(values) >= WARM_UP_STRIDES + LEARN_STRIDES:
                usual = usual_of(values[WARM_UP_STRIDES:], mount.segment)
                learned[metric, mount] = replace(usual, filter=good[0].filter)
    return learned


def usual_of_runs(runs: Sequence[Baseline]) -> Baseline:
    """The medians over runs, the newest first; only over those with the newest one's filter.

    The spread is that within runs or that between them, whichever is larger. Step rate is left out where a
    sensor does not know its speed: an easy day is slower than a fast one, and says nothing.
    """
    usual: dict[tuple[Metric, Mount], Usual] = {}
    for key in {key: None for run in runs for key in run}:
        found = [run[key] for run in runs if key in run]
        same = [one for one in found if one.filter == found[0].filter]
        if len(same) >= LEAST_RUNS:
            usual[key] = _middle(same)
    return {(metric, mount): one for (metric, mount), one in usual.items() if _kept(metric, mount, usual)}


def _filter(stride: Stride) -> str:
    return stride.filter


def _middle(found: Sequence[Usual]) -> Usual:
    value = median(one.value for one in found)
    between = median(abs(one.value - value) for one in found)
    within = median(one.spread for one in found)
    return Usual(value, max(between, within), runs=len(found), filter=found[0].filter)


def _kept(metric: Metric, mount: Mount, usual: Iterable[tuple[Metric, Mount]]) -> bool:
    if metric not in PACED:
        return True
    return mount.segment == "shoe" and all((paced, mount) in usual for paced in PACED)
