"""What is carried from stride to stride: kept for each gait, told by the stride that is in it."""

import numpy as np
import pytest

from dsp.bout import Cycle
from dsp.contact import Contact
from dsp.events import AS_HARD, CLEAR_S, _jolts
from dsp.grid import VOID, SampleGrid
from dsp.landing import Landed
from dsp.likeness import LEAST
from dsp.runner import CLEAR, Runner
from dsp.vote import Ballot, Choice
from tests.dsp.rows import signals_of

RATE_HZ, N = 200.0, 200


def test_what_is_usual_in_one_gait_is_kept_while_the_other_lasts() -> None:
    runner = Runner(gait="run")
    runner.offsets["run"], runner.pushes["run"] = (1.0, 3.0), (50.0, 52.0, 54.0)
    runner.stride_in("walk")
    assert runner.usual_offset == 2.0  # until a walking stride is known
    assert runner.usual_push is None
    runner.offsets["walk"] = (5.0,)
    assert runner.usual_offset == 5.0
    runner.stride_in("run")
    assert [runner.usual_offset, runner.usual_push] == [2.0, 52.0]


def test_a_new_bout_begins_with_nothing_usual() -> None:
    runner = Runner()
    runner.offsets["run"] = runner.pushes["walk"] = (1.0, 2.0, 3.0)
    runner.unlike, runner.last_peak, runner.flat_row = 3, 7.0, 9
    runner.last_cycle = Cycle(100, 150, 150, 140.0)
    runner.begin_bout(1.0)
    assert (runner.usual_offset, runner.unlike, runner.activity) == (0.0, 0, "run")
    assert [runner.last_peak, runner.flat_row, runner.last_cycle] == [None] * 3


@pytest.mark.parametrize(("score", "told"), [(-CLEAR, "walk"), (-0.9 * CLEAR, "run")])
def test_a_clear_stride_says_its_gait_alone_and_another_does_not(score: float, told: str) -> None:
    runner = Runner()
    for _ in range(3):
        runner.vote(2.0)
    runner.vote(score)
    assert runner.activity == told


def test_a_swing_says_how_long_its_own_stride_is() -> None:
    runner = Runner()
    assert runner.pace(Cycle(100, 190, 190, 140.0)) == 140.0
    assert runner.pace(Cycle(240, 400, 400, 140.0)) == 210.0  # from swing to swing
    assert runner.pace(Cycle(440, None, 500, 140.0)) == 200.0  # the last one: from contact to contact
    assert runner.pace(Cycle(450, None, 600, 140.0)) == 140.0  # less than half a stride is none


def contact_at(peak: float, jolt: float) -> Contact:
    landed = Landed(Choice("jerk", peak, None), Ballot("jerk", (), 0.1), peak, jolt)
    return Contact(peak, None, "jerk", "none", "run", landed, None, None, None, None)


@pytest.mark.parametrize(
    ("apart_s", "jolt", "believed"),
    [(2 * CLEAR_S, 100.0, True), (0.5 * CLEAR_S, 100.0, False), (2 * CLEAR_S, 0.9 * AS_HARD * 100.0, False)],
)
def test_a_jolt_as_hard_as_usual_and_clear_of_a_hole_is_believed(
    apart_s: float, jolt: float, believed: bool
) -> None:
    grid: SampleGrid = signals_of(np.zeros((3, N)), RATE_HZ).grid
    grid.flags[80:101] = VOID
    grid.marked = N
    runner = Runner(gait="run")
    for _ in range(LEAST):
        runner.likeness.remember(100.0, "run")
    contact = contact_at(100.0 + apart_s * RATE_HZ + 1.0, jolt)
    assert _jolts(grid, contact, runner, 0, N) == believed


def test_only_the_rows_of_the_stride_say_whether_a_hole_is_near() -> None:
    grid = signals_of(np.zeros((3, N)), RATE_HZ).grid
    grid.flags[:10] = grid.flags[190:] = VOID
    grid.marked = N
    runner = Runner(gait="run")
    for _ in range(LEAST):
        runner.likeness.remember(100.0, "run")
    assert _jolts(grid, contact_at(0.0, 100.0), runner, 10, 190)
    assert _jolts(grid, contact_at(179.0, 100.0), runner, 10, 190)
    assert not _jolts(grid, contact_at(0.0, 100.0), runner, 9, 190)
