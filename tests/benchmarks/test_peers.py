"""The methods of the literature find what their rules look for, on signals whose events are known."""

import numpy as np
import pytest

from benchmarks.matching import common_offset
from benchmarks.peers import PEERS, Method
from benchmarks.score import figures, score
from benchmarks.trial import Trial
from dsp.mount import Mount
from tests.benchmarks.synthetic import running

SITES = {"shin": running(Mount.LEFT_SHIN), "shoe": running(Mount.RIGHT_SHOE)}


@pytest.mark.parametrize("method", PEERS, ids=lambda method: method.name)
def test_finds_every_running_contact_at_a_constant_distance(method: Method) -> None:
    trial = SITES[method.site]
    assert trial.truth is not None
    found = method.detect(trial)
    offset_s = common_offset(found.initial_contact_s, trial.truth.initial_contact_s)
    row = figures([score(found, trial.truth, activity="run", offset_s=offset_s)])
    # Falbriard's cycles run from mid-swing to mid-swing: the last contact has no second one.
    assert row.missed_per_1000 <= 1000 / 30
    assert row.extra_per_1000 == 0
    assert abs(row.initial_contact_bias_ms) < 45
    assert row.initial_contact_sd_ms < 3
    assert np.isfinite(found.toe_off_s).any() == method.gives_toe_off


@pytest.mark.parametrize(
    ("name", "within_ms"), [("Mercer 2003", 15), ("Purcell 2006", 10), ("Falbriard 2018", 10)]
)
def test_toe_off_where_the_rule_puts_it(name: str, within_ms: float) -> None:
    method = next(method for method in PEERS if method.name == name)
    trial = SITES[method.site]
    assert trial.truth is not None
    found = method.detect(trial)
    row = figures([score(found, trial.truth, activity="run")])
    assert abs(row.toe_off_bias_ms) < within_ms
    assert row.toe_off_sd_ms < 3


def test_van_den_berghe_needs_three_g() -> None:
    method = next(method for method in PEERS if method.name == "Van den Berghe 2021")
    assert len(method.detect(running(Mount.LEFT_SHIN, peak_g=8.0))) == 30
    assert len(method.detect(running(Mount.LEFT_SHIN, peak_g=1.5))) == 0


def test_methods_are_asked_only_where_they_belong() -> None:
    shin = SITES["shin"]
    without = Trial(
        shin.data_set, shin.name, None, shin.mount, "run", shin.t_s, shin.acc_g, None, shin.rate_hz, 16.0
    )
    asked = {method.name for method in PEERS if method.fits(without)}
    assert asked.isdisjoint({"Schmidt 2016", "Fadillioglu 2020", "Falbriard 2018", "Chew 2018"})
    assert asked >= {"Mercer 2003", "Purcell 2006", "Sinclair 2013", "Aubol & Milner 2020"}
