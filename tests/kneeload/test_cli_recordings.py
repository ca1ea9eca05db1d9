"""What people get wrong with recordings: one line that says what and where, exit code 2, no traceback."""

import json
from pathlib import Path

import pytest

from tests.kneeload.ended import Run, assert_one_line

HEAD = "t_s,ax_g,ay_g,az_g\n"
GOOD = HEAD + "".join(f"{i / 100:.2f},0.0,1.0,0.0\n" for i in range(300))

FILES: dict[str, str | bytes] = {
    "empty.csv": "",
    "header_only.csv": HEAD,
    "no_time.csv": "ax_g,ay_g,az_g\n0,1,0\n",
    "text.csv": HEAD + "0.00,0,1,0\n0.01,zero,1,0\n",
    "short_row.csv": HEAD + "0.00,0,1,0\n0.01,0,1\n",
    "backwards.csv": HEAD + "0.00,0,1,0\n0.02,0,1,0\n0.01,0,1,0\n",
    "wrong_unit.csv": HEAD + "".join(f"{i / 100:.2f},0.0,9.81,0.0\n" for i in range(300)),
    "binary.csv": bytes(range(256)) * 40,
    "not.parquet": b"PAR1 but not really",
    "not.mcap": b"\x00" * 100,
    "unknown.xyz": GOOD,
    "two_times.csv": "t_s,t_ms,ax_g,ay_g,az_g\n0,0,0,1,0\n0.01,10,0,1,0\n",
    "two_units.csv": "t_s,ax_g,ay_g,az_g,ax_ms2,ay_ms2,az_ms2\n0,0,1,0,0,9.8,0\n0.01,0,1,0,0,9.8,0\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_recording(name: str, tmp_path: Path, run: Run) -> None:
    content = FILES[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run(["analyze", path, "--mount", "left-shin", "--output", tmp_path / "out"])
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, name)


def test_a_good_recording_of_nothing_is_no_error(tmp_path: Path, run: Run) -> None:
    (tmp_path / "still.csv").write_text(GOOD)
    done = run(["analyze", tmp_path / "still.csv", "--mount", "left-shin"])
    assert done.returncode == 0, done.stderr


def test_of_several_recordings_the_bad_ones_are_told_and_the_others_analysed(
    tmp_path: Path, run: Run
) -> None:
    names = ["text.csv", "good.csv", "backwards.csv", "also_good.csv"]
    for name in names:
        (tmp_path / name).write_text(str(FILES.get(name, GOOD)))
    done = run(["analyze", *names, "--mount", "left-shin", "--output", "out", "--json"])
    assert done.returncode == 2
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert_one_line(told[0], "text.csv, line 3")
    assert_one_line(told[1], "backwards.csv, line 4")
    report = json.loads(done.stdout)
    assert [row["file"] for row in report["recordings"]] == ["good.csv", "also_good.csv"]
    assert [row["file"] for row in report["refused"]] == ["text.csv", "backwards.csv"]
    assert sorted(place.name for place in (tmp_path / "out").iterdir()) == ["also_good", "good"]
    assert run(["analyze", *names, "--mount", "left-shin"]).stdout.endswith("\n2 of 4 files read\n")
    assert_one_line(run(["analyze", "good.csv", "also_good.csv"]).stderr, "--mount")


def test_results_of_a_file_that_is_refused_by_now_do_not_look_current(tmp_path: Path, run: Run) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(GOOD)
    both = ["analyze", "one.csv", "two.csv", "--mount", "left-shin", "--output", "out", "--json"]
    assert run(both).returncode == 0
    earlier = (tmp_path / "out/two/summary.json").read_text()
    (tmp_path / "two.csv").write_text(str(FILES["text.csv"]))
    for stale in (["out/two/strides.csv.stale", "out/two/summary.json.stale"], []):
        done = run(both)
        assert done.returncode == 2
        assert_one_line(done.stderr, "two.csv, line 3")
        assert all(name in done.stderr for name in stale)
        assert json.loads(done.stdout)["refused"][0]["stale"] == stale
        assert sorted(path.name for path in (tmp_path / "out/two").iterdir()) == [
            "strides.csv.stale",
            "summary.json.stale",
        ]
    assert (tmp_path / "out/two/summary.json.stale").read_text() == earlier
    assert (tmp_path / "out/one/summary.json").exists()


def test_results_of_a_single_file_that_is_refused_by_now_do_not_look_current(
    tmp_path: Path, run: Run
) -> None:
    (tmp_path / "one.csv").write_text(GOOD)
    arguments = ["analyze", "one.csv", "--mount", "left-shin", "--output", "out"]
    assert run(arguments).returncode == 0
    (tmp_path / "out/notes.txt").write_text("mine")
    (tmp_path / "out/left-shin").mkdir()
    (tmp_path / "out/left-shin/strides.csv").write_text("another recording's")
    (tmp_path / "one.csv").unlink()
    done = run(arguments)
    assert done.returncode == 2
    assert_one_line(done.stderr, "its earlier results are out/strides.csv.stale, out/summary.json.stale now")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "left-shin",
        "notes.txt",
        "strides.csv.stale",
        "summary.json.stale",
    ]
    assert [path.name for path in (tmp_path / "out/left-shin").iterdir()] == ["strides.csv"]


