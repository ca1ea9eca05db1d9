"""Recordings through the pipeline, into files and onto the terminal."""

import csv
import json
import re
from dataclasses import asdict, replace
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from rich.console import Console

from dsp.mount import Mount
from dsp.params import Params
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Activity, Phase, Plan
from ingest.errors import RecordingError
from kneeload.analyze import AnalyzeError, analyze, run_analyze
from kneeload.failures import PEOPLES_ERRORS, UsageError
from kneeload.private import UnwritableError
from kneeload.strides_csv import COLUMNS

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN
CONTRACT = """
stride mount initial_contact_s toe_off_s contact_time_s flight_time_s stride_time_s cadence_spm activity
peak_resultant_g peak_axial_g jerk_g_per_s clipped gap quality
"""
SUMMARY = """
mount duration_s strides running_s walking_s idle_s cadence_spm contact_time_s peak_resultant_g
clipped_percent lost_percent rate_hz filter peak_resultant_at_least unwatched_s
walking_cadence_spm walking_contact_time_s walking_peak_resultant_g walking_peak_resultant_at_least
source above_ankle_m doubt kneeload_version
"""


def write_run(
    path: Path,
    *,
    start_s: float = 0.0,
    duration_s: float = 30.0,
    activity: Activity = "run",
    mount: Mount = LEFT,
) -> Path:
    """A simulated sensor's recording; start_s: where its time axis begins."""
    source = GaitSource(mount, Plan.of(Phase(activity=activity)), seed=3)
    samples = source.take(duration_s)
    assert samples.gyro_dps is not None
    columns = np.column_stack([samples.t_s + start_s, samples.acc_g, samples.gyro_dps])
    header = "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
    np.savetxt(path, columns, fmt="%.6f", delimiter=",", header=header, comments="")
    return path


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "strides.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_contracts_columns_come_first() -> None:
    assert list(COLUMNS[: len(CONTRACT.split())]) == CONTRACT.split()


