"""Exported files hold the journal's values, and exported samples are read back as a recording."""

import csv
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dsp.mount import Mount
from firmware_sim.plan import Phase, Plan
from ingest.files import read_recording
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload.analyze import analyze
from kneeload.export import cell, export_run
from kneeload.journal import Journal
from kneeload.place import make_folder
from kneeload.review.errors import UnknownRunError
from kneeload.worn import UnknownFamilyError
from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.test_damaged_runs import break_first_chunk
from tests.sample_run import SHINS
from tests.simulated_run import RUN, record_run, recorded_run

__all__: list[str] = []


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_run(tmp_path_factory.getbasetemp())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_result_is_a_row_with_the_journals_values(data_dir: Path, tmp_path: Path) -> None:
    written = export_run(data_dir, RUN, tmp_path / "out").files
    assert [path.name for path in written] == [
        "strides-left-shin.csv",
        "strides-right-shin.csv",
        "alerts.csv",
        "summary.csv",
        "sensors.csv",
    ]
    with Journal.open(data_dir) as journal:
        strides, alerts = journal.strides(RUN), journal.alerts(RUN)
        summaries, health = journal.summaries(RUN), journal.health(RUN)
    for path, mount in zip(written, SHINS, strict=False):
        own = [s for s in strides if s.mount is mount]
        rows = rows_of(path)
        assert len(rows) == len(own) > 0
        assert [float(row["initial_contact_s"]) for row in rows] == [s.initial_contact_us / 1e6 for s in own]
        assert [row["contact_time_s"] == "" for row in rows] == [s.contact_time_s is None for s in own]
    rows = rows_of(written[2])
    assert [(row["rule"], row["state"], float(row["t_s"])) for row in rows] == [
        (a.rule, a.state, a.t_us / 1e6) for a in alerts
    ]
    assert {(row["rule"], row["title"], row["unit"]) for row in rows} >= {
        ("shock-high", "Impacts above a rough limit", "g"),
        ("sensor-silent", "A sensor sends nothing", "s"),
    }
    rows = rows_of(written[3])
    assert [row["peak_resultant_left_at_least"] for row in rows] == [
        {None: "", False: "0", True: "1"}[s.peak_resultant_left_at_least] for s in summaries
    ]
    rows = rows_of(written[4])
    assert [(row["mount"], row["connected"]) for row in rows] == [
        (h.mount, str(int(h.connected))) for h in health
    ]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_exported_samples_are_the_recorded_ones(
    form: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "csv":
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    else:
        pytest.importorskip("pyarrow")
    files = export_run(data_dir, RUN, tmp_path, raw=True).files
    written = [path for path in files if path.name.startswith("samples")]
    assert [path.name for path in written] == [f"samples-{mount}.{form}" for mount in SHINS]
    with Journal.open(data_dir) as journal:
        last = {h.mount: h for h in journal.health(RUN)}
    for path, mount in zip(written, SHINS, strict=True):
        monkeypatch.undo()
        samples = read_recording(path, mount)
        assert len(samples.t_us) == last[mount].samples_received
        assert samples.gyro_dps is not None
        assert np.linalg.norm(samples.acc_g, axis=1).max() > 10
        if mount is Mount.LEFT_SHIN:
            assert samples.lost == pytest.approx(last[mount].samples_lost, rel=0.01)


def test_raw_is_only_written_when_asked_for(data_dir: Path, tmp_path: Path) -> None:
    assert not any("samples" in path.name for path in export_run(data_dir, RUN, tmp_path).files)


def test_a_folder_holds_one_run_alone(data_dir: Path, tmp_path: Path) -> None:
    record_run(tmp_path / "shoe", plans={Mount.LEFT_SHOE: Plan.of(Phase(activity="run"))}, duration_s=8)
    out = tmp_path / "out"
    first = export_run(data_dir, RUN, out, raw=True)
    assert first.stale == []
    (out / "samples-right-shoe.csv").write_text("written where pyarrow was missing")
    (out / "strides-notes.csv").write_text("mine")
    earlier = (out / "strides-left-shin.csv").read_bytes()
    second = export_run(tmp_path / "shoe", RUN, out)
    gone = {path.name for path in first.files} - {path.name for path in second.files}
    assert {"strides-left-shin.csv", "strides-right-shin.csv"} < gone
    stale = {f"{name}.stale" for name in (*gone, "samples-right-shoe.csv")}
    assert {path.name for path in second.stale} == stale
    assert {path.name for path in out.iterdir()} == {
        *(path.name for path in second.files),
        *stale,
        "strides-notes.csv",
    }
    assert (out / "strides-left-shin.csv.stale").read_bytes() == earlier


def test_what_an_earlier_export_wrote_is_told(data_dir: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "mix").mkdir()
    (tmp_path / "mix" / "strides-left-shoe.csv").write_text("another run's")
    done = run(["export", RUN, "--data-dir", data_dir, "--output", "mix", "--json"])
    assert done.returncode == 0
    assert_one_line(done.stderr, "what an earlier export wrote is mix/strides-left-shoe.csv.stale now")
    assert json.loads(done.stdout)["stale"] == ["mix/strides-left-shoe.csv.stale"]
    assert run(["export", RUN, "--data-dir", data_dir, "--output", "mix"]).stderr == ""


SPOILT: dict[str, Callable[[Path], object]] = {
    "No such file": lambda path: path.unlink(),
    "holds no samples, though 1": lambda path: path.write_bytes(b""),
    "holds no samples, though 2": lambda path: path.write_bytes(path.read_bytes()[:1500]),
    "is not an MCAP file": lambda path: path.write_bytes(b"this is no recording"),
}


@pytest.fixture
def own_dir(data_dir: Path, tmp_path: Path) -> Path:
    """A copy, to be spoilt."""
    return Path(shutil.copytree(data_dir, tmp_path / "own"))


@pytest.mark.parametrize("said", SPOILT)
def test_samples_that_are_gone_are_not_passed_over(said: str, own_dir: Path, run: Run) -> None:
    SPOILT[said](own_dir / "runs" / RUN / "packets.mcap")
    arguments = ["export", RUN, "--data-dir", own_dir, "--output", "out"]
    done = run([*arguments, "--raw"])
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, f"packets.mcap: {said.removesuffix(' 1').removesuffix(' 2')}")
    assert_one_line(done.stderr, "; without --raw the results alone are exported")
    assert not Path("out").exists()
    done = run(arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_samples_of_damaged_packets_are_exported_and_told_of(own_dir: Path, run: Run) -> None:
    path = own_dir / "runs" / RUN / "packets.mcap"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = run(["export", RUN, "--data-dir", own_dir, "--output", "out", "--raw", "--json"])
    assert done.returncode == 0
    assert_one_line(done.stderr, "packets.mcap: is damaged or cut off, the samples are those of ")
    assert re.search(r"those of \d+ of \d+ packets of the left shin sensor, \d+ of \d+ packets", done.stderr)
    assert json.loads(done.stdout)["doubt"] == done.stderr.strip()
    path.write_bytes(whole)
    done = run(["export", RUN, "--data-dir", own_dir, "--output", "out", "--raw", "--json"])
    assert (done.returncode, done.stderr, json.loads(done.stdout)["doubt"]) == (0, "", "")


def test_what_a_journal_never_counted_is_told_of_too(own_dir: Path, run: Run) -> None:
    """It was lost and made again from packets of which some are damaged."""
    break_first_chunk(own_dir / "runs" / RUN / "packets.mcap")
    (own_dir / "journal.db").unlink()
    assert run(["runs", "--recover", "--data-dir", own_dir]).returncode == 0
    done = run(["export", RUN, "--data-dir", own_dir, "--output", "out", "--raw", "--json"])
    assert done.returncode == 0
    assert_one_line(done.stderr, "packets.mcap: is damaged in one place and lacks ")
    assert json.loads(done.stdout)["doubt"] == done.stderr.strip()


def test_an_unknown_run_is_refused(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRunError, match="no such run"):
        export_run(data_dir, "../../etc", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_samples_that_only_another_version_can_read_are_refused_as_in_analyze(tmp_path: Path) -> None:
    path = make_folder(tmp_path, RUN) / "packets.mcap"
    recorder = Recorder(path, {})
    for number, family in enumerate(["kneeload-v1", "kneeload-v9"]):
        recorder.append(Packet(Mount.LEFT_SHIN, family, Kind.DATA, number, b"bytes"))
    recorder.close()
    with Journal.open(tmp_path) as journal:
        journal.start_run(RUN, "anna", started_ns=1, config={})
    with pytest.raises(UnknownFamilyError, match="kneeload-v9") as refused:
        export_run(tmp_path, RUN, tmp_path / "out", raw=True)
    assert not (tmp_path / "out").exists()
    assert export_run(tmp_path, RUN, tmp_path / "out").files
    with pytest.raises(UnknownFamilyError) as again:
        analyze([path], None)
    assert str(again.value) == str(refused.value)


def test_a_long_run_is_told_to_the_microsecond() -> None:
    assert cell("running_s", 3600.123456) == "3600.123456"
    assert cell("rate_hz", 207.98765432) == "207.988"
