"""What is told where recordings end: python -m benchmarks.ends.

Each is cut off at moments drawn from its last two thirds, with and without its gyroscope, and what is told of
the two seconds before is held against what the whole recording gives (docs/adr/0120).
"""

from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.progress import track

from benchmarks.sheet import Sheet
from benchmarks.trial import Trial, data_folder, load_trials
from benchmarks.validate.ours import strides_of
from dsp.block import ImuBlock
from dsp.stride import Stride

__all__ = ["Ends", "ends_of", "main"]

CUTS = 20
LAST_US, SAME_US = 2_000_000, 60_000
AFTER_US = 300_000  # the last contact
DATA_SETS = ("treadmill_shank", "vicon_shoe", "walk_feet")


@dataclass(slots=True)
class Ends:
    """made_up: contacts that the whole has not; wrong: toe-offs; late: those after the last sample."""

    cuts: int = 0
    told: int = 0
    made_up: int = 0
    wrong: int = 0
    late: int = 0

    def add(self, other: "Ends") -> None:
        self.cuts += other.cuts
        self.told += other.told
        self.made_up += other.made_up
        self.wrong += other.wrong
        self.late += other.late

    def judge(self, told: list[Stride], whole: list[Stride], end_us: int) -> None:
        """What a recording that ends here tells of its last seconds."""
        self.cuts += 1
        for stride in told:
            if stride.initial_contact_us < end_us - LAST_US:
                continue
            self.told += 1
            same = min(whole, key=lambda one: abs(one.initial_contact_us - stride.initial_contact_us))
            if abs(same.initial_contact_us - stride.initial_contact_us) > SAME_US:
                self.made_up += 1
            elif stride.toe_off_us is not None:
                self.late += stride.toe_off_us > end_us
                off_us = None if same.toe_off_us is None else abs(same.toe_off_us - stride.toe_off_us)
                self.wrong += off_us is None or off_us > SAME_US


def ends_of(trial: Trial, *, cuts: int = CUTS) -> Ends:
    assert trial.mount is not None, "only leg-worn sensors have strides"
    t_us = np.rint(trial.t_s * 1e6).astype(np.int64)
    block = ImuBlock(trial.mount, t_us, trial.acc_g, trial.gyro_dps, trial.rate_hz, restart=True)
    whole, found = strides_of(trial.mount, [block]), Ends()
    if not whole:
        return found
    contacts_us = [stride.initial_contact_us for stride in whole]
    random = np.random.default_rng(len(block))
    for end_us in random.uniform(contacts_us[len(whole) // 3], contacts_us[-1] + AFTER_US, cuts):
        rows = slice(0, int(np.searchsorted(t_us, end_us)))
        gyro = None if block.gyro_dps is None else block.gyro_dps[rows]
        cut = replace(block, t_us=t_us[rows], acc_g=block.acc_g[rows], gyro_dps=gyro)
        found.judge(strides_of(trial.mount, [cut]), whole, int(cut.t_us[-1]))
    return found


def main() -> None:
    """Prints one table."""
    folder = data_folder()
    if folder is None:
        raise SystemExit("no recordings: set KNEELOAD_DATA")
    console, rows = Console(), []
    for data_set in DATA_SETS:
        trials = [trial for trial in load_trials(folder, data_set) if trial.mount is not None]
        for name, gyro in (("with gyroscope", True), ("without", False)):
            own = [trial if gyro else replace(trial, gyro_dps=None) for trial in trials]
            own = [trial for trial in own if (trial.gyro_dps is not None) == gyro]
            total = Ends()
            for trial in track(own, f"{data_set}, {name}", console=console, transient=True):
                total.add(ends_of(trial))
            if own:
                counts = (total.cuts, total.told, total.made_up, total.wrong, total.late)
                rows.append((f"{data_set}, {name}", *map(str, counts)))
    headers = ("recordings", "cuts", "contacts told", "made up", "toe-offs wrong", "after the last sample")
    Sheet("The last two seconds of recordings that are cut off", headers, tuple(rows)).show(console)


if __name__ == "__main__":
    main()
