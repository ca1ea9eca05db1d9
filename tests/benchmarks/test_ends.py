"""What counts as made up where a recording was cut off."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ends import Ends, ends_of
from benchmarks.trial import load_trials
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.recordings import pieces, strides_of
from tests.dsp.simulated import simulated
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


@pytest.mark.parametrize("gyro", [True, False], ids=["gyroscope", "acceleration"])
def test_recorded_shoes_that_are_cut_off_end_in_nothing_made_up(recordings: Path, *, gyro: bool) -> None:
    """A jolt that is not seen to its end, or a swing that goes on, would make two or three of these."""
    ends = Ends()
    for trial in load_trials(recordings, "vicon_shoe"):
        ends.add(ends_of(trial if gyro else replace(trial, gyro_dps=None)))
    assert ends.told >= 600
    assert (ends.made_up, ends.wrong, ends.late) == (0, 0, 0)


@pytest.mark.parametrize("speed_kmh", [3.5, 5.0])
def test_a_walking_shin_that_is_cut_off_in_stance_has_no_toe_off_yet(speed_kmh: float) -> None:
    """With a gyroscope, of which no recording is here."""
    stand = Phase(activity="stand", duration_s=3.0)
    walk = Phase(activity="walk", duration_s=14.0, speed_kmh=speed_kmh)
    block, _ = simulated(Mount.LEFT_SHIN, stand, walk)
    whole, ends = strides_of([block]), Ends()
    first, last = np.searchsorted(block.t_us, (11_000_000, 14_000_000)).tolist()
    for end in range(first, last, 10):
        cut = pieces(block, [end])[0]
        ends.judge(strides_of([cut]), whole, int(cut.t_us[-1]))
    assert ends.told >= 90
    assert (ends.made_up, ends.wrong, ends.late) == (0, 0, 0)
