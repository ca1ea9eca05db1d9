"""The same legs through another sensor: what a recording's rate, scale, noise and holes may not change.

Every bound is what was missed, made up or miscounted over all recordings of a kind together.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal
from scipy.interpolate import CubicSpline

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import recording, strides_of, truth, without
from tests.dsp.simulated import simulated
from tests.dsp.test_recordings import FEET, RUNS, WALKS, vicon_trials

Floats = NDArray[np.float64]


def scaled(factor: float) -> Callable[[ImuBlock], ImuBlock]:
    """A sensor that reads too much or too little, gravity included."""

    def change(block: ImuBlock) -> ImuBlock:
        gyro = None if block.gyro_dps is None else factor * block.gyro_dps
        return replace(block, acc_g=factor * block.acc_g, gyro_dps=gyro)

    return change


def uncalibrated(block: ImuBlock) -> ImuBlock:
    gyro = None if block.gyro_dps is None else block.gyro_dps + np.array([4.0, -6.0, 3.0])
    return replace(block, acc_g=1.03 * block.acc_g + np.array([0.04, -0.03, 0.05]), gyro_dps=gyro)


def noisy(block: ImuBlock) -> ImuBlock:
    random = np.random.default_rng(1)
    acc_g = block.acc_g + random.normal(0.0, 0.05, block.acc_g.shape)
    gyro = None if block.gyro_dps is None else block.gyro_dps + random.normal(0.0, 5.0, block.gyro_dps.shape)
    return replace(block, acc_g=acc_g, gyro_dps=gyro)


def narrow(block: ImuBlock) -> ImuBlock:
    """±4 g, ±500 deg/s: clipped in every stride."""
    gyro = None if block.gyro_dps is None else block.gyro_dps.clip(-500.0, 500.0)
    return replace(block, acc_g=block.acc_g.clip(-4.0, 4.0), gyro_dps=gyro, acc_range_g=4.0)


def without_notifications(block: ImuBlock) -> ImuBlock:
    """Ten samples gone every three seconds or so."""
    random = np.random.default_rng(2)
    gone = np.zeros(len(block), dtype=np.bool_)
    at = 0
    while at < len(block):
        at += int(random.exponential(3.0 * block.rate_hz)) + 10
        gone[at : at + 10] = True
    return without(block, gone)


def sampled(rate_hz: float) -> Callable[[ImuBlock], ImuBlock]:
    """Low-passed to what the new rate can carry, then read at its times."""

    def change(block: ImuBlock) -> ImuBlock:
        t_s = block.t_us / 1e6
        at_s = np.arange(t_s[0], t_s[-1], 1.0 / rate_hz)
        once = np.concatenate(([True], np.diff(t_s) > 0.0))

        def read(rows: Floats) -> Floats:
            if rate_hz < block.rate_hz:
                low = signal.butter(4, 0.42 * rate_hz, fs=block.rate_hz, output="sos")
                rows = np.asarray(signal.sosfiltfilt(low, rows, axis=0))
            return np.ascontiguousarray(CubicSpline(t_s[once], rows[once])(at_s))

        gyro = None if block.gyro_dps is None else read(block.gyro_dps)
        t_us = np.rint(at_s * 1e6).astype(np.int64)
        return replace(block, t_us=t_us, acc_g=read(block.acc_g), gyro_dps=gyro, rate_hz=rate_hz)

    return change


@dataclass(frozen=True)
class Bounds:
    """shank, feet: missed and extra; counts: strides off over all vicon_shoe trials.

    shank_ms: SD of the contact; within_s: how near a contact must be to be the true one.
    """

    shank: int = 0
    feet: int = 2
    counts: int = 0
    shank_ms: float = 6.0
    within_s: float = 0.06


CHANGES: dict[str, tuple[Callable[[ImuBlock], ImuBlock], Bounds]] = {
    "reads 20 % too little": (scaled(0.8), Bounds()),
    "reads 25 % too much": (scaled(1.25), Bounds()),
    "never calibrated": (uncalibrated, Bounds()),
    "noisy": (noisy, Bounds()),
    "narrow": (narrow, Bounds(feet=4, counts=1)),
    "100 Hz": (sampled(100.0), Bounds()),
    "400 Hz": (sampled(400.0), Bounds()),
    "lost notifications": (without_notifications, Bounds(feet=5, shank_ms=12.0, within_s=0.1)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_shank(name: str) -> None:
    change, bounds = CHANGES[name]
    verdicts = []
    for trial in (*RUNS, *WALKS):
        block = change(recording(f"treadmill_shank/{trial}", Mount.LEFT_SHIN, 142.857))
        strides = strides_of([block])
        assert {s.activity for s in strides} == {"run" if trial in RUNS else "walk"}
        contact_s, toe_off_s = truth(f"treadmill_shank/{trial}")
        verdicts.append(judge(strides, contact_s, toe_off_s, within_s=bounds.within_s))
    assert sum(v.missed for v in verdicts) + sum(v.extra for v in verdicts) <= bounds.shank
    assert np.concatenate([v.contact_ms for v in verdicts]).std() < bounds.shank_ms


@pytest.mark.parametrize("name", CHANGES)
def test_walking_feet(name: str) -> None:
    change, bounds = CHANGES[name]
    verdicts = []
    for trial in FEET:
        mount = Mount.LEFT_SHOE if trial.endswith("lf") else Mount.RIGHT_SHOE
        strides = strides_of([change(recording(f"walk_feet/{trial}", mount, 100.0))])
        assert {s.activity for s in strides} == {"walk"}
        verdicts.append(judge(strides, *truth(f"walk_feet/{trial}")))
    assert sum(v.missed + v.extra for v in verdicts) <= bounds.feet


@pytest.mark.parametrize("name", CHANGES)
def test_shoe_counts(name: str) -> None:
    change, bounds = CHANGES[name]
    off, wrong, told = 0, 0, 0
    for trial, activity, count in vicon_trials():
        strides = strides_of([change(recording(f"vicon_shoe/{trial}", Mount.RIGHT_SHOE, 200.0))])
        off += abs(len(strides) - count)
        wrong += sum(s.activity != activity for s in strides)
        told += len(strides)
    assert off <= bounds.counts
    assert wrong <= 0.01 * told


def test_a_slow_sensor_sees_a_sprint_from_a_short_start() -> None:
    """Ten seconds of it: nobody waits for longer until it is clear which way the shank swings."""
    stand = Phase(activity="stand", duration_s=4.0)
    for seed in range(3):
        sprint = Phase(activity="run", duration_s=12.0, speed_kmh=20.0)
        block, truth = simulated(Mount.LEFT_SHIN, stand, sprint, stand, rate_hz=20.0, seed=seed)
        assert len(strides_of([block])) >= len(truth.initial_contact_s) - 3


def test_a_slow_sensor_s_sprint_goes_on_though_its_side_is_not_clear() -> None:
    """What opens without being clear is not ended by the same weak evidence of the other side."""
    stand, sprint = (
        Phase(activity="stand", duration_s=4.0),
        Phase(activity="run", duration_s=40.0, speed_kmh=20.0),
    )
    for seed in range(3):
        block, truth = simulated(Mount.LEFT_SHIN, stand, sprint, stand, rate_hz=20.0, seed=seed)
        assert len(strides_of([block])) >= len(truth.initial_contact_s) - 3
