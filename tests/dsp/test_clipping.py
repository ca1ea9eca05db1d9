"""Cut-off samples: sensors that are cut off at their last code, short of it, softly, coarsely, or never."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsp.clipping import Rails
from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from tests.dsp.recordings import recording

Floats = NDArray[np.float64]

RANGE_G = 16.0
CODE_G = RANGE_G / 32768
LARGEST_G = 19.0  # scaled so that runs reach it: a good part of their contacts leave the range


@cache
def motion(seed: int, rate_hz: float, *, walking: bool = False) -> Floats:
    """(n, 3) g, the largest value of any axis LARGEST_G whatever the runner."""
    phase = (
        Phase(activity="walk", duration_s=30.0, speed_kmh=5.0)
        if walking
        else Phase(activity="run", duration_s=30.0, speed_kmh=11.0)
    )
    stand = Phase(activity="stand", duration_s=3.0)
    source = GaitSource(
        Mount.LEFT_SHOE, Plan.of(stand, phase, stand), rate_hz=rate_hz, acc_range_g=400.0, seed=seed
    )
    acc = source.take(source.plan.duration_s).acc_g
    return np.ascontiguousarray(acc * (LARGEST_G / np.abs(acc).max()))


def at_last_code(acc: Floats) -> Floats:
    return np.asarray(np.clip(np.rint(acc / CODE_G), -32768, 32767) * CODE_G)


def trimmed(acc: Floats) -> Floats:
    """The converter is full, then each axis is moved by its own offset (36, -20, 5 codes)."""
    return np.asarray(at_last_code(acc) - np.array((36.0, -20.0, 5.0)) * CODE_G).clip(-RANGE_G, RANGE_G)


def coarse(acc: Floats) -> Floats:
    """Ten bits: 512 codes to each side, the ends two and three codes short."""
    return np.asarray(np.clip(np.rint(acc * 32.0), -509, 510) / 32.0)


SENSORS: dict[str, Callable[[Floats], Floats]] = {
    "at the last code": at_last_code,
    "trimmed": trimmed,
    "coarse": coarse,
}


def beyond(acc: Floats, sensor: str) -> NDArray[np.bool_]:
    """(n,) whether the sensor was cut off, from the motion itself."""
    if sensor == "coarse":
        return np.asarray(((acc >= 510 / 32) | (acc <= -509 / 32)).any(axis=1))
    return np.asarray(((acc >= 32767 * CODE_G) | (acc <= -RANGE_G)).any(axis=1))


def bouts(rows: NDArray[np.bool_], rate_hz: float) -> NDArray[np.bool_]:
    """Per 0.35 s, about one contact: whether it holds a marked row."""
    n = round(0.35 * rate_hz)
    return np.asarray(rows[: rows.shape[0] // n * n].reshape(-1, n).any(axis=1))


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 1000.0])
@pytest.mark.parametrize("sensor", list(SENSORS))
def test_what_left_the_range_is_marked_and_little_else(sensor: str, rate_hz: float, told: bool) -> None:
    marked, true = [], []
    for seed in range(4):
        acc = motion(seed, rate_hz)
        found = Rails().push(SENSORS[sensor](acc), RANGE_G if told else None)
        if not told:
            # Until the range has shown itself a smaller one is guessed: one sample at each, of 4 and of 8 g.
            largest_g = np.maximum.accumulate(np.abs(SENSORS[sensor](acc)).max(axis=1))
            early = largest_g < 0.9 * RANGE_G
            assert found[early].sum() <= 2
            found = found & ~early
        marked.append(bouts(found, rate_hz))
        true.append(bouts(beyond(acc, sensor), rate_hz))
    flagged, clipped = np.concatenate(marked), np.concatenate(true)
    assert clipped.sum() >= 20
    assert flagged[clipped].all()
    # What lies just below an end that is not the last code counts too; of ten bits it is three codes.
    most = {"at the last code": 0.004, "trimmed": 0.012, "coarse": 0.025}[sensor]
    assert (flagged & ~clipped).sum() <= (~clipped).sum() * most


def test_peaks_that_just_fit_are_soon_believed() -> None:
    """A runner whose impacts all end within the last twentieth of the range, no two of them alike."""
    for seed in range(20):
        acc = np.zeros((4000, 3))
        acc[::20, 1] = np.random.default_rng(seed).uniform(0.95, 0.9995, 200) * RANGE_G
        close = int((acc[:, 1] > 0.994 * RANGE_G).sum())
        assert close >= 10
        assert Rails().push(at_last_code(acc), RANGE_G).sum() <= 0.5 * close


def test_an_end_far_from_any_usual_range_is_found_by_its_repetition() -> None:
    acc = at_last_code(motion(2, 200.0)).clip(-13.3, 13.3)
    true = bouts(np.asarray((np.abs(acc) == 13.3).any(axis=1)), 200.0)
    marked = bouts(Rails().push(acc, None), 200.0)
    assert true.sum() >= 20
    assert (true & ~marked).sum() <= 10  # of four ends, each seen often enough before it is believed
    assert marked[len(marked) // 2 :][true[len(true) // 2 :]].all()


def test_a_smeared_end_takes_what_lies_just_below_it_with_it() -> None:
    peaks = [15.98, 15.98, 15.95, 15.98, 15.91, 15.5, 15.98]
    acc = np.zeros((len(peaks), 3))
    acc[:, 1] = peaks
    assert Rails().push(acc, RANGE_G).tolist() == [True, True, True, True, True, False, True]


def test_the_smallest_range_has_ends_too_where_it_is_told() -> None:
    step = 2.0 / 32768
    acc = np.rint(motion(2, 200.0).clip(-2.0, 2.0 - step) / step) * step
    true = bouts(np.asarray(((acc >= 2.0 - step) | (acc <= -2.0)).any(axis=1)), 200.0)
    marked = bouts(Rails().push(acc, 2.0), 200.0)
    assert true.sum() >= 20
    assert marked[true].all()
    assert not marked[~true].any()


@pytest.mark.parametrize("range_g", [2.0, 3.0])
@pytest.mark.parametrize(
    "site", ["treadmill_shank/run-01", "vicon_shoe/walk-2017-11-22-11-22-03", "ble_foot/run"]
)
def test_a_range_too_small_for_a_leg_shows_itself(site: str, range_g: float) -> None:
    """By repetition alone: the first few at each of six ends are not marked."""
    step = range_g / 32768
    acc = recording(site, Mount.LEFT_SHIN, 143.0).acc_g
    true = ((acc >= range_g - step / 2) | (acc <= -range_g)).any(axis=1)
    marked = Rails().push(np.clip(np.rint(acc / step) * step, -range_g, range_g - step), None)
    assert (true & ~marked).sum() <= 18
    assert (marked & ~true).sum() <= 0.01 * true.size
    assert not Rails().push(acc[np.abs(acc).max(axis=1) < 0.9 * range_g], None).any()


def test_an_end_that_was_passed_was_none() -> None:
    peaks = [12.0, 12.0, 12.0, 12.0, 12.0, 13.0, 12.0]
    acc = np.zeros((len(peaks), 3))
    acc[:, 0] = peaks
    assert Rails().push(acc, 32.0).tolist() == [False, False, False, True, True, False, False]


def test_walking_on_a_coarse_sensor_is_not_cut_off() -> None:
    for seed in range(6):
        walk = motion(seed, 100.0, walking=True) * (3.6 / LARGEST_G)
        assert not Rails().push(np.rint(walk * 64.0) / 64.0, None).any()


def test_a_sensor_of_another_range_begins_anew() -> None:
    rails = Rails()
    full = np.array([[0.0, 8.0, 0.0]])
    assert rails.push(full, 8.0).all()
    assert not rails.push(full, 16.0).any()
    assert rails.push(2.0 * full, 16.0).all()


def test_a_range_that_was_guessed_too_small_has_other_ends() -> None:
    acc = np.zeros((4, 3))
    acc[:, 0] = 8.0 * 32767 / 32768, 12.0, 15.95, 15.95
    assert Rails().push(acc, None).tolist() == [True, False, True, True]


def test_what_was_an_end_in_one_range_is_none_in_another() -> None:
    rails = Rails()
    before = np.zeros((40, 3))
    before[::4, 0] = 8.0 * 32767 / 32768
    assert rails.push(before, 8.0).sum() == 10
    after = np.zeros((40, 3))
    after[::4, 0] = np.linspace(7.96, 8.02, 10)
    assert not rails.push(after, 16.0).any()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(SENSORS)), st.booleans(), st.lists(st.integers(0, 3600), max_size=6))
def test_any_split_marks_the_same(sensor: str, told: bool, cuts: list[int]) -> None:
    acc, range_g = SENSORS[sensor](motion(1, 100.0)), RANGE_G if told else None
    whole = Rails()
    expected = whole.push(acc, range_g)
    split = Rails()
    edges = [0, *sorted(min(cut, len(acc)) for cut in cuts), len(acc)]
    marks = [split.push(acc[a:b], range_g) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(marks), expected)
    assert split == whole
