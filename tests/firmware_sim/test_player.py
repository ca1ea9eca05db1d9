"""A recording is played as it was: gaps, jitter, ranges."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.player import Player, number_samples
from tests.firmware_sim.wire import steady_player, taken

DATA = Path(os.environ.get("KNEELOAD_DATA", Path(__file__).parents[3] / "shared" / "data"))


def recording(name: str) -> np.ndarray:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"no recording {path}")
    return np.genfromtxt(path, delimiter=",", names=True)


def player_of(name: str) -> Player:
    rows = recording(name)
    t_us = np.rint(rows["t_s"] * 1e6).astype(np.int64)
    acc_g = np.column_stack([rows[f"a{axis}_g"] for axis in "xyz"])
    names = rows.dtype.names or ()
    gyro_dps = np.column_stack([rows[f"g{a}_dps"] for a in "xyz"]) if "gx_dps" in names else None
    return Player(t_us, acc_g, gyro_dps)


@given(st.lists(st.integers(1, 5), min_size=30, max_size=60), st.floats(-0.15, 0.15))
def test_gaps_are_numbered_and_jitter_is_not(holes: list[int], jitter: float) -> None:
    # Most steps are one sample: the median interval is the sample interval, but for the wobble. Beyond 0.18 a
    # hole of five would be nearer to four of what is then the median.
    steps = np.array([step for hole in holes for step in (1, 1, 1, hole)])
    number = np.concatenate(([0], np.cumsum(steps)))
    wobble_us = np.where(np.arange(len(number)) % 2, jitter * 2500, 0)
    t_us = np.rint(number * 5000 + wobble_us).astype(np.int64)
    assert np.array_equal(number_samples(t_us), number)


def test_one_displaced_stamp_is_no_gap() -> None:
    t_us = np.arange(40, dtype=np.int64) * 5000
    t_us[20] += 3830
    assert np.array_equal(number_samples(t_us), np.arange(40))


@pytest.mark.parametrize("cuts", [[0.1, 0.2, 5.0], [0.0, 0.0, 5.0], [0.05 * k for k in range(1, 100)]])
def test_taking_in_pieces_gives_the_whole(cuts: list[float]) -> None:
    player = steady_player(2.0)
    pieces = [player.take(until_s) for until_s in cuts]
    whole = taken(steady_player(2.0))
    assert player.finished
    assert np.array_equal(np.concatenate([p.index for p in pieces]), whole.index)
    assert np.array_equal(np.concatenate([p.acc_g for p in pieces]), whole.acc_g)
    assert all(np.all(p.t_s < until_s) for p, until_s in zip(pieces, cuts, strict=True))


def test_a_recording_of_one_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        Player(np.array([0]), np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("name", "rate_hz", "acc_range_g", "gyro_range_dps", "missing_percent"),
    [
        ("ble_foot/run.csv", 100.0, 16, 1000, 11),
        ("treadmill_shank/run-01.csv", 142.86, 8, None, 0),
        ("vicon_shoe/run-2017-12-15-18-01-51.csv", 200.0, 8, 1000, 0),
    ],
)
def test_real_recordings_keep_rate_range_and_gaps(
    name: str, rate_hz: float, acc_range_g: float, gyro_range_dps: float | None, missing_percent: float
) -> None:
    player = player_of(name)
    samples = taken(player)
    missing = 1 - len(samples) / (samples.index[-1] + 1)
    assert player.rate_hz == pytest.approx(rate_hz, rel=1e-3)
    assert (player.acc_range_g, player.gyro_range_dps) == (acc_range_g, gyro_range_dps)
    assert 100 * missing == pytest.approx(missing_percent, abs=0.5)


def test_a_recordings_own_rail_is_our_range() -> None:
    rows = recording("treadmill_shank/run-01.csv")
    recorded = np.column_stack([rows[f"a{axis}_g"] for axis in "xyz"])
    samples = taken(player_of("treadmill_shank/run-01.csv"))
    railed = recorded == recorded.min()
    assert recorded.min() > -8
    assert railed.sum() > 10
    assert np.all(samples.acc_g[railed] == -8)
    assert np.array_equal(samples.acc_g[np.abs(recorded) < 7.9], recorded[np.abs(recorded) < 7.9])
