"""What counts as made up where a recording was cut off."""

from dataclasses import replace
from pathlib import Path

from benchmarks.ends import Ends, ends_of
from benchmarks.trial import load_trials
from tests.kneeload.test_medians import stride


def test_a_contact_of_its_own_a_toe_off_elsewhere_and_one_after_the_end_are_told_apart() -> None:
    whole = [stride(number, 9.0) for number in range(8)]
    at_us = whole[-1].initial_contact_us
    ends = Ends()
    ends.judge(whole, whole, at_us + 500_000)
    assert (ends.cuts, ends.told, ends.made_up, ends.wrong, ends.late) == (1, 3, 0, 0, 0)
    beside = replace(whole[-1], toe_off_us=at_us + 350_000)
    ends.judge([*whole[:-1], beside], whole, at_us + 500_000)
    assert (ends.made_up, ends.wrong, ends.late) == (0, 1, 0)
    ends.judge(whole, whole, at_us + 200_000)
    assert (ends.made_up, ends.wrong, ends.late) == (0, 1, 1)
    ends.judge([*whole, replace(whole[-1], initial_contact_us=at_us + 300_000)], whole, at_us + 400_000)
    assert (ends.made_up, ends.wrong, ends.late) == (1, 1, 1)


def test_recorded_walks_that_are_cut_off_end_in_nothing_made_up(recordings: Path) -> None:
    for trial in load_trials(recordings, "treadmill_shank"):
        ends = ends_of(trial, cuts=6)
        assert ends.told >= 6
        assert (ends.made_up, ends.wrong, ends.late) == (0, 0, 0)
