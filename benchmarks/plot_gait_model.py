"""Draws docs/gait_model.png: mean strides of real recordings and of the gait model, one over the other.

    .venv/bin/python -m benchmarks.plot_gait_model

Both go through the same steps: samples in the sensor's own frame, up from standing still (or from the
recording's axis along the shank), the mediolateral axis from the main axis of rotation, strides cut at the
reference contacts or at mid-swing.
"""

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.impact import Fastening
from firmware_sim.plan import Phase, Plan

__all__ = ["main"]

mpl.use("Agg")
import matplotlib.pyplot as plt

Floats = NDArray[np.float64]

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("KNEELOAD_DATA", ROOT.parent / "shared" / "data"))
PICTURE = ROOT / "docs" / "gait_model.png"
GRID = 400
ROWS = ("resultant, g", "along the segment, g", "across it (shank) or forward (shoe), g", "pitch rate, deg/s")


@dataclass(frozen=True, slots=True)
class Series:
    """A recording or a simulation; frame: (n, 3) g and the pitch rate where there is a gyroscope."""

    t_s: Floats
    acc_g: Floats
    gyro_dps: Floats | None
    cuts_s: Floats | None


@dataclass(frozen=True, slots=True)
class Case:
    """One column of the picture: what was recorded and the phase that pretends to be it."""

    title: str
    pattern: str
    mount: Mount
    phase: Phase
    rate_hz: float
    range_g: float
    fastening: Fastening = Fastening()  # noqa: RUF009


# Where the recorded sensor sat is not known, and it rings long after the shock: both are fitted by eye.
STRAPPED_HIGH = Fastening(above_ankle_m=0.22, ringing=0.45, ringing_hz=24.0, decay_s=0.03)

CASES = (
    Case(
        "shin, running 8.5 km/h, ±8 g\n(treadmill_shank/run-01, -02)",
        "treadmill_shank/run-0[12].csv",
        Mount.LEFT_SHIN,
        Phase(
            activity="run", duration_s=40, speed_kmh=8.5, cadence_spm=163, contact_time_s=0.28, impact_g=8.0
        ),
        142.857,
        8.0,
        STRAPPED_HIGH,
    ),
    Case(
        "shin, walking 5 km/h\n(treadmill_shank/walk-03, -04)",
        "treadmill_shank/walk-0[34].csv",
        Mount.LEFT_SHIN,
        Phase(activity="walk", duration_s=60, speed_kmh=5, cadence_spm=115.7, contact_time_s=0.64),
        142.857,
        8.0,
        STRAPPED_HIGH,
    ),
    Case(
        "shoe, running in a room\n(vicon_shoe/run-*)",
        "vicon_shoe/run-2017-11*.csv",
        Mount.RIGHT_SHOE,
        Phase(
            activity="run", duration_s=40, speed_kmh=6.5, cadence_spm=158, contact_time_s=0.27, impact_g=3.5
        ),
        200.0,
        8.0,
    ),
    Case(
        "shoe, running, 100 Hz\n(ble_foot/run)",
        "ble_foot/run.csv",
        Mount.LEFT_SHOE,
        Phase(activity="run", duration_s=40, speed_kmh=11.5, cadence_spm=169, contact_time_s=0.21),
        100.0,
        16.0,
    ),
    Case(
        "shoe, walking, 100 Hz\n(walk_feet/*)",
        "walk_feet/walk-*-lf.csv",
        Mount.LEFT_SHOE,
        Phase(activity="walk", duration_s=60, speed_kmh=3.9, cadence_spm=107),
        100.0,
        16.0,
    ),
)


def recorded(path: Path) -> Series:
    table = np.genfromtxt(path, delimiter=",", names=True)
    acc = np.stack([table[f"a{axis}_g"] for axis in "xyz"], axis=1)
    names = table.dtype.names or ()
    gyro = np.stack([table[f"g{axis}_dps"] for axis in "xyz"], axis=1) if "gx_dps" in names else None
    truth = path.with_suffix(".truth.csv")
    cuts = np.genfromtxt(truth, delimiter=",", names=True)["initial_contact_s"] if truth.exists() else None
    return Series(table["t_s"], acc, gyro, cuts)


def simulated(case: Case) -> Series:
    shin = case.mount.segment == "shin"
    phases = (case.phase,) if shin else (Phase(activity="stand", duration_s=3), case.phase)
    source = GaitSource(
        case.mount,
        Plan.of(*phases),
        rate_hz=case.rate_hz,
        seed=5,
        orientation=np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]) if shin else None,
        fastening=case.fastening,
        gyro_range_dps=2000.0,
    )
    samples = source.take(60.0)
    truth = source.truth()
    acc = np.clip(samples.acc_g, -case.range_g, case.range_g)
    return Series(samples.t_s, acc, samples.gyro_dps, truth.initial_contact_s[3:])


