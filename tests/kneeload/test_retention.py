"""Old runs: what would go is shown, what goes is gone, and nothing else."""

import os
import sqlite3
from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload.clock import MonotonicClock
from kneeload.database import Database
from kneeload.errors import JournalLockedError
from kneeload.journal import Journal
from kneeload.place import journal_of, make_folder, packets_of
from kneeload.resume import marks
from kneeload.retention import DAY_NS, old_runs, prune
from kneeload.schema import MIGRATIONS
from tests.kneeload.examples import a_run
from tests.kneeload.program import kneeload, kneeload_json
from tests.kneeload.virtual_packets import FAMILY

NOW_NS = 1_790_000_000_000_000_000
OLD, YOUNG, UNSET = "20260101T000000Z", "20260901T000000Z", "19700101T000005Z"


def keep(journal: Journal, folder: Path, run: str, *, started_ns: int, runner: str = "anna") -> None:
    path = make_folder(folder, run) / "packets.mcap"
    path.write_bytes(bytes(1000))
    os.utime(path, ns=(NOW_NS, NOW_NS))
    journal.start_run(run, runner, started_ns=started_ns, config={})
    journal.append(run, a_run(10))
    journal.end_run(run, started_ns + 10**9)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    with Journal.open(tmp_path) as journal:
        keep(journal, tmp_path, OLD, started_ns=NOW_NS - 100 * DAY_NS)
        keep(journal, tmp_path, YOUNG, started_ns=NOW_NS - 10 * DAY_NS)
        keep(journal, tmp_path, UNSET, started_ns=5 * 10**9)
        journal.deliveries.advance("mqtt", 4)
        journal.deliveries.refuse("influx", 3, reason="bad", at_ns=1)
    return tmp_path


def test_old_runs_are_told_with_what_they_take(three: Path) -> None:
    with Journal.open(three) as journal:
        (holding,) = old_runs(journal, three, keep_days=90, now_ns=NOW_NS)
        assert (holding.run, round(holding.age_days), holding.packet_bytes) == (OLD, 100, 1000)
        assert holding.results == len(a_run(10))
        assert holding.undelivered == {"mqtt": holding.results - 4, "influx": holding.results - 3}
        assert {h.run for h in old_runs(journal, three, keep_days=5, now_ns=NOW_NS)} == {OLD, YOUNG}
        assert old_runs(journal, three, keep_days=200, now_ns=NOW_NS) == []


def test_what_is_pruned_is_gone_and_the_rest_is_untouched(three: Path) -> None:
    with Journal.open(three) as journal:
        last, kept = journal.deliveries.last_seq(), journal.strides(YOUNG)
        prune(journal, three, [OLD])
        prune(journal, three, [OLD])
        assert {run.run for run in journal.runs()} == {UNSET, YOUNG}
        assert journal.strides(OLD) == []
        assert journal.strides(YOUNG) == kept
        assert (journal.deliveries.last_seq(), journal.deliveries.cursor("mqtt")) == (last, 4)
        assert journal.deliveries.refused() == []
    assert not packets_of(three, OLD).parent.exists()
    assert packets_of(three, YOUNG).exists()


def test_while_another_records_nothing_goes(three: Path) -> None:
    with Journal.open(three) as recording, Journal.open(three) as journal:
        recording.claim()
        with pytest.raises(JournalLockedError):
            prune(journal, three, [OLD])
        assert packets_of(three, OLD).exists()
        assert OLD in [run.run for run in journal.runs()]


def test_only_own_files_of_own_runs_are_removed(three: Path) -> None:
    beside = three / "beside"
    beside.mkdir()
    (beside / "packets.mcap").write_bytes(b"mine")
    note = packets_of(three, OLD).with_name("note.txt")
    note.write_text("mine")
    with Journal.open(three) as journal:
        prune(journal, three, ["../beside", OLD])
    assert (beside / "packets.mcap").read_bytes() == b"mine"
    assert note.exists()


def test_a_link_that_leads_nowhere_is_counted_as_the_link_it_is_and_goes(three: Path) -> None:
    for run in (OLD, UNSET):
        packets = packets_of(three, run)
        packets.unlink()
        packets.symlink_to(three / "an archive that was taken away")
        os.utime(packets, ns=(NOW_NS - 100 * DAY_NS,) * 2, follow_symlinks=False)
    with Journal.open(three) as journal:
        holdings = old_runs(journal, three, keep_days=90, now_ns=NOW_NS)
        assert [holding.run for holding in holdings] == [OLD, UNSET]
        assert all(0 < holding.packet_bytes < 1000 for holding in holdings)
        prune(journal, three, [OLD])
    assert not packets_of(three, OLD).parent.exists()


