"""Running or walking: what each measure says, and what they say together."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.gait import activity_of, calm_share, gait_score
from dsp.runner import CLEAR

PERIOD = 180


def test_gaits_by_period_stance_and_calm() -> None:
    assert gait_score(0.72, 0.36, 0.4) > CLEAR
    assert gait_score(1.1, 0.62, 1.0) < -CLEAR
    assert gait_score(0.88, 0.45, 0.5) > 0.0  # a slow jog
    assert gait_score(0.9, 0.57, 0.9) < 0.0  # a fast walk


def test_without_a_stance_the_other_two_decide() -> None:
    assert gait_score(0.9, None, 1.0) < 0.0
    assert gait_score(0.9, None, 0.4) > 0.0


def test_the_last_scores_decide_and_a_draw_changes_nothing() -> None:
    assert activity_of((3.0, -1.0, 4.0), "walk") == "run"
    assert activity_of((3.0, -1.0, -0.1), "run") == "walk"
    assert activity_of((0.0,), "run") == "run"
    assert activity_of((2.0, 0.0, -2.0), "walk") == "walk"


def felt(*calm: tuple[float, float]) -> NDArray[np.float64]:
    """(3, n) of one stride that feels 1 g in these shares of it and 2 g elsewhere, in changing directions."""
    phase = np.arange(PERIOD) / PERIOD
    size = np.full(PERIOD, 2.0)
    for begin, end in calm:
        size[(phase >= begin) & (phase < end)] = 1.0
    return np.stack((size * np.sin(9.0 * phase), size * np.cos(9.0 * phase), np.zeros(PERIOD)))


@pytest.mark.parametrize(
    ("calm", "share"),
    [
        (((0.1, 0.4),), 1.0),
        (((0.1, 0.3),), 0.8),
        (((0.1, 0.2), (0.225, 0.35)), 0.9),  # the other foot's landing in the middle of it
        (((0.0, 0.1), (0.4, 0.5), (0.75, 0.85)), 0.4),  # a runner passes 1 g several times
        ((), 0.0),
    ],
)
def test_the_calmest_quarter_of_a_stride(calm: tuple[tuple[float, float], ...], share: float) -> None:
    assert calm_share(felt(*calm), PERIOD, 1.0, rate_hz=200.0) == pytest.approx(share, abs=0.03)


def test_calm_is_of_the_sensor_s_own_gravity() -> None:
    rows = 0.8 * felt((0.1, 0.4))
    assert calm_share(rows, PERIOD, 1.0, rate_hz=200.0) == 0.0
    assert calm_share(rows, PERIOD, 0.8, rate_hz=200.0) == 1.0


def test_of_a_sensor_never_seen_at_rest_a_walker_s_stance_shows_gravity() -> None:
    rows = 0.8 * felt((0.1, 0.4))
    assert calm_share(rows, PERIOD, None, rate_hz=170.0) == 1.0  # a stride of 1.06 s
    assert calm_share(rows, PERIOD, None, rate_hz=200.0) == 0.0  # of 0.9 s


def test_fewer_rows_than_a_quarter_are_all_there_is() -> None:
    assert calm_share(felt((0.0, 0.1))[:, :20], PERIOD, 1.0, rate_hz=200.0) == pytest.approx(18 / 20)
