"""The simulated grid and what it hands on."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.blocks import cut
from benchmarks.validate.cells import AXES, grid
from benchmarks.validate.simulated import simulate
from benchmarks.validate.simulated_sheets import rmse, sensitivity_percent, specificity_percent
from dsp.mount import Mount


@pytest.mark.parametrize("count", [42, 168])
def test_every_level_comes_equally_often(count: int) -> None:
    cells = grid(count)
    assert cells == grid(count)
    for axis, levels in AXES.items():
        seen = Counter(getattr(cell, axis) for cell in cells)
        share = count / len(levels)
        for level, wanted in Counter(levels).items():
            assert abs(seen[level] - wanted * share) <= wanted


def test_a_simulation_holds_the_same_samples_for_us_and_for_peers() -> None:
    cell = next(cell for cell in grid(42) if cell.loss_percent == 0 and cell.gyro)
    simulation = simulate(cell, seconds=8.0)
    joined = np.concatenate([block.acc_g for block in simulation.blocks])
    assert np.array_equal(joined, simulation.trial.acc_g)
    assert (np.abs(joined) <= cell.acc_range_g).all()
    assert simulation.trial.truth is not None
    assert len(simulation.trial.truth) >= 5
    axial = simulation.trial.axial
    assert axial is not None
    standing = simulation.trial.t_s < 3.0
    assert float((simulation.trial.acc_g[standing] @ axial).mean()) > 0.7


def test_lost_packets_are_told_to_the_next_block() -> None:
    t_s = np.arange(100) / 100.0
    keep = np.array([True, False, False, True, True, True, False, True, True, True])
    blocks = list(
        cut(
            Mount.LEFT_SHIN,
            t_s,
            np.zeros((100, 3)),
            gyro_dps=None,
            rate_hz=100.0,
            samples=10,
            keep=keep,
        )
    )
    assert [block.lost_before for block in blocks] == [0, 20, 0, 0, 10, 0, 0]
    assert [block.restart for block in blocks] == [True] + 6 * [False]
    assert sum(len(block) for block in blocks) == 70


def test_figures_of_flags_and_angles() -> None:
    flags = np.array([[True, True], [True, False], [False, False], [False, False], [False, True]])
    assert sensitivity_percent(flags) == pytest.approx(50)
    assert specificity_percent(flags) == pytest.approx(200 / 3)
    assert rmse(np.array([3.0, np.nan, -4.0])) == pytest.approx(np.sqrt(12.5))
    assert np.isnan(rmse(np.array([np.nan])))
