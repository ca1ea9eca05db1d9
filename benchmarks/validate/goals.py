"""What was meant to be reached, and whether it was."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.score import Figures, figures
from benchmarks.sheet import Sheet, number
from benchmarks.validate.recorded import OURS, Judged
from benchmarks.validate.results import Recorded, Simulated
from benchmarks.validate.simulated_sheets import peaks_of, rmse, sensitivity_percent, specificity_percent
from firmware_sim.plan import ON_THE_SPOT

__all__ = ["Goal", "goal_sheet", "recorded_goals", "simulated_goals"]


@dataclass(frozen=True, slots=True)
class Goal:
    """at_most: else at least. A value that does not exist is not reached."""

    what: str
    value: float
    limit: float
    at_most: bool = True
    decimals: int = 1

    @property
    def reached(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def goal_sheet(goals: Iterable[Goal]) -> Sheet:
    return Sheet(
        "Goals",
        ("goal", "wanted", "measured", "reached"),
        tuple(
            (
                goal.what,
                f"{'≤' if goal.at_most else '≥'} {goal.limit:g}",
                number(goal.value, goal.decimals),
                "yes" if goal.reached else "no",
            )
            for goal in goals
        ),
    )


def recorded_goals(recorded: Recorded) -> Iterator[Goal]:
    run = _ours(recorded.judged["treadmill_shank"], "run")
    walk = _ours(recorded.judged["treadmill_shank"], "walk")
    feet = _ours(recorded.judged["walk_feet"], "walk")
    sure = figures([row.sure for row in recorded.judged["walk_feet"] if row.method == OURS])
    yield from (
        Goal("treadmill_shank running, missed + extra ‰", _wrong(run), 5),
        Goal("… initial contact SD, ms", run.initial_contact_sd_ms, 7),
        Goal("… toe-off SD, ms", run.toe_off_sd_ms, 15),
        Goal("… contact time SD, ms", run.contact_time_sd_ms, 15),
        Goal("… contact time bias, ms", abs(run.contact_time_bias_ms), 10),
        Goal("treadmill_shank walking, missed + extra ‰", _wrong(walk), 10),
        Goal("… initial contact SD, ms", walk.initial_contact_sd_ms, 12),
        Goal("… toe-off SD, ms", walk.toe_off_sd_ms, 25),
        Goal("… contact time SD, ms", walk.contact_time_sd_ms, 25),
        Goal("… contact time bias, ms", abs(walk.contact_time_bias_ms), 25),
        Goal("walk_feet, missed + extra ‰", _wrong(feet), 10),
        Goal("… of contacts that the foot's speed bears out ‰", _wrong(sure), 10),
        Goal("… initial contact SD, ms", feet.initial_contact_sd_ms, 20),
        Goal("… toe-off SD, ms", feet.toe_off_sd_ms, 25),
    )
    mine = [row for row in recorded.vicon_shoe if row.method == OURS]
    off = sum(abs(row.strides - row.true_strides) > 1 for row in mine)
    yield Goal(f"vicon_shoe, trials of {len(mine)} off by more than one stride", off, 0, decimals=0)
    yield Goal(
        "outdoor_shoe, cadence SD against the hip, spm", recorded.outdoor.sd_difference_spm, 0.6, decimals=2
    )
    yield Goal("… octave errors", recorded.outdoor.octave_errors, 0, decimals=0)
    yield Goal("… stops not found", recorded.outdoor.stops - recorded.outdoor.stops_found, 0, decimals=0)
    ble = recorded.ble
    yield Goal("ble_foot, strides off", abs(ble.strides - ble.true_strides), 1, decimals=0)
    yield Goal("… clipped strides not flagged", ble.railed - ble.railed_flagged, 0, decimals=0)
    yield Goal("… strides with missing samples not flagged", ble.gapped - ble.gapped_flagged, 0, decimals=0)
    for data_set, percent in wrong_activity_percent(recorded).items():
        yield Goal(f"{data_set}, wrong activity %", percent, 1, decimals=2)


def simulated_goals(simulated: Simulated) -> Iterator[Goal]:
    cells = simulated.cells
    for low_hz, high_hz, name in ((200, 200, "200 Hz"), (400, 1000, "≥ 400 Hz")):
        mine = [result for result in cells if low_hz <= result.cell.rate_hz <= high_hz]
        for part in ("resultant", "axial"):
            peaks = peaks_of(mine, f"peak_{part}_percent")
            mean = abs(float(peaks.mean())) if peaks.size else float("nan")
            yield Goal(f"peak {part} at {name}, mean error %", mean, 1, decimals=2)
            if high_hz == 200:
                yield Goal("… its SD, %", float(peaks.std()) if peaks.size else float("nan"), 2, decimals=2)
    flags = np.concatenate([result.clipped for result in cells if result.cell.loss_percent == 0])
    yield Goal("clipped strides, sensitivity %", sensitivity_percent(flags), 99, at_most=False, decimals=2)
    yield Goal("clipped strides, specificity %", specificity_percent(flags), 99.9, at_most=False, decimals=2)
    whole = [result for result in cells if result.cell.loss_percent == 0]
    shin = [result.angle_deg for result in whole if result.cell.mount.segment == "shin"]
    shoe = [result.speed_percent for result in whole if result.cell.mount.segment == "shoe"]
    yield Goal("shank angle RMSE, deg", rmse(np.concatenate(shin)), 3, decimals=2)
    yield Goal("speed from a shoe, RMSE %", rmse(np.concatenate(shoe)), 3, decimals=2)
    # What the papers reached on people: Yang 2011 running, Li 2010 walking.
    for walking, published in ((False, 4.1), (True, 7)):
        speeds = [
            result.speed_percent
            for result in whole
            if result.cell.mount.segment == "shin" and result.cell.walking == walking
        ]
        name = f"speed from a shin, {'walking' if walking else 'running'}, RMSE %"
        yield Goal(name, rmse(np.concatenate([*speeds, np.empty(0)])), published, decimals=2)
    told = figures([result.score for result in cells])
    yield Goal("simulated, wrong activity %", told.wrong_activity_percent, 1, decimals=2)
    idle = simulated.pastimes
    yield Goal(
        "strides out of no walking or running, with a gyroscope",
        sum(row.strides for row in idle if row.gyro),
        0,
        decimals=0,
    )
    # Steps on the spot differ from others in where they lead: a shank's acceleration alone does not say that.
    yield Goal(
        "… without one, but for steps on the spot at a shin",
        sum(
            row.strides
            for row in idle
            if not row.gyro and not (row.activity in ON_THE_SPOT and row.mount.segment == "shin")
        ),
        0,
        decimals=0,
    )


def wrong_activity_percent(recorded: Recorded) -> dict[str, float]:
    """Of the contacts of each data set."""
    percent = {
        data_set: figures([row.score for row in rows if row.method == OURS]).wrong_activity_percent
        for data_set, rows in recorded.judged.items()
    }
    mine = [row for row in recorded.vicon_shoe if row.method == OURS]
    percent["vicon_shoe"] = 100 * sum(row.wrong_activity for row in mine) / sum(row.strides for row in mine)
    percent["outdoor_shoe"] = recorded.outdoor.wrong_activity_percent
    percent["ble_foot"] = 100 * recorded.ble.wrong_activity / recorded.ble.strides
    return percent


def _ours(rows: list[Judged], activity: str) -> Figures:
    return figures([row.score for row in rows if row.method == OURS and row.activity == activity])


def _wrong(row: Figures) -> float:
    return row.missed_per_1000 + row.extra_per_1000
