"""The files of other people are read as they are."""

from pathlib import Path

import numpy as np
import pytest
import typer

from benchmarks.checksums import checksum, write_list
from benchmarks.elsewhere.__main__ import main
from benchmarks.elsewhere.feet import DATA_SET, Recorded, read_feet
from benchmarks.elsewhere.markers import read_markers
from benchmarks.elsewhere.originals import changed, originals_folder
from benchmarks.elsewhere.truths import read_contacts, read_known_strides, read_ways
from benchmarks.recordings import ORIGINALS

NAMES = {Path(original.path).name: original.name for original in ORIGINALS if original.data_set == DATA_SET}
AXES = [f"{kind}_{axis}" for axis in "xyz" for kind in ("acc", "gyr")]
EVENTS = """s_id,foot,start,end,ic,tc,min_vel,pre_ic
0,left,150,250,230.0,190.0,150,100.0
1,left,250,370,340.0,290.0,250,230.0
2,right,200,310,280.0,240.0,200,160.0
"""
POSITIONS = """,s_id,sample,pos_x,pos_y,pos_z
left_sensor,0,0,0.0,0.0,0.0
left_sensor,0,1,0.6,0.8,0.3
left_sensor,1,0,0.0,0.0,0.0
left_sensor,1,1,1.2,0.0,0.0
right_sensor,2,0,0.0,0.0,0.0
right_sensor,2,1,0.0,1.5,0.0
"""


def test_two_rows_of_header_name_sensor_and_axis(tmp_path: Path) -> None:
    """Column by column the feet take turns, as in imu_sample.csv."""
    names = [(foot, axis) for axis in AXES for foot in ("left", "right")]
    lines = [
        ",".join(["sensor", *(f"{foot}_sensor" for foot, _ in names)]),
        ",".join(["axis", *(axis for _, axis in names)]),
        ",".join(map(str, range(13))),
        ",".join(map(str, [1, *range(100, 112)])),
    ]
    (tmp_path / "walk.csv").write_text("\n".join(lines) + "\n")
    left, right = read_feet(tmp_path / "walk.csv", Recorded("walk", "", 50.0))
    assert (left.name, right.name) == ("walk left", "walk right")
    assert (left.mount, right.mount) == ("left-shoe", "right-shoe")
    assert left.t_s.tolist() == [0.0, 0.02]
    assert left.gyro_dps is not None
    assert left.acc_g[0] * 9.80665 == pytest.approx([1, 5, 9])
    assert left.gyro_dps[1].tolist() == [102, 106, 110]
    assert right.acc_g[0] * 9.80665 == pytest.approx([2, 6, 10])


def test_one_row_of_header_is_one_foot_and_other_columns_are_ignored(tmp_path: Path) -> None:
    header = ["", "index", *AXES, "mag_x"]
    rows = [header, [0, 23000, *range(6), 99], [1, 23001, *range(6), 99]]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    (tmp_path / "walk.csv").write_text(text + "\n")
    (trial,) = read_feet(tmp_path / "walk.csv", Recorded("walk", "", 100.0, ("right",)))
    assert trial.mount == "right-shoe"
    assert trial.t_s.tolist() == [0.0, 0.01]
    assert trial.acc_g[0] * 9.80665 == pytest.approx([0, 2, 4])
    (tmp_path / "walk.csv").write_text(text.replace("gyr_z", "gyr_w") + "\n")
    with pytest.raises(KeyError, match="gyr_z"):
        list(read_feet(tmp_path / "walk.csv", Recorded("walk", "", 100.0, ("right",))))


def test_events_are_every_contact_once_and_the_toe_off_after_it(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    left = read_contacts(tmp_path / "events.csv", "left", 100.0)
    assert left.initial_contact_s.tolist() == [1.0, 2.3, 3.4]
    assert left.toe_off_s[:2].tolist() == [1.9, 2.9]
    assert np.isnan(left.toe_off_s[2])


def test_the_way_of_a_stride_is_level_and_belongs_to_its_contacts(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "places.csv").write_text(POSITIONS)
    left = read_ways(tmp_path / "events.csv", tmp_path / "places.csv", "left", 100.0)
    assert left.length_m == pytest.approx([1.0, 1.2])
    assert left.contacts_s.tolist() == [[1.0, 2.3], [2.3, 3.4]]
    (tmp_path / "places.csv").write_text(POSITIONS.replace("left_sensor,1", "left_sensor,7"))
    with pytest.raises(KeyError):
        read_ways(tmp_path / "events.csv", tmp_path / "places.csv", "left", 100.0)


def test_known_strides_are_a_foots_own(tmp_path: Path) -> None:
    (tmp_path / "borders.csv").write_text("s_id,foot,start,end,gsd_id\n0,left,100,210,1\n1,right,150,260,1\n")
    assert read_known_strides(tmp_path / "borders.csv", "right", 100.0).tolist() == [[1.5, 2.6]]


def test_markers_are_in_metres_and_may_be_hidden(tmp_path: Path) -> None:
    names = [
        (f"{side}_{marker}", axis) for side in "LR" for marker in ("FCC", "FM5", "TOE") for axis in "xyz"
    ]
    lines = [",".join(["", *column]) for column in zip(*names, strict=True)]
    lines += [",".join(map(str, [0, *range(1000, 1018)])), ",".join(["1", "", *map(str, range(17))])]
    (tmp_path / "markers.csv").write_text("\n".join(lines) + "\n")
    left, right = (read_markers(tmp_path / "markers.csv", foot) for foot in ("left", "right"))
    assert left.t_s.tolist() == [0.0, 0.01]
    assert left.place_m["ball"][0] == pytest.approx([1.003, 1.004, 1.005])
    assert np.isnan(left.place_m["heel"][1, 0])
    assert right.place_m["toe"][0] == pytest.approx([1.015, 1.016, 1.017])


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all the names, each file its own name."""
    folder = tmp_path / DATA_SET
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text(name)
    monkeypatch.setenv("KNEELOAD_ORIGINALS", str(tmp_path))
    return folder


def test_the_folder_is_found_itself_and_by_the_one_above(
    fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert originals_folder(DATA_SET) == fetched
    monkeypatch.setenv("KNEELOAD_ORIGINALS", str(fetched))
    assert originals_folder(DATA_SET) == fetched
    (fetched / "imu_sample.csv").unlink()
    assert originals_folder(DATA_SET) is None


def test_a_file_that_is_not_as_published_is_named(fetched: Path, tmp_path: Path) -> None:
    noted = tmp_path / "list"
    write_list(noted, {whole: checksum(fetched / name) for name, whole in NAMES.items()})
    assert changed(DATA_SET, fetched, noted) == ()
    (fetched / "position_sample.csv").write_text("other")
    assert changed(DATA_SET, fetched, noted) == ("position_sample.csv",)


def test_without_the_files_one_line_says_how_to_get_them(
    fetched: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as wrong:
        main()
    assert wrong.value.exit_code == 2
    assert "not as published: imu_sample.csv" in capsys.readouterr().err
    (fetched / "imu_sample.csv").unlink()
    with pytest.raises(typer.Exit) as missing:
        main()
    assert missing.value.exit_code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "python -m benchmarks.recordings gaitmap_feet" in said
