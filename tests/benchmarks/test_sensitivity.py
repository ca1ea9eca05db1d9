"""Constants of the signal core are found and changed where they are used, and put back."""

from dataclasses import replace

import pytest

import dsp.jolting
import dsp.likeness
import dsp.rhythm
import dsp.runner
import dsp.shin
import dsp.swinging
import dsp.vote
from benchmarks.sensitivity import Constant, changed, constants
from benchmarks.validate import ours
from dsp.params import Params


def named(name: str) -> Constant:
    (found,) = [constant for constant in constants() if constant.name == name]
    return found


def test_a_constant_is_changed_wherever_it_was_imported_to() -> None:
    constant = named("LEAST_FUNDAMENTAL")
    users = (dsp.rhythm, dsp.jolting, dsp.swinging)
    assert constant.modules[0] == "dsp.rhythm"
    assert set(constant.modules) == {module.__name__ for module in users}
    with changed(constant, 0.8):
        assert {module.LEAST_FUNDAMENTAL for module in users} == {0.8 * constant.value}
    assert {module.LEAST_FUNDAMENTAL for module in users} == {constant.value}


@pytest.mark.parametrize(("factor", "value"), [(0.8, 2), (1.25, 4)])
def test_a_whole_number_changes_by_one_at_least(factor: float, value: int) -> None:
    with changed(named("VOTES"), factor):
        found = dsp.runner.VOTES
    assert found == value


def test_two_of_the_same_name_and_value_are_two() -> None:
    likeness, vote = (constant for constant in constants() if constant.name == "LAST")
    assert (likeness.modules, vote.modules) == (("dsp.likeness",), ("dsp.vote",))
    assert likeness.value == vote.value
    with changed(likeness, 2.0):
        found = dsp.likeness.LAST, dsp.vote.LAST
    assert found == (2 * vote.value, vote.value)


def test_it_is_put_back_after_an_error() -> None:
    before = dsp.rhythm.LEAST_FUNDAMENTAL
    with pytest.raises(InterruptedError), changed(named("LEAST_FUNDAMENTAL"), 2.0):
        raise InterruptedError
    assert before == dsp.rhythm.LEAST_FUNDAMENTAL


def test_most_of_the_core_is_looked_at() -> None:
    titles = {constant.title for constant in constants()}
    assert {"shoe.LANDMARKS[jerk_lag_s]", "shin.STANCE[run][1]", "travel.BRAKED_G_S[walk]"} <= titles
    assert {"params.gate_hz", "params.open_strides"} <= titles
    names = {constant.modules[0] for constant in constants()}
    assert {"dsp.gait", "dsp.jolt", "dsp.swing", "dsp.turning", "dsp.vote", "dsp.shin", "dsp.shoe"} <= names
    assert len(constants()) > 100


def test_a_number_in_a_table_is_changed_alone() -> None:
    before = dsp.shin.STANCE
    (found,) = (constant for constant in constants() if constant.title == "shin.STANCE[walk][0]")
    with changed(found, 0.5):
        now = dsp.shin.STANCE
    assert now == {**before, "walk": (0.5 * before["walk"][0], before["walk"][1])}
    assert before == dsp.shin.STANCE


def test_a_setting_is_changed_for_the_recordings_that_are_counted() -> None:
    (found,) = (constant for constant in constants() if constant.title == "params.gate_hz")
    with changed(found, 1.25):
        now = ours.PARAMS
    assert now == replace(Params(), gate_hz=1.25 * Params().gate_hz)
    assert Params() == ours.PARAMS
