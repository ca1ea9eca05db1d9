"""A shoe without a gyroscope knows that it goes somewhere by how it is braked before it lands."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.travel import BRAKED_G_S, across_g_s, goes
from dsp.vectors import Vector
from firmware_sim.plan import Activity, Phase, Plan
from firmware_sim.steps import Contact, leg_events
from tests.dsp.recordings import recording, strides_of, without
from tests.dsp.simulated import simulated
from tests.dsp.test_recordings import FEET, vicon_trials
from tests.dsp.test_travel import ON_THE_SPOT, STAND

Stride = tuple[NDArray[np.float64], Vector]

TRIALS = [
    *(f"vicon_shoe/{trial}" for trial, _, _ in vicon_trials()),
    *(f"walk_feet/{trial}" for trial in FEET),
]
SHOES = [*TRIALS, "outdoor_shoe/run-left-shoe", "ble_foot/run"]


def stepping(brake_g_s: float, *, stride_s: float, stance: float, when: tuple[float, float]) -> ImuBlock:
    """30 strides of a foot by its bare bones: a jolt, stance, a push, and a swing that is braked.

    Contacts at whole strides; stance, when: shares of the stride. What is braked was sped up before.
    """
    rate_hz = 200.0
    t_s = np.arange(0.0, 30.4 * stride_s, 1.0 / rate_hz)
    phase = (t_s / stride_s) % 1.0
    jolt = 3.0 * np.exp(-0.5 * ((phase + 0.5) % 1.0 - 0.5) ** 2 / 0.012**2)
    push = np.exp(-0.5 * (phase - stance + 0.04) ** 2 / 0.03**2)
    swing = 0.5 * np.sin(2.0 * np.pi * (phase - stance) / (1.0 - stance))
    forward = np.zeros_like(t_s)
    for (begin, end), sign in (((stance, 0.75), 1.0), (when, -1.0)):
        forward[(phase > begin) & (phase < end)] = sign * brake_g_s / (stride_s * (end - begin))
    up = 1.0 + jolt + push + np.where(phase > stance, swing, 0.0)
    acc_g = np.column_stack((forward, up, np.zeros_like(t_s)))
    t_us = np.rint(t_s * 1e6).astype(np.int64)
    return ImuBlock(Mount.LEFT_SHOE, t_us, np.ascontiguousarray(acc_g), None, rate_hz, restart=True)


RUNNER, WALKER = (0.7, 0.35), (1.15, 0.62)  # stride_s, stance


@pytest.mark.parametrize(
    ("gait", "brake_g_s", "told"),
    [
        (RUNNER, 0.07, 0),
        (RUNNER, 0.09, 0),
        (RUNNER, 0.15, 30),
        (RUNNER, 0.30, 30),
        (WALKER, 0.02, 0),
        (WALKER, 0.045, 0),
        (WALKER, 0.1, 30),
        (WALKER, 0.30, 30),
    ],
)
def test_strides_that_are_braked_are_told(gait: tuple[float, float], brake_g_s: float, told: int) -> None:
    stride_s, stance = gait
    strides = strides_of([stepping(brake_g_s, stride_s=stride_s, stance=stance, when=(0.8, 0.97))])
    assert len(strides) == pytest.approx(told, abs=3)  # the first may be called by the other gait


@pytest.mark.parametrize("gait", [RUNNER, WALKER])
def test_strides_whose_braking_was_lost_are_told(gait: tuple[float, float]) -> None:
    """The straight line over the hole has nothing of it."""
    stride_s, stance = gait
    block = stepping(0.3, stride_s=stride_s, stance=stance, when=(0.81, 0.91))
    phase = (block.t_us / 1e6 / stride_s) % 1.0
    strides = strides_of([without(block, (phase > 0.8) & (phase < 0.92))])
    assert len(strides) == pytest.approx(30, abs=1)


@pytest.mark.parametrize("turned", [False, True])
def test_a_speed_that_a_shoe_is_braked_of(turned: bool) -> None:
    """2 g for a fifth of a second, at the end of a second of gravity and more along it."""
    axes = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0] if turned else np.eye(3)
    acc_g = np.zeros((3, 200))
    acc_g[0, 160:], acc_g[1] = -2.0, 1.3
    x, y, z = (axes @ (0.0, 1.0, 0.0)).tolist()
    speed_g_s = across_g_s(axes @ acc_g, (x, y, z), 200.0)
    assert speed_g_s.shape == (157,)
    assert speed_g_s[-1] == pytest.approx(0.4)
    assert speed_g_s[:117] == pytest.approx(np.zeros(117), abs=1e-12)


def strides(block: ImuBlock, contact_us: NDArray[np.int64], *, late: float = 0.0) -> Iterator[Stride]:
    """(3, n) rows of each stride and its mean direction; late: by that share of it."""
    places = np.searchsorted(block.t_us, contact_us)
    for begin, end in pairwise((places[:-1] + late * np.diff(places)).astype(int).tolist()):
        rows = block.acc_g[begin:end].T
        x, y, z = (rows.mean(axis=1) / np.linalg.norm(rows.mean(axis=1))).tolist()
        yield rows, (x, y, z)


def braked_g_s(block: ImuBlock, contact_us: NDArray[np.int64]) -> float:
    """Just before contact, median of the strides."""
    return float(
        np.median([across_g_s(rows, up, block.rate_hz)[-1] for rows, up in strides(block, contact_us)])
    )


def on_the_spot(activity: Activity, cadence_spm: float) -> tuple[ImuBlock, NDArray[np.int64]]:
    phase = Phase(activity=activity, duration_s=40.0, cadence_spm=cadence_spm)
    block, _ = simulated(Mount.RIGHT_SHOE, STAND, phase, gyro=False, seed=3)
    events = leg_events(Plan.of(STAND, phase), 3, "right")
    steps = (event for event in events if isinstance(event, Contact) and event.kind == "step")
    return block, np.array([round(1e6 * step.initial_contact_s) for step in islice(steps, 20)])


def recorded(name: str) -> tuple[ImuBlock, NDArray[np.int64]]:
    block = replace(recording(name, Mount.LEFT_SHOE, 200.0 if "vicon" in name else 100.0), gyro_dps=None)
    return block, np.array([stride.initial_contact_us for stride in strides_of([block])])


@pytest.mark.parametrize(("activity", "cadence_spm"), ON_THE_SPOT)
def test_on_the_spot_a_shoe_is_braked_of_little(activity: Activity, cadence_spm: float) -> None:
    least = BRAKED_G_S["run" if activity == "jog-in-place" else "walk"]
    assert braked_g_s(*on_the_spot(activity, cadence_spm)) < least / 1.5


@pytest.mark.parametrize("name", SHOES)
def test_a_recorded_shoe_is_braked_of_much(name: str) -> None:
    assert braked_g_s(*recorded(name)) > 1.5 * BRAKED_G_S["run" if "run" in name else "walk"]


@pytest.mark.parametrize("late", [0.55, 0.6, 0.65])
@pytest.mark.parametrize("name", [name for name in TRIALS if "run" not in name])
def test_a_walk_goes_where_its_push_off_is_taken_for_the_contact(name: str, late: float) -> None:
    block, contact_us = recorded(name)
    found = [goes(rows, up, block.rate_hz, "walk") for rows, up in strides(block, contact_us, late=late)]
    assert np.mean(found) > 0.75


@pytest.mark.parametrize("cadence_spm", [80.0, 100.0, 130.0])
def test_a_march_on_the_spot_goes_nowhere(cadence_spm: float) -> None:
    block, contact_us = on_the_spot("march-in-place", cadence_spm)
    assert not any(goes(rows, up, block.rate_hz, "walk") for rows, up in strides(block, contact_us))


@pytest.mark.parametrize("name", TRIALS)
def test_a_recorded_shoe_without_a_gyroscope_travels(name: str) -> None:
    """None of its strides is left out: where four in a row were, two contacts would be far apart."""
    _, contact_us = recorded(name)
    apart_s = np.diff(contact_us / 1e6)
    assert apart_s.max() < 3.5 * np.median(apart_s)
