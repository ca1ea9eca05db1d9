"""Pieces of recorded walks as other people would have walked them: slower, harder, with softer landings."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.score import figures
from benchmarks.trial import Trial, load_trials
from benchmarks.validate.altered import ALTERATIONS, altered_by
from dsp.block import ImuBlock
from dsp.filters import hann_smooth
from kneeload.truth import match
from tests.dsp.recordings import contact_times_s, strides_of
from tests.dsp.test_landing_on_the_ball import swing_axis

LASTS_S, EVERY_S, EDGE_S, NEAR_S = 14.0, 1.5, 0.4, 0.05
OF = {alteration.name: alteration.of for alteration in ALTERATIONS}


@pytest.fixture
def walks(recordings: Path) -> list[Trial]:
    return [trial for trial in load_trials(recordings, "treadmill_shank") if trial.activity == "walk"]


def wrong_of(trial: Trial) -> tuple[int, int, int]:
    """(missed, made up, true) contacts over pieces that begin anywhere."""
    assert trial.mount is not None
    assert trial.truth is not None
    missed = extra = true = 0
    for begin_s in np.arange(0.0, trial.t_s[-1] - LASTS_S, EVERY_S):
        rows = (trial.t_s >= begin_s) & (trial.t_s < begin_s + LASTS_S)
        t_us = np.rint(trial.t_s[rows] * 1e6).astype(np.int64)
        acc = np.ascontiguousarray(trial.acc_g[rows])
        block = ImuBlock(trial.mount, t_us, acc, None, trial.rate_hz, restart=True)
        contact_s = trial.truth.initial_contact_s
        inside = contact_s[(contact_s > begin_s + EDGE_S) & (contact_s < begin_s + LASTS_S - EDGE_S)]
        told = contact_times_s(strides_of([block]))
        told = told[(told > inside[0] - EDGE_S) & (told < inside[-1] + EDGE_S)]
        pairs = match(told, inside, tolerance_s=NEAR_S)
        missed, extra, true = missed + pairs.missed.size, extra + pairs.extra.size, true + inside.size
    return missed, extra, true


@pytest.mark.parametrize("steps", ["steps half as hard", "steps twice as hard", "noise of 0.05 g, 5 deg/s"])
def test_wherever_a_slower_walk_begins_its_contacts_are_told(walks: list[Trial], steps: str) -> None:
    counts = [wrong_of(OF[steps](OF["15 % slower"](trial))) for trial in walks]
    missed, extra, true = map(sum, zip(*counts, strict=True))
    assert true > 400
    assert max(missed, extra) <= 0.005 * true


def test_a_soft_landing_is_told_by_the_push_offs_around_it(walks: list[Trial]) -> None:
    """Half as hard it is no harder than the jolts beside it: by jolts alone every third is another's."""
    counts = [wrong_of(OF["landings half as hard"](trial)) for trial in walks]
    missed, extra, true = map(sum, zip(*counts, strict=True))
    assert true > 400
    assert max(missed, extra) <= 0.08 * true


def test_a_soft_heel_is_told_from_the_forefoot_that_drops_after_it(recordings: Path) -> None:
    """By jolts alone one foot in ten is told 50 to 80 ms late, where the forefoot is down."""
    soft = next(alteration for alteration in ALTERATIONS if alteration.name == "landings half as hard")
    trials = [trial for trial in load_trials(recordings, "walk_feet") if trial.truth_fits]
    (scores,) = altered_by(soft, trials).scores.values()
    found = figures(scores)
    assert found.missed_per_1000 + found.extra_per_1000 <= 20.0
    assert found.initial_contact_sd_ms <= 15.0


def test_a_forefoot_drops_soon_after_its_heel_has_landed_and_lies_then(recordings: Path) -> None:
    """What the core goes by, from nothing but angular rates and contacts of the truth."""
    late_ms, rates_dps = [], []
    for trial in load_trials(recordings, "walk_feet"):
        if not trial.truth_fits:
            continue
        assert trial.gyro_dps is not None
        assert trial.truth is not None
        rate_hz = trial.rate_hz
        pitch_dps = hann_smooth(trial.gyro_dps @ swing_axis(trial.gyro_dps), 10.0, rate_hz)
        found = []
        for contact_s in trial.truth.initial_contact_s[1:-1]:  # the first and the last are steps
            row = round((contact_s - trial.t_s[0]) * rate_hz)
            fastest = row + int(pitch_dps[row : row + round(0.12 * rate_hz)].argmin())
            lies = pitch_dps[fastest + round(0.05 * rate_hz) : fastest + round(0.15 * rate_hz)]
            found.append(((fastest - row) / rate_hz * 1e3, pitch_dps[fastest], lies.max()))
        late, rate, after = np.array(found).T
        late_ms.append(float(np.median(late)))
        rates_dps.append(float(np.median(rate)))
        assert np.percentile(after, 90) < 60.0, trial.name
    assert len(late_ms) >= 9
    assert 10.0 <= min(late_ms) <= max(late_ms) <= 50.0
    assert max(rates_dps) <= -140.0


def slow_walks(recordings: Path) -> list[Trial]:
    """Strides of 1.4 s and more."""
    names = ("walk-2017-11-22-11-23-25", "walk-2017-11-22-11-50-42")
    return [trial for trial in load_trials(recordings, "vicon_shoe") if trial.name in names]


def shoe_contacts_s(trial: Trial, turns: float = 1.0) -> NDArray[np.float64]:
    """turns: how fast it turns, of what was recorded."""
    assert trial.mount is not None
    assert trial.gyro_dps is not None
    t_us, gyro = np.rint(trial.t_s * 1e6).astype(np.int64), np.ascontiguousarray(turns * trial.gyro_dps)
    block = ImuBlock(trial.mount, t_us, trial.acc_g, gyro, trial.rate_hz, restart=True)
    return contact_times_s(strides_of([block]))


def test_a_slow_walkers_contact_is_not_told_after_the_hardest_jolt_of_its_landing(recordings: Path) -> None:
    """The heel stands alone for longer: its jolt is up to 75 ms before the forefoot drops fastest."""
    after = true = 0
    for trial in slow_walks(recordings):
        jerk = np.linalg.norm(np.diff(trial.acc_g, axis=0), axis=1) * trial.rate_hz
        jolts = hann_smooth(jerk, 10.0, trial.rate_hz)
        for contact_s in shoe_contacts_s(trial)[1:-1]:  # the first and the last are steps
            a, b = np.searchsorted(trial.t_s, [contact_s - 0.15, contact_s + 0.15]).tolist()
            after += bool(trial.t_s[a + int(jolts[a:b].argmax())] < contact_s)
            true += 1
    assert true >= 38
    assert after <= 0.05 * true


@pytest.mark.parametrize("turns", [0.6, 1.5])
def test_a_forefoot_drops_as_its_own_foot_swings(recordings: Path, turns: float) -> None:
    """Who turns the foot less from swing to stance drops it less fast too: the contacts are the same."""
    for trial in slow_walks(recordings):
        usual, other = shoe_contacts_s(trial), shoe_contacts_s(trial, turns)
        assert usual.size == other.size
        assert np.abs(usual - other).max() <= 0.03, trial.name
