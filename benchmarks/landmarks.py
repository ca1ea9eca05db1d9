"""Where toe-off's landmarks at the shin lie, recorded and simulated: python -m benchmarks.landmarks.

Mean curves around the true toe-off: the bursts of acceleration across the shank (8 Hz), and the lowest rate
of the shank about its own axis (10 Hz). Nothing is detected here: the truth says where each curve is cut.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.sheet import Sheet, number
from benchmarks.trial import data_folder, load_trials
from dsp.filters import hann_smooth
from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.orientation import ALIGNED
from firmware_sim.plan import Activity, Phase, Plan

__all__ = ["around", "bursts", "main"]

Floats = NDArray[np.float64]

REACH_S = 0.12
SIMULATED: tuple[tuple[Activity, float], ...] = (("walk", 4.5), ("walk", 5.0), ("run", 8.5), ("run", 12.0))
UP, ASIDE = np.array([0.0, 1.0, 0.0]), 2
STAND_S, MOVE_S, RATE_HZ = 3.0, 30.0, 200.0


def around(curve: Floats, at_s: Iterable[float], rate_hz: float) -> Floats:
    """(n,) mean of a curve from REACH_S before each time to as long after."""
    reach = round(REACH_S * rate_hz)
    middles = [round(at * rate_hz) for at in at_s if np.isfinite(at)]
    pieces = [curve[k - reach : k + reach + 1] for k in middles if reach <= k < curve.shape[0] - reach]
    return np.asarray(np.mean(pieces, axis=0), dtype=np.float64)


def bursts(mean: Floats, rate_hz: float) -> Iterator[tuple[float, float]]:
    """(ms after toe-off, height) of each local maximum of a mean curve."""
    reach = mean.shape[0] // 2
    for k in range(1, mean.shape[0] - 1):
        if mean[k - 1] < mean[k] >= mean[k + 1]:
            yield 1000.0 * (k - reach) / rate_hz, float(mean[k])


def _row(
    name: str, acc_g: Floats, toe_off_s: Floats, *, rate_hz: float, axial: Floats, swing_dps: Floats | None
) -> tuple[str, ...]:
    along = acc_g @ axial
    across = np.sqrt(np.maximum((acc_g**2).sum(axis=1) - along**2, 0.0))
    found = bursts(around(hann_smooth(across, 8.0, rate_hz), toe_off_s, rate_hz), rate_hz)
    told = ", ".join(f"{number(at_ms, 0)} ms ({number(height, 2)} g)" for at_ms, height in found)
    if swing_dps is None:
        return name, told, "–"
    lowest = around(hann_smooth(-swing_dps, 10.0, rate_hz), toe_off_s, rate_hz)
    at_ms = 1000.0 * (int(np.argmax(lowest)) - lowest.shape[0] // 2) / rate_hz
    return name, told, f"{number(at_ms, 0)} ms"


def _recorded() -> Iterator[tuple[str, ...]]:
    folder = data_folder()
    for trial in load_trials(folder, "treadmill_shank") if folder else ():
        assert trial.truth is not None, "treadmill_shank has a contact truth"
        assert trial.axial is not None, "and a known axis"
        off_s = trial.truth.toe_off_s - trial.t_s[0]
        yield _row(
            trial.name, trial.acc_g, off_s, rate_hz=trial.rate_hz, axial=trial.axial, swing_dps=trial.gyro_dps
        )


def _simulated() -> Iterator[tuple[str, ...]]:
    for activity, speed_kmh in SIMULATED:
        plan = Plan.of(
            Phase(activity="stand", duration_s=STAND_S),
            Phase(activity=activity, duration_s=MOVE_S, speed_kmh=speed_kmh),
        )
        source = GaitSource(
            Mount.LEFT_SHIN, plan, rate_hz=RATE_HZ, acc_range_g=200.0, seed=3, orientation=ALIGNED
        )
        samples = source.take(plan.duration_s)
        assert samples.gyro_dps is not None, "this sensor has a gyroscope"
        yield _row(
            f"simulated {activity}, {speed_kmh:g} km/h",
            samples.acc_g,
            source.truth().toe_off_s,
            rate_hz=RATE_HZ,
            axial=UP,
            swing_dps=samples.gyro_dps[:, ASIDE],
        )


def main() -> None:
    Sheet(
        "Landmarks of toe-off at the shin, after the true toe-off",
        ("leg", "bursts across the shank", "lowest swing rate"),
        (*_recorded(), *_simulated()),
        notes=("treadmill_shank: its acceleration may be 10 to 15 ms late.",),
    ).show(Console())


if __name__ == "__main__":
    main()
