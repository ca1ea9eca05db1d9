"""Constants of the signal core are found and changed where they are used, and put back."""

import pytest

import dsp.jolting
import dsp.likeness
import dsp.rhythm
import dsp.runner
import dsp.swinging
import dsp.vote
from benchmarks.sensitivity import Constant, changed, constants


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
    names = {constant.modules[0] for constant in constants()}
    assert {"dsp.gait", "dsp.jolt", "dsp.swing", "dsp.turning", "dsp.vote", "dsp.shin", "dsp.shoe"} <= names
    assert len(constants()) > 100
