"""Everything that one validation found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hip_cadence import HipCadence
from benchmarks.peers import PEERS, Method
from benchmarks.speed.reference import channels_of, filter_and_find
from benchmarks.speed.timing import interleaved
from benchmarks.trial import DATA_SETS, Contacts, Trial, load_trials
from benchmarks.validate.altered import Altered, altered
from benchmarks.validate.cells import grid
from benchmarks.validate.extremes import Extreme, extremes
from benchmarks.validate.ours import strides_of
from benchmarks.validate.pastimes import Afterwards, Pastime, afterwards, pastimes
from benchmarks.validate.recorded import (
    BleFoot,
    Counted,
    Judged,
    Outdoor,
    ble_foot,
    counted,
    judged_trials,
    outdoor,
)
from benchmarks.validate.simulated import CellResult, run_cell
from benchmarks.validate.turns import Turns, by_turns
from ingest.files import blocks, read_recording

__all__ = ["JUDGED_SETS", "Recorded", "Simulated", "costs", "validate_recordings", "validate_simulation"]

JUDGED_SETS = ("treadmill_shank", "walk_feet")


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """judged: data set -> rows; set_aside: those whose truth is not of the same samples;
    hip and shoe: what outdoor was computed from, for its picture."""

    judged: dict[str, list[Judged]]
    vicon_shoe: list[Counted]
    outdoor: Outdoor
    hip: HipCadence
    shoe: Contacts
    ble: BleFoot
    set_aside: dict[str, list[Judged]]
    altered: list[Altered]


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """seconds: of movement in each cell."""

    cells: list[CellResult]
    pastimes: list[Pastime]
    afterwards: list[Afterwards]
    turns: list[Turns]
    extremes: list[Extreme]
    seconds: float


def validate_recordings(
    folder: Path,
    *,
    peers: tuple[Method, ...] = PEERS,
    progress: Callable[[str], None] = lambda _: None,
) -> Recorded:
    judged: dict[str, list[Judged]] = {}
    set_aside: dict[str, list[Judged]] = {}
    for data_set in JUDGED_SETS:
        progress(data_set)
        rows = judged_trials(folder, data_set, peers=peers)
        judged[data_set] = [row for row in rows if row.fits]
        set_aside[data_set] = [row for row in rows if not row.fits]
    progress("vicon_shoe")
    shoes = counted(folder, "vicon_shoe", peers=peers)
    progress("outdoor_shoe")
    result, hip, shoe = outdoor(folder)
    progress("ble_foot")
    ble = ble_foot(folder)
    return Recorded(judged, shoes, result, hip, shoe, ble, set_aside, altered(folder, progress))


def validate_simulation(*, quick: bool, progress: Callable[[str], None] = lambda _: None) -> Simulated:
    count, seconds, idle_s = (42, 30.0, 60.0) if quick else (168, 45.0, 600.0)
    cells: list[CellResult] = []
    for cell in grid(count):
        progress(f"simulated runner {cell.number + 1} of {count}")
        cells.append(run_cell(cell, seconds=seconds, peers=cell.loss_percent == 0 and cell.rate_hz >= 200))
    return Simulated(
        cells,
        pastimes(seconds=idle_s, rate_hz=200.0, progress=progress),
        afterwards(rate_hz=100.0, progress=progress),
        by_turns(rate_hz=100.0, progress=progress),
        extremes(progress),
        seconds,
    )


def costs(folder: Path) -> Iterator[tuple[str, float]]:
    """Data set -> cost of our pipeline over its largest recording, as a ratio to the yardstick."""
    for data_set in DATA_SETS:
        trials = [trial for trial in load_trials(folder, data_set) if trial.mount is not None]
        yield data_set, cost_of(max(trials, key=lambda trial: trial.t_s.size))


def cost_of(trial: Trial) -> float:
    assert trial.path is not None, "a recording"
    assert trial.mount is not None, "of a leg"
    mount, channels = trial.mount, channels_of(trial.acc_g, trial.gyro_dps)
    stream = tuple(blocks(read_recording(trial.path, mount)))
    return interleaved(
        lambda: strides_of(mount, stream),
        lambda: filter_and_find(channels, trial.rate_hz),
        repeats=3,
    ).ratio
