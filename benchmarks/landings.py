"""Where a landing's landmarks at the shin lie, recorded and simulated: python -m benchmarks.landings.

After the true contact: the peak of the jerk's size (10 Hz), the steepest rise of the resultant (20 Hz), and
half-way between both. Nothing is detected here: the truth says where each is looked for.
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.sheet import Sheet, number
from benchmarks.trial import data_folder, load_trials
from dsp.filters import hann_smooth
from dsp.mount import Mount
from dsp.peaks import highest
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Activity, FootStrike, Phase, Plan

__all__ = ["after_contact", "main"]

Floats = NDArray[np.float64]

BEFORE_S, AFTER_S = 0.05, 0.1
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
SIMULATED: tuple[tuple[Activity, float], ...] = (("walk", 5.0), ("run", 10.0))
STAND_S, MOVE_S, RATE_HZ = 3.0, 60.0, 200.0


def after_contact(acc_g: Floats, contact_s: Floats, rate_hz: float) -> Floats:
    """(n, 2) s from each contact to the jerk's peak and to the steepest rise; those with both.

    acc_g: (samples, 3) from time 0.
    """
    jerk = np.linalg.norm(np.diff(acc_g, axis=0, prepend=acc_g[:1]), axis=1)
    rise = np.diff(hann_smooth(np.linalg.norm(acc_g, axis=1), 20.0, rate_hz), prepend=0.0)
    rise[0] = 0.0
    curves = (hann_smooth(jerk, 10.0, rate_hz), rise)
    rows = []
    for at_s in contact_s:
        a, b = (at_s - BEFORE_S) * rate_hz, (at_s + AFTER_S) * rate_hz
        places = [highest(curve, a, b) for curve in curves]
        known = [place / rate_hz - at_s for place in places if place is not None]
        if len(known) == len(curves):
            rows.append(known)
    return np.array(rows).reshape(-1, len(curves))


def _row(name: str, apart_s: Floats) -> tuple[str, ...]:
    apart_ms = 1000.0 * np.column_stack((apart_s, apart_s.mean(axis=1)))
    spread = zip(apart_ms.mean(axis=0).tolist(), apart_ms.std(axis=0).tolist(), strict=True)
    return name, str(apart_ms.shape[0]), *(f"{number(mean, 0)} ± {number(sd)}" for mean, sd in spread)


def _recorded() -> Iterator[tuple[str, Floats]]:
    folder = data_folder()
    for trial in load_trials(folder, "treadmill_shank") if folder else ():
        assert trial.truth is not None, "treadmill_shank has a contact truth"
        contact_s = trial.truth.initial_contact_s - trial.t_s[0]
        yield trial.name, after_contact(trial.acc_g, contact_s, trial.rate_hz)


def _simulated() -> Iterator[tuple[str, Floats]]:
    for (activity, speed_kmh), foot_strike in product(SIMULATED, STRIKES):
        plan = Plan.of(
            Phase(activity="stand", duration_s=STAND_S),
            Phase(activity=activity, duration_s=MOVE_S, speed_kmh=speed_kmh, foot_strike=foot_strike),
        )
        source = GaitSource(Mount.LEFT_SHIN, plan, rate_hz=RATE_HZ, acc_range_g=200.0, seed=3)
        acc_g = source.take(plan.duration_s).acc_g
        name = f"simulated {activity}, {speed_kmh:g} km/h, {foot_strike}foot"
        yield name, after_contact(acc_g, source.truth().initial_contact_s, RATE_HZ)


def main() -> None:
    recorded, simulated = list(_recorded()), list(_simulated())
    runs = [apart_s for name, apart_s in simulated if name.startswith("simulated run")]
    walks = [apart_s for name, apart_s in simulated if name.startswith("simulated walk")]
    together = [
        ("simulated, all walking", np.concatenate(walks)),
        ("simulated, all running", np.concatenate(runs)),
    ]
    Sheet(
        "Landmarks of a landing at the shin, ms after the true contact, mean ± SD",
        ("leg", "contacts", "peak of the jerk", "steepest rise", "half-way"),
        tuple(_row(name, apart_s) for name, apart_s in (*recorded, *simulated, *together)),
        notes=("treadmill_shank: its acceleration may be 10 to 15 ms late.",),
    ).show(Console())


if __name__ == "__main__":
    main()