def curves(series: Series, mount: Mount) -> tuple[Floats, Floats]:
    """(n, 4) the rows of the picture, and where to cut strides."""
    acc, gyro = series.acc_g, series.gyro_dps
    resultant = np.sqrt((acc**2).sum(axis=1))
    if mount.segment == "shin":
        assert series.cuts_s is not None
        along = acc[:, 0] * np.sign(np.median(acc[:, 0]))
        across = np.sqrt(acc[:, 1] ** 2 + acc[:, 2] ** 2)
        pitch = np.full_like(along, np.nan) if gyro is None else -gyro[:, 2]
        return np.stack((resultant, along, across, pitch), axis=1), series.cuts_s
    assert gyro is not None
    up = acc[series.t_s < series.t_s[0] + 0.5].mean(axis=0)
    up /= np.sqrt(up @ up)
    level = gyro - np.outer(gyro @ up, up)
    right = np.linalg.svd(level, full_matrices=False)[2][0]
    rate = 1.0 / float(np.median(np.diff(series.t_s)))
    low = signal.butter(2, 5.0, fs=rate, output="sos")

    right = right * (-np.sign(_braking(acc, np.cross(up, right), rate)))
    smooth = signal.sosfiltfilt(low, gyro @ right)
    swings = signal.find_peaks(smooth, height=0.5 * np.percentile(smooth, 99), distance=int(0.45 * rate))[0]
    forward = np.cross(up, right)
    return np.stack((resultant, acc @ up, acc @ forward, gyro @ right), axis=1), series.t_s[swings]


def _braking(acc_g: Floats, forward: Floats, rate_hz: float) -> float:
    """Mean acceleration along this axis in the last part of the swing: the foot brakes before it lands."""
    shocks = signal.find_peaks((acc_g**2).sum(axis=1), distance=int(0.5 * rate_hz), height=4.0)[0]
    before = [acc_g[at - int(0.13 * rate_hz) : at - int(0.05 * rate_hz)] @ forward for at in shocks[1:]]
    return float(np.median(np.concatenate(before)))


def mean_stride(parts: list[tuple[Floats, Floats, Floats]]) -> tuple[Floats, Floats, Floats, int]:
    """Times from the cut, mean, SD: (GRID,), (GRID, 4), (GRID, 4), and how many strides."""
    spans = np.concatenate([np.diff(cuts) for _, _, cuts in parts])
    stride = float(np.median(spans))
    since = np.linspace(-0.15 * stride, 0.85 * stride, GRID)
    strides = []
    for t, values, cuts in parts:
        for a, b in pairwise(cuts):
            if abs(b - a - stride) < 0.2 * stride and a + since[0] >= t[0] and a + since[-1] <= t[-1]:
                strides.append(np.stack([np.interp(a + since, t, values[:, k]) for k in range(4)], axis=1))
    stack = np.stack(strides)
    return since, stack.mean(axis=0), stack.std(axis=0), len(strides)


def main() -> None:
    figure, axes = plt.subplots(len(ROWS), len(CASES), figsize=(22, 14), sharex="col")
    for column, case in enumerate(CASES):
        real = [recorded(path) for path in sorted(DATA.glob(case.pattern)) if ".truth" not in path.name]
        if not real:
            raise SystemExit(
                f"{DATA / case.pattern}: no recordings there; set KNEELOAD_DATA to where they are"
            )
        pairs: tuple[tuple[str, str, list[Series]], ...] = (
            ("recorded", "tab:blue", real),
            ("simulated", "tab:orange", [simulated(case)]),
        )
        for name, colour, members in pairs:
            since, mean, spread, count = mean_stride(
                [(series.t_s, *curves(series, case.mount)) for series in members]
            )
            for row, label in enumerate(ROWS):
                axis = axes[row][column]
                axis.plot(since, mean[:, row], color=colour, label=f"{name}, {count} strides")
                low, high = mean[:, row] - spread[:, row], mean[:, row] + spread[:, row]
                axis.fill_between(since, low, high, color=colour, alpha=0.2, linewidth=0)
                axis.grid(alpha=0.3)
                if column == 0:
                    axis.set_ylabel(label)
        axes[0][column].set_title(case.title, fontsize=10)
        axes[0][column].legend(fontsize=8)
        at = "initial contact" if case.mount.segment == "shin" else "mid-swing"
        axes[-1][column].set_xlabel(f"s after {at}")
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=70)


if __name__ == "__main__":
    main()
