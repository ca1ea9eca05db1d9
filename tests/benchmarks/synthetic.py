"""Trials with exact truths: bells at known instants, just what the published rules look for; a walk."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.trial import Contacts, Trial
from dsp.mount import Mount
from firmware_sim.motion import Truth
from firmware_sim.plan import Phase
from tests.dsp.simulated import simulated

__all__ = ["running", "walking"]

Floats = NDArray[np.float64]

STRIDE_S, CONTACT_S, RATE_HZ = 0.74, 0.25, 400.0


def running(mount: Mount, *, strides: int = 30, peak_g: float = 8.0) -> Trial:
    """Standing, then so many contacts, then standing; axes x forward, y up, z to the side."""
    contact_s: Floats = 3.0 + STRIDE_S * np.arange(strides, dtype=np.float64)
    off_s = contact_s + CONTACT_S
    t_s: Floats = np.arange(0.0, float(contact_s[-1]) + 4.0, 1 / RATE_HZ, dtype=np.float64)
    moving = (t_s > contact_s[0] - 0.5) & (t_s < off_s[-1] + 0.5)
    swing_s = contact_s - (0.14 if mount.segment == "shin" else 0.20)
    up = 1.0 - 0.7 * moving * (0.5 - 0.5 * np.cos(2 * np.pi * (t_s - contact_s[0]) / STRIDE_S) > 0.5)
    acc = np.column_stack([0.0 * t_s, up, 0.0 * t_s])
    acc[:, 1] += _bells(t_s, contact_s + 0.025, 0.007, peak_g) - _bells(t_s, contact_s - 0.012, 0.010, 1.2)
    acc[:, 1] += _bells(t_s, contact_s + 0.120, 0.035, 2.0) - _bells(t_s, off_s, 0.015, 1.0)
    acc[:, 0] -= _bells(t_s, contact_s + 0.020, 0.010, 3.0) - _bells(t_s, off_s, 0.015, 3.0)
    acc[:, 2] += _bells(t_s, off_s, 0.015, 2.0)
    gyro = np.zeros_like(acc)
    if mount.segment == "shin":
        gyro[:, 2] = _bells(t_s, swing_s, 0.060, 600.0) - _bells(t_s, off_s, 0.060, 250.0)
        gyro[:, 2] -= _bells(t_s, contact_s + 0.03, 0.020, 200.0)
    else:
        gyro[:, 2] = _bells(t_s, swing_s, 0.060, 500.0) - _bells(t_s, off_s, 0.040, 700.0)
        gyro[:, 2] -= _bells(t_s, contact_s, 0.012, 450.0)
    return Trial(
        data_set="synthetic",
        name=f"{mount}",
        path=None,
        mount=mount,
        activity="run",
        t_s=t_s,
        acc_g=acc,
        gyro_dps=gyro,
        rate_hz=RATE_HZ,
        acc_range_g=16.0,
        truth=Contacts(contact_s, off_s),
        axial=np.array([0.0, 1.0, 0.0]),
    )


def walking(rate_hz: float) -> tuple[Trial, Truth]:
    """A simulated shoe, standing at both ends; the truth once more, with all that is in it."""
    stand = Phase(activity="stand", duration_s=3.0)
    moves = Phase(activity="walk", duration_s=30.0, speed_kmh=5.0)
    block, truth = simulated(Mount.LEFT_SHOE, stand, moves, stand, rate_hz=rate_hz)
    trial = Trial(
        data_set="simulated",
        name="walk",
        path=None,
        mount=block.mount,
        activity="walk",
        t_s=block.t_us / 1e6,
        acc_g=block.acc_g,
        gyro_dps=block.gyro_dps,
        rate_hz=block.rate_hz,
        acc_range_g=64.0,
        truth=Contacts(truth.initial_contact_s, truth.toe_off_s),
    )
    return trial, truth


def _bells(t_s: Floats, centres_s: Floats, width_s: float, height: float) -> Floats:
    distance = (t_s[:, None] - centres_s[None, :]) / width_s
    return height * np.asarray(np.exp(-0.5 * distance * distance).sum(axis=1), dtype=np.float64)