def test_digits_of_other_scripts_name_no_run(three: Path) -> None:
    name = OLD.replace("2026", "٢٠٢٦")
    strange = make_folder(three, name) / "packets.mcap"
    strange.write_bytes(b"mine")
    with Journal.open(three) as journal:
        prune(journal, three, [name])
    assert strange.read_bytes() == b"mine"


def test_the_command_shows_first_and_removes_with_yes(three: Path, tmp_path: Path) -> None:
    arguments: list[str | Path] = ["runs", "--prune", "--keep-days", "0", "--data-dir", three]
    shown = kneeload(arguments, home=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert OLD in shown.stdout
    assert "--yes" in shown.stdout
    assert "have not reached mqtt" in shown.stdout
    assert packets_of(three, OLD).exists()
    report = kneeload_json([*arguments, "--yes"], home=tmp_path)
    assert report["pruned"] is True
    assert not packets_of(three, OLD).exists()
    with Journal.open(three) as journal:
        assert OLD not in [run.run for run in journal.runs()]


def test_only_the_runs_of_the_runner_who_is_named_go(tmp_path: Path) -> None:
    """A folder may hold several people; --runner with --prune meant everybody's runs, and they went."""
    with Journal.open(tmp_path) as journal:
        keep(journal, tmp_path, OLD, started_ns=NOW_NS - 100 * DAY_NS)
        keep(journal, tmp_path, YOUNG, started_ns=NOW_NS - 99 * DAY_NS, runner="ben")
    arguments: list[str | Path] = ["runs", "--prune", "--keep-days", "0", "--data-dir", tmp_path]
    shown = kneeload([*arguments, "--runner", "ben"], home=tmp_path).stdout
    assert f"{YOUNG}  ben, " in shown
    assert OLD not in shown
    assert (
        "no run of eve is older than 0 days"
        in kneeload([*arguments, "--runner", "eve"], home=tmp_path).stdout
    )
    report = kneeload_json([*arguments, "--runner", "ben", "--yes"], home=tmp_path)
    assert [(run["run"], run["runner"]) for run in report["runs"]] == [(YOUNG, "ben")]
    assert packets_of(tmp_path, OLD).exists()
    with Journal.open(tmp_path) as journal:
        assert [run.run for run in journal.runs()] == [OLD]


def test_a_run_that_may_go_on_is_kept_however_few_days_are(tmp_path: Path) -> None:
    path = make_folder(tmp_path, YOUNG) / "packets.mcap"
    recorder = Recorder(path, marks(MonotonicClock(0)))
    recorder.append(Packet(Mount.LEFT_SHIN, FAMILY, Kind.DATA, 0, b"bytes"))
    recorder.flush()
    with Journal.open(tmp_path) as journal:
        journal.start_run(YOUNG, "anna", started_ns=NOW_NS - 100 * DAY_NS, config={})
    with Journal.open(tmp_path) as journal:
        (run,) = journal.runs()
        assert run.state == "interrupted"
        assert old_runs(journal, tmp_path, keep_days=0, now_ns=NOW_NS) == []
        journal.end_run(YOUNG, NOW_NS - 100 * DAY_NS, "interrupted")
        assert [h.run for h in old_runs(journal, tmp_path, keep_days=0, now_ns=NOW_NS)] == [YOUNG]


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_journal_of_any_earlier_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    path = journal_of(tmp_path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    for migrate in MIGRATIONS[:version]:
        migrate(connection)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("INSERT INTO run VALUES ('20260101T000000Z', 'anna', 1, 2, 'ended', '{}', 'kept')")
    connection.execute("INSERT INTO cursor VALUES ('mqtt', 7)")
    connection.execute("INSERT INTO refused (sink, seq, reason, at_ns) VALUES ('influx', 3, 'bad', 9)")
    connection.execute(
        "INSERT INTO result (run, stream, mount, t_us, key, body) "
        "VALUES ('20260101T000000Z', 'stride', 'left-shin', 1, '0', '{}')"
    )
    connection.close()
    with Journal.open(tmp_path) as journal:
        (run,) = journal.runs()
        assert (run.run, run.note, journal.deliveries.cursor("mqtt"), journal.deliveries.last_seq()) == (
            OLD,
            "kept",
            7,
            1,
        )
        (refusal,) = journal.deliveries.refused()
        assert (refusal.seq, refusal.reason, refusal.again) == (3, "bad", False)
        assert journal.deliveries.try_again() == 1
        assert journal.deliveries.refused()[0].again
    with Journal.open(tmp_path):
        pass
    database = Database(path, synchronous="FULL")
    try:
        assert database.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
    finally:
        database.close()
