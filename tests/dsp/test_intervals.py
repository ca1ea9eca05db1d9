"""Running and walking by turns, as people come back from pain: the gait changes, and its rules at once."""

import numpy as np
import pytest

from dsp.mount import Mount
from dsp.record import UNLIKE
from dsp.stride import Stride
from firmware_sim.motion import Truth
from firmware_sim.plan import Activity, FootStrike, Phase
from tests.dsp.recordings import strides_of, without
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=4.0)
EACH_S, TURNS = 15.0, 6
RATE_HZ = 104.0

SENSORS = [(mount, gyro) for mount in (Mount.RIGHT_SHOE, Mount.LEFT_SHIN) for gyro in (True, False)]


def by_turns(
    mount: Mount, *, gyro: bool, foot_strike: FootStrike, speed_kmh: float, seed: int
) -> tuple[list[Stride], Truth]:
    run = Phase(activity="run", duration_s=EACH_S, speed_kmh=speed_kmh, foot_strike=foot_strike)
    walk = Phase(activity="walk", duration_s=EACH_S, speed_kmh=5.0)
    turns = [run, walk] * (TURNS // 2)
    block, truth = simulated(mount, STAND, *turns, STAND, rate_hz=RATE_HZ, gyro=gyro, seed=seed)
    return strides_of([block]), truth


def contacts_s(strides: list[Stride]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([stride.initial_contact_us for stride in strides]) / 1e6


@pytest.mark.parametrize("speed_kmh", [8.5, 11.0])
@pytest.mark.parametrize("foot_strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_no_contact_is_lost_or_made_up_where_the_gait_changes(
    mount: Mount, gyro: bool, foot_strike: FootStrike, speed_kmh: float
) -> None:
    strides, truth = by_turns(mount, gyro=gyro, foot_strike=foot_strike, speed_kmh=speed_kmh, seed=0)
    apart_s = np.abs(contacts_s(strides)[:, None] - truth.initial_contact_s)
    graded = np.abs(contacts_s(strides)[:, None] - truth.ungraded_contact_s).min(axis=1) > 0.15
    assert (apart_s.min(axis=0) > 0.05).sum() == 0
    assert (apart_s.min(axis=1)[graded] > 0.05).sum() == 0


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
@pytest.mark.parametrize("foot_strike", ["rear", "mid", "fore"])
def test_a_change_of_gait_is_told_at_once(foot_strike: FootStrike, mount: Mount, gyro: bool) -> None:
    """One contact a change is called by the wrong gait; none further from it than the second one after."""
    strides, truth = by_turns(mount, gyro=gyro, foot_strike=foot_strike, speed_kmh=10.0, seed=1)
    nearest = np.abs(truth.initial_contact_s[:, None] - contacts_s(strides)).argmin(axis=1)
    true = np.array(truth.activity)
    wrong = np.flatnonzero(np.array([strides[k].activity for k in nearest]) != true)
    changes = 1 + np.flatnonzero(true[1:] != true[:-1])
    assert changes.size == TURNS - 1
    assert wrong.size <= changes.size
    after = wrong[:, None] - changes
    assert ((after >= -1) & (after <= 1)).any(axis=1).all()


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_the_cadence_is_that_of_the_new_gait_at_once(mount: Mount, gyro: bool) -> None:
    """And not the median of strides half of which are of the one before."""
    strides, truth = by_turns(mount, gyro=gyro, foot_strike="mid", speed_kmh=12.0, seed=2)
    usual_spm = 120.0 / np.median(np.diff(truth.initial_contact_s)[:8])
    at_s = contacts_s(strides) - STAND.duration_s
    for number in range(2, TURNS, 2):
        turn = [s for s, at in zip(strides, at_s, strict=True) if 0 <= at - number * EACH_S < EACH_S - 1.0]
        found = [stride.cadence_spm for stride in turn[3:]]
        assert found == pytest.approx([usual_spm] * len(found), rel=0.08)


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_a_sprint_out_of_a_walk_costs_two_contacts_at_the_most(mount: Mount, gyro: bool) -> None:
    """Its strides last half as long: every second one must not be looked past."""
    walk = Phase(activity="walk", duration_s=12.0, speed_kmh=5.0)
    sprint = Phase(activity="run", duration_s=8.0, speed_kmh=20.0, cadence_spm=190.0)
    for seed in range(2):
        block, truth = simulated(
            mount, STAND, walk, sprint, walk, sprint, STAND, rate_hz=208.0, gyro=gyro, seed=seed
        )
        apart_s = np.abs(contacts_s(strides_of([block]))[:, None] - truth.initial_contact_s)
        assert (apart_s.min(axis=0) > 0.05).sum() <= 4


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
@pytest.mark.parametrize("pastime", ["handled", "shaking", "jumping"])
@pytest.mark.parametrize("gait", ["walk", "run"])
def test_gait_that_turns_into_something_else_ends(
    gait: Activity, pastime: Activity, mount: Mount, gyro: bool
) -> None:
    """Without a moment of standing between: the sensor is taken off, the runner hops."""
    before = Phase(activity=gait, duration_s=20.0, speed_kmh=5.0 if gait == "walk" else 10.0)
    after = Phase(activity=pastime, duration_s=60.0)
    block, _ = simulated(mount, STAND, before, after, rate_hz=RATE_HZ, gyro=gyro, seed=1)
    since_s = contacts_s(strides_of([block])) - STAND.duration_s - before.duration_s
    assert (since_s > 1.0).sum() <= (8 if gyro else 11)
    assert (since_s > 15.0).sum() == 0


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
def test_a_bout_of_what_is_no_gait_is_doubted(mount: Mount) -> None:
    """A hand that shakes as a leg swings: up to 45 strides where nobody asks again whether this is gait."""
    stand, walk, shaking = (
        Phase(activity="stand", duration_s=5.0),
        Phase(activity="walk", duration_s=20.0, speed_kmh=5.0),
        Phase(activity="shaking", duration_s=60.0),
    )
    for seed in range(6):
        block, _ = simulated(mount, stand, walk, shaking, rate_hz=200.0, seed=seed)
        since_s = contacts_s(strides_of([block])) - stand.duration_s - walk.duration_s
        assert (since_s > 1.0).sum() <= 10


@pytest.mark.parametrize("mount", [Mount.RIGHT_SHOE, Mount.LEFT_SHIN])
@pytest.mark.parametrize("pastime", ["handled", "shaking"])
def test_contacts_in_a_row_that_are_like_none_before_them_end_a_bout(pastime: Activity, mount: Mount) -> None:
    unlike = []
    for seed in range(4):
        walk = Phase(activity="walk", duration_s=20.0, speed_kmh=5.0)
        after = Phase(activity=pastime, duration_s=60.0)
        strides = strides_of([simulated(mount, STAND, walk, after, rate_hz=RATE_HZ, seed=seed)[0]])
        row = 0
        for stride in strides:
            row = row + 1 if stride.quality < UNLIKE else 0
            unlike.append(row)
    assert 0 < max(unlike) <= 4


@pytest.mark.parametrize("speed_kmh", [7.5, 8.5, 9.0])
def test_a_slow_forefoot_strike_lands_though_its_swing_does_not_end(speed_kmh: float) -> None:
    """The foot turns on after contact, as the heel comes down: its rate need not fall to zero."""
    run = Phase(activity="run", duration_s=20.0, speed_kmh=speed_kmh, foot_strike="fore")
    for seed in range(3):
        block, truth = simulated(Mount.RIGHT_SHOE, STAND, run, STAND, rate_hz=RATE_HZ, seed=seed)
        apart_s = np.abs(contacts_s(strides_of([block]))[:, None] - truth.initial_contact_s)
        assert apart_s.min(axis=0).max() < 0.03


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
def test_the_cadence_follows_through_holes(mount: Mount) -> None:
    """Hardly a stride can be measured, but contacts on the beat say the tempo."""
    slow, fast = (Phase(activity="run", duration_s=20.0, cadence_spm=spm) for spm in (160.0, 176.0))
    block, _ = simulated(mount, slow, fast, seed=1)
    lost = np.repeat(np.random.default_rng(3).random(len(block) // 17 + 1) < 0.15, 17)[: len(block)]
    lost[:100] = False
    strides = strides_of([without(block, lost)])
    assert sum(stride.stride_time_s is None for stride in strides) > 0.6 * len(strides)
    for after_s, before_s, spm in ((8.0, 20.0, 160.0), (28.0, 40.0, 176.0)):
        told = [s.cadence_spm for s in strides if after_s < s.initial_contact_us / 1e6 < before_s]
        assert None not in told
        assert np.abs(np.array(told) - spm).max() < 5.0