@pytest.mark.parametrize("further", [[], ["--mount", "left-shin"]])
def test_a_runs_folder_is_answered_with_the_packets_in_it(
    further: list[str], tmp_path: Path, run: Run
) -> None:
    (tmp_path / "20260301T070000Z").mkdir()
    (tmp_path / "20260301T070000Z/packets.mcap").touch()
    done = run(["analyze", "20260301T070000Z", *further])
    assert done.returncode == 2
    assert_one_line(done.stderr, "20260301T070000Z: is a folder; give 20260301T070000Z/packets.mcap")


INPUTS_IN_THE_WAY = [
    (["strides.csv"], "."),
    (["strides.csv"], "../here"),
    (["here/strides.csv"], "linked"),
    (["link.csv"], "."),
    (["good.csv", "good/strides.csv"], "."),
    (["good.csv", "good/strides.csv.stale"], "."),
    (["good.csv", "good/summary.json"], "."),
    (["packets.mcap", "left-shoe/strides.csv"], ".."),
]


@pytest.mark.parametrize(("names", "output"), INPUTS_IN_THE_WAY)
def test_results_never_take_the_place_of_a_recording_that_is_read(
    names: list[str], output: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("strides.csv", *names):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(GOOD)
    (here / "summary.json").write_text("an earlier time's")
    (here / "linked").symlink_to("here")
    if "link.csv" in names:
        (here / "link.csv").unlink()
        (here / "link.csv").symlink_to("strides.csv")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = run(["analyze", *names, "--mount", "left-shin", "--output", output])
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, f"{names[-1]}: results in ")
    assert_one_line(done.stderr, "give another folder with --output")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_doubt_is_one_line_beside_the_json(tmp_path: Path, run: Run) -> None:
    header = HEAD.strip() + ",gx_dps,gy_dps,gz_dps\n"
    rows = (f"{i / 100:.2f},0,{2 if i % 100 < 20 else 1},0,{i % 7},0,0\n" for i in range(1000))
    (tmp_path / "radians.csv").write_text(header + "".join(rows))
    done = run(["analyze", "radians.csv", "--mount", "left-shin", "--json"])
    assert done.returncode == 0
    assert_one_line(done.stderr, "gx_rads")
    assert "gx_rads" in json.loads(done.stdout)["doubt"]
    played = ["--recording", "radians.csv", "--mount", "left-shin"]
    done = run(["demo", *played, "--json", "--duration", "0.5", "--speedup", "5"])
    assert done.returncode == 0
    assert_one_line(done.stderr, "gx_rads")