def test_the_sensors_height_moves_speed_and_nothing_else(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.csv")
    usual, higher = (
        analyze([path], LEFT, params=Params(above_ankle_m=height))[0].strides for height in (0.1, 0.2)
    )
    assert usual != higher
    for a, b in zip(usual, higher, strict=True):
        assert replace(a, speed_m_per_s=None, stride_length_m=None) == replace(
            b, speed_m_per_s=None, stride_length_m=None
        )
        if a.speed_m_per_s is not None and b.speed_m_per_s is not None:
            assert 1.05 < b.speed_m_per_s / a.speed_m_per_s < 1.15


def test_strides_and_summary_are_written(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.csv")
    (analysis,) = analyze([path], LEFT, tmp_path / "out")
    table = rows(tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert list(summary) == SUMMARY.split()
    assert summary == {**asdict(analysis.summary), **asdict(analysis.origin), "mount": "left-shin"}
    assert list(table[0]) == list(COLUMNS)
    assert [int(row["stride"]) for row in table] == list(range(summary["strides"]))
    assert summary["strides"] >= 35
    assert {row["mount"] for row in table} == {"left-shin"}
    assert {row["activity"] for row in table} == {"run"}
    assert {row["clipped"] for row in table} | {row["gap"] for row in table} <= {"0", "1"}
    assert summary["duration_s"] == pytest.approx(30, abs=0.01)
    assert summary["running_s"] + summary["walking_s"] + summary["idle_s"] == pytest.approx(30, abs=0.02)
    assert summary["rate_hz"] == pytest.approx(208, rel=0.01)
    assert summary["lost_percent"] == 0
    contact = median(float(row["contact_time_s"]) for row in table if row["contact_time_s"])
    assert summary["contact_time_s"] == pytest.approx(contact, rel=1e-4)


def test_a_folder_of_results_says_what_they_were_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    header, *lines = write_run(Path("run.csv"), duration_s=10).read_text(encoding="utf-8").splitlines()
    Path("run.csv").write_text("\n".join([header.replace("dps", "mrad_s"), *lines]), encoding="utf-8")
    analyze([Path("run.csv")], LEFT, Path("shin"), params=Params(above_ankle_m=0.2))
    analyze([Path("./run.csv")], Mount.LEFT_SHOE, Path("shoe"))
    shin, shoe = (
        json.loads(Path(f"{at}/summary.json").read_text(encoding="utf-8")) for at in ("shin", "shoe")
    )
    assert shin["source"] == "run.csv"
    assert shin["kneeload_version"] == version("kneeload")
    assert "gx_mrad_s" in shin["doubt"]
    assert (shin["above_ankle_m"], shoe["above_ankle_m"]) == (0.2, None)


def test_seconds_in_a_summary_are_whole_microseconds(tmp_path: Path) -> None:
    analyze([write_run(tmp_path / "run.csv")], LEFT, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    for name in ("duration_s", "running_s", "walking_s", "idle_s", "unwatched_s"):
        assert summary[name] == round(summary[name], 6), name


def test_a_single_stride_has_no_cadence_to_tell(recordings: Path) -> None:
    text = StringIO()
    path = recordings / "vicon_shoe" / "run-2017-11-27-11-23-18.csv"
    run_analyze([path], mount=Mount.LEFT_SHOE, output=None, console=Console(file=text))
    assert "  walking: contact 358 ms, foot shock" in text.getvalue()
    assert "–" not in text.getvalue()


def test_what_was_not_estimated_is_an_empty_cell(tmp_path: Path) -> None:
    analyze([write_run(tmp_path / "run.csv")], LEFT, tmp_path)
    first, second = rows(tmp_path)[:2]
    assert first["stride_time_s"] == ""
    assert float(second["stride_time_s"]) > 0
    assert "None" not in (tmp_path / "strides.csv").read_text(encoding="utf-8")
    assert "nan" not in (tmp_path / "strides.csv").read_text(encoding="utf-8").lower()


def test_times_are_told_to_the_microsecond(tmp_path: Path) -> None:
    (analysis,) = analyze([write_run(tmp_path / "walk.csv", activity="walk")], LEFT, tmp_path)
    table = rows(tmp_path)
    long = [row for row in table if row["stride_time_s"] and float(row["stride_time_s"]) > 1]
    assert len(long) > 10
    for stride, row in zip(analysis.strides, table, strict=True):
        for name in ("contact_time_s", "flight_time_s", "stride_time_s"):
            value = getattr(stride, name)
            assert row[name] == ("" if value is None else f"{value:.6f}")


@pytest.mark.parametrize("start_s", [-12.5, 100.0, 1_700_000_000.0])
def test_times_stay_on_the_recordings_own_axis(tmp_path: Path, start_s: float) -> None:
    zero, later = tmp_path / "zero", tmp_path / "later"
    analyze([write_run(tmp_path / "a.csv")], LEFT, zero)
    analyze([write_run(tmp_path / "b.csv", start_s=start_s)], LEFT, later)
    assert len(rows(zero)) == len(rows(later)) > 0
    for before, after in zip(rows(zero), rows(later), strict=True):
        for name in ("initial_contact_s", "toe_off_s"):
            moved = int(after[name].replace(".", "")) - round(start_s * 1e6)
            assert moved == pytest.approx(int(before[name].replace(".", "")), abs=3)
        assert float(after["contact_time_s"]) == pytest.approx(float(before["contact_time_s"]), abs=5e-6)


@pytest.mark.parametrize("start_s", [0.0, -500.0, 1_700_000_000.0])
def test_alerts_are_told_by_the_time_since_the_recording_began(tmp_path: Path, start_s: float) -> None:
    path = write_run(tmp_path / "run.csv", start_s=start_s, duration_s=60)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    table = np.loadtxt(lines, delimiter=",")
    table[:, 1:4] = np.clip(table[:, 1:4], -3, 3)
    np.savetxt(path, table, fmt="%.6f", delimiter=",", header=header, comments="")
    text = StringIO()
    run_analyze([path], mount=LEFT, output=None, console=Console(file=text))
    assert "  0:19 left-shin info: Impacts exceed the sensor's range" in text.getvalue()


def test_standing_has_no_strides_and_no_medians(tmp_path: Path) -> None:
    analyze([write_run(tmp_path / "stand.csv", activity="stand", duration_s=12)], LEFT, tmp_path)
    assert rows(tmp_path) == []
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["strides"], summary["running_s"], summary["clipped_percent"]) == (0, 0, 0)
    assert summary["idle_s"] == pytest.approx(12, abs=0.02)
    assert [summary[name] for name in ("cadence_spm", "contact_time_s", "peak_resultant_g")] == [None] * 3


def test_without_an_output_nothing_is_written(tmp_path: Path) -> None:
    (analysis,) = analyze([write_run(tmp_path / "run.csv", duration_s=10)], LEFT)
    assert analysis.strides
    assert analysis.directory is None
    assert list(tmp_path.iterdir()) == [tmp_path / "run.csv"]


def test_several_files_get_folders_of_their_own(tmp_path: Path) -> None:
    for name in ("anna", "bob"):
        (tmp_path / name).mkdir()
    paths = [write_run(tmp_path / name, duration_s=10) for name in ("anna/one.csv", "two.csv", "bob/one.csv")]
    folders = [analysis.directory for analysis in analyze(paths, LEFT, tmp_path / "out")]
    assert folders == [tmp_path / "out" / name for name in ("anna-one", "two", "bob-one")]
    assert all((folder / "strides.csv").exists() for folder in folders if folder)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("gone.csv", "gone.csv: No such file or directory; give a readable file"),
        ("journal.db", "journal.db: is neither .csv, .parquet nor .mcap; convert it to one of them"),
    ],
)
def test_what_is_no_recording_is_told_before_what_is_lacking(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "journal.db").write_bytes(b"SQLite")
    with pytest.raises(RecordingError, match=re.escape(what)):
        analyze([tmp_path / name], None)


def test_the_report_of_one_recording_is_its_summary(tmp_path: Path) -> None:
    path = write_run(tmp_path / "run.csv", duration_s=15)
    text = StringIO()
    report = run_analyze([path], mount=LEFT, output=tmp_path / "out", console=Console(file=text))
    json.dumps(report, allow_nan=False)
    assert report["strides"] == len(rows(tmp_path / "out"))
    listed = report["recordings"]
    assert isinstance(listed, list)
    assert {**listed[0], "recordings": listed[:1], "refused": []} == report
    assert listed[0]["kneeload_version"] == version("kneeload")
    assert f"run.csv left-shin: {report['strides']} strides in 15 s at 208 Hz, " in text.getvalue()
    assert "neither walking nor running" not in text.getvalue()
    assert str(tmp_path / "out") in text.getvalue()


def test_a_recording_without_gait_is_told_as_one(tmp_path: Path) -> None:
    path, text = tmp_path / "still.csv", StringIO()
    path.write_text("t_s,ax_g,ay_g,az_g\n" + "".join(f"{k / 100:.2f},0,1,0\n" for k in range(1000)))
    run_analyze([path], mount=LEFT, output=None, console=Console(file=text))
    assert "0 strides in 10 s at 100 Hz" in text.getvalue()
    assert "neither walking nor running" in text.getvalue()


@pytest.mark.parametrize(
    ("name", "mount", "said"),
    [
        (
            "treadmill_shank/run-01.csv",
            LEFT,
            ("  running:", "peak tibial acceleration ≥ ", "reads low on average"),
        ),
        ("treadmill_shank/walk-03.csv", LEFT, ("  walking: cadence 1", "contact 6", "reads low on average")),
        ("vicon_shoe/run-2017-11-27-11-11-24.csv", Mount.LEFT_SHOE, ("  running:", "foot shock ")),
    ],
    ids=["clipped and slow", "walking", "shoe"],
)
def test_what_is_told_of_medians_says_what_they_are(
    recordings: Path, name: str, mount: Mount, said: tuple[str, ...]
) -> None:
    text = StringIO()
    run_analyze([recordings / name], mount=mount, output=None, console=Console(file=text))
    for part in (*said, "bw2x2-60-zp"):
        assert part in text.getvalue()
    assert ("reads low on average" in text.getvalue()) == ("reads low on average" in said)


def test_a_shin_that_is_taken_for_a_shoe_is_doubted(recordings: Path) -> None:
    path = recordings / "treadmill_shank" / "run-07.csv"
    (right,), (wrong,) = analyze([path], LEFT), analyze([path], Mount.LEFT_SHOE)
    assert right.origin.doubt == ""
    assert wrong.origin.doubt == (
        f"{path}: there are no strides as at a shoe, and {len(right.strides)} as at a shin: "
        "look where it was worn, unless these are steps on the spot"
    )


@pytest.mark.parametrize(("activity", "doubted"), [("jog-in-place", True), ("cycling", False)])
def test_without_strides_the_legs_other_place_is_asked(
    tmp_path: Path, activity: Activity, doubted: bool
) -> None:
    path = write_run(tmp_path / "a.csv", activity=activity, mount=Mount.LEFT_SHOE)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    bare = [line.rsplit(",", 3)[0] for line in (header, *lines)]
    path.write_text("\n".join(bare), encoding="utf-8")
    (analysis,) = analyze([path], Mount.LEFT_SHOE)
    assert analysis.strides == ()
    assert ("as at a shin" in analysis.origin.doubt) == doubted
    assert "as at a shin" not in analyze([path], LEFT)[0].origin.doubt


def test_several_recordings_are_listed(tmp_path: Path) -> None:
    paths = [write_run(tmp_path / name, duration_s=6) for name in ("one.csv", "two.csv")]
    report = run_analyze(paths, mount=LEFT, output=None, console=None)
    assert list(report) == ["recordings", "refused"]


MALFORMED = {
    "empty.csv": b"",
    "header.csv": b"t_s,ax_g,ay_g,az_g\n",
    "words.csv": b"t_s,ax_g,ay_g,az_g\n0,1,2,up\n0.01,1,2,3\n",
    "columns.csv": b"time,x,y,z\n0,1,2,3\n",
    "binary.csv": bytes(range(256)) * 20,
    "packets.mcap": b"this is no recording",
    "cut.mcap": b"\x89MCAP0\r\n",
    "table.parquet": b"PAR1 and nothing",
    "notes.txt": b"t_s,ax_g,ay_g,az_g\n0,0,0,1\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files_are_a_persons_to_mend(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(MALFORMED[name])
    with pytest.raises((RecordingError, AnalyzeError)) as caught:
        analyze([path], LEFT, tmp_path / "out")
    assert isinstance(caught.value, PEOPLES_ERRORS)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_missing_file_mount_and_room(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        analyze([tmp_path / "gone.csv"], LEFT)
    path = write_run(tmp_path / "run.csv", duration_s=5)
    with pytest.raises(UsageError, match="--mount"):
        analyze([path], None)
    with pytest.raises(UnwritableError, match=re.escape(f"cannot be written ({path} is no folder)")):
        analyze([path], LEFT, path / "below-a-file")


@pytest.mark.parametrize(
    ("name", "mount", "strides"),
    [
        ("ble_foot/run.csv", Mount.LEFT_SHOE, 141),
        ("treadmill_shank/run-01.csv", LEFT, 20),
        ("treadmill_shank/run-07.csv", LEFT, 34),
    ],
)
def test_real_running(recordings: Path, tmp_path: Path, name: str, mount: Mount, strides: int) -> None:
    (analysis,) = analyze([recordings / name], mount, tmp_path)
    assert analysis.summary.strides == pytest.approx(strides, abs=max(1, 0.02 * strides))
    times = [float(row["initial_contact_s"]) for row in rows(tmp_path)]
    assert times == sorted(times)
    assert analysis.summary.cadence_spm == pytest.approx(160, abs=15)


def test_real_walking_has_no_running_medians(recordings: Path) -> None:
    (analysis,) = analyze([recordings / "treadmill_shank" / "walk-03.csv"], LEFT)
    assert analysis.summary.walking_s > 20
    assert analysis.summary.running_s == 0
    assert analysis.summary.cadence_spm is None
