"""Pieces of recorded walks as slower people would have walked them, harder or softer, without a gyroscope."""

import numpy as np
import pytest

from benchmarks.trial import Trial, load_trials
from benchmarks.validate.altered import ALTERATIONS
from dsp.block import ImuBlock
from kneeload.truth import match
from tests.dsp.recordings import ROOT, contact_times_s, strides_of

LASTS_S, EVERY_S, EDGE_S, NEAR_S = 14.0, 1.5, 0.4, 0.05
OF = {alteration.name: alteration.of for alteration in ALTERATIONS}


def walks() -> list[Trial]:
    if not (ROOT / "treadmill_shank").is_dir():
        pytest.skip(f"no treadmill_shank in {ROOT}: set KNEELOAD_DATA to the folder of recordings")
    return [trial for trial in load_trials(ROOT, "treadmill_shank") if trial.activity == "walk"]


@pytest.mark.parametrize("steps", ["steps half as hard", "steps twice as hard", "noise of 0.05 g, 5 deg/s"])
def test_wherever_a_slower_walk_begins_its_contacts_are_told(steps: str) -> None:
    true = wrong = 0
    for trial in walks():
        slower = OF[steps](OF["15 % slower"](trial))
        assert slower.mount is not None
        assert slower.truth is not None
        for begin_s in np.arange(0.0, slower.t_s[-1] - LASTS_S, EVERY_S):
            rows = (slower.t_s >= begin_s) & (slower.t_s < begin_s + LASTS_S)
            t_us = np.rint(slower.t_s[rows] * 1e6).astype(np.int64)
            acc = np.ascontiguousarray(slower.acc_g[rows])
            told_s = contact_times_s(
                strides_of([ImuBlock(slower.mount, t_us, acc, None, slower.rate_hz, restart=True)])
            )
            contact_s = slower.truth.initial_contact_s
            inside = contact_s[(contact_s > begin_s + EDGE_S) & (contact_s < begin_s + LASTS_S - EDGE_S)]
            pairs = match(told_s, inside, tolerance_s=NEAR_S)
            true += inside.size
            wrong += pairs.missed.size
    assert true > 400
    assert wrong <= 0.005 * true
