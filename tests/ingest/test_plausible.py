"""What of a recording is doubted: columns that tell nothing, and numbers that are no leg's."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.files import read_recording
from tests.ingest.test_files import SIX, table, write


@pytest.mark.parametrize("told", ["", "nan", "0", "-1.5"])
@pytest.mark.parametrize("axes", [slice(4, 7), slice(4, 5)])
def test_a_gyroscope_that_tells_nothing_is_none(tmp_path: Path, told: str, axes: slice) -> None:
    path = write(tmp_path / "a.csv", SIX, table())
    header, *lines = path.read_text().splitlines()
    cells = [line.split(",") for line in lines]
    for row in cells:
        row[axes] = [told] * len(row[axes])
    path.write_text("\n".join([header, *(",".join(row) for row in cells)]))
    recording = read_recording(path, Mount.LEFT_SHIN)
    np.testing.assert_allclose(recording.acc_g, table()[:, 1:4], rtol=1e-7)
    assert recording.lost == 0
    dead = axes == slice(4, 7) or told in ("", "nan")
    assert (recording.gyro_dps is None) == dead
    assert ("left out" in recording.doubt) == dead


@pytest.mark.parametrize(
    "names",
    [
        "gx gy gz",
        "gx_deg_s gy_deg_s gz_deg_s",
        "gyro_x gyro_y gyro_z",
        "Gyr_X(deg/s) Gyr_Y(deg/s) Gyr_Z(deg/s)",
    ],
)
def test_a_gyroscope_without_a_known_unit_is_not_dropped_in_silence(tmp_path: Path, names: str) -> None:
    header = [*SIX[:4], *names.split()]
    recording = read_recording(write(tmp_path / "a.csv", header, table()), Mount.LEFT_SHIN)
    assert recording.gyro_dps is None
    assert f"{', '.join(names.split())} are not read: name them gx_dps" in recording.doubt


@pytest.mark.parametrize("names", ["gps_x gps_y gps_z", "gait_phase weight gyration", "wxyz gxmax grade"])
def test_other_columns_are_no_gyroscope(tmp_path: Path, names: str) -> None:
    header = [*SIX[:4], *names.split()]
    assert read_recording(write(tmp_path / "a.csv", header, table()), Mount.LEFT_SHIN).doubt == ""
    full = write(tmp_path / "b.csv", [*SIX, "gyro_x"], np.column_stack([table(), table()[:, 4]]))
    assert read_recording(full, Mount.LEFT_SHIN).doubt == ""


def moving(seconds: float, largest_dps: float) -> NDArray[np.float64]:
    """Rows of a leg that lands once a second; largest_dps: of its swing."""
    t_s = np.arange(0, seconds, 0.01)
    none = np.zeros_like(t_s)
    shock = np.where(t_s % 1 < 0.15, 1.0, 0.0)
    return np.column_stack(
        [t_s, none, none, 1 + shock, none, none, largest_dps * np.sin(2 * np.pi * t_s + 0.1)]
    )


@pytest.mark.parametrize(
    ("seconds", "largest", "doubtful"),
    [(10.0, 8.0, True), (10.0, 30.0, True), (10.0, 200.0, False), (3.0, 8.0, False)],
)
def test_a_leg_that_moves_without_turning_is_doubted(
    tmp_path: Path, seconds: float, largest: float, *, doubtful: bool
) -> None:
    rows = moving(seconds, largest)
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert ("name the columns gx_rads" in recording.doubt) == doubtful
    rads = [*SIX[:4], "gx_rads", "gy_rads", "gz_rads"]
    doubt = read_recording(write(tmp_path / "b.csv", rads, rows), Mount.LEFT_SHIN).doubt
    # 200 rad/s are 11,500 deg/s.
    assert ("no leg does" in doubt) == (doubt != "") == (largest == 200.0)


def standing_then_moving(scale: float, gravity_g: float = 1.0) -> NDArray[np.float64]:
    """Five seconds still, then ten of a leg; scale: of what should be g."""
    rows = moving(15.0, 300.0)
    still = rows[:, 0] < 5
    rows[still, 3], rows[still, 6] = gravity_g, 0.1
    rows[:, 1] = np.random.default_rng(1).normal(0, 0.01, len(rows))
    rows[:, 1:4] *= scale
    return rows


@pytest.mark.parametrize(
    ("scale", "gravity_g", "said"),
    [(1.0, 1.0, None), (1.1, 1.0, None), (2.048, 1.0, "2.05 g"), (0.5, 1.0, "0.5 g"), (1.0, 0.0, "0.0")],
)
def test_what_is_no_gravity_at_rest_is_doubted(
    tmp_path: Path, scale: float, gravity_g: float, said: str | None
) -> None:
    """Counts divided by the wrong number, and gravity taken out, pass for a leg by their median."""
    path = write(tmp_path / "a.csv", SIX, standing_then_moving(scale, gravity_g))
    doubt = read_recording(path, Mount.LEFT_SHIN).doubt
    assert doubt == "" if said is None else (said in doubt and "while the sensor is still" in doubt)


def test_a_gyroscope_faster_than_any_leg_is_doubted(tmp_path: Path) -> None:
    counts = write(tmp_path / "a.csv", SIX, moving(10.0, 600.0 * 16.4))
    assert "which no leg does: check its unit" in read_recording(counts, Mount.LEFT_SHIN).doubt


def test_all_that_is_doubted_is_one_line(tmp_path: Path) -> None:
    rows = standing_then_moving(2.0)
    rows[:, 4:] = 0
    doubt = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN).doubt
    assert doubt.startswith(f"{tmp_path / 'a.csv'}: the gyroscope is left out")
    assert "; also the acceleration is 2 g" in doubt
    assert "\n" not in doubt


@pytest.mark.parametrize("range_g", [2, 3])
def test_a_range_too_small_for_a_leg_is_told(tmp_path: Path, range_g: float) -> None:
    rows = table(2000)
    rows[:, 3] = 1 + 3 * np.sin(np.arange(len(rows)) / 30) ** 9 + 0.001 * np.sin(np.arange(len(rows)))
    whole = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert "cut off" not in whole.doubt
    rows[:, 3] = np.clip(rows[:, 3], -range_g, range_g * (1 - 1 / 32768))
    cut = read_recording(write(tmp_path / "b.csv", SIX, rows), Mount.LEFT_SHIN)
    assert f"the acceleration is cut off at {range_g} g, less than a leg's" in cut.doubt
    rows[:, 3] = 1 + 1.2 * np.sin(np.arange(len(rows)) / 30)
    small = read_recording(write(tmp_path / "c.csv", SIX, rows), Mount.LEFT_SHIN)
    assert "cut off" not in small.doubt
