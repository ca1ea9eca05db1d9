"""The journal: what goes in comes out, once, in order, whatever happens to the process or the disk."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload import payload
from kneeload.codec import Row, encode
from kneeload.errors import (
    JournalError,
    JournalFullError,
    JournalLockedError,
    JournalVersionError,
    RowError,
)
from kneeload.journal import Journal
from kneeload.results import SensorHealth, Summary
from kneeload.schema import MIGRATIONS
from tests.kneeload import examples
from tests.kneeload.examples import STARTED_NS, a_run

RUN = "20260101T000000Z"


def begun(folder: Path, run: str = RUN) -> Journal:
    journal = Journal.open(folder)
    journal.start_run(run, "anna", started_ns=STARTED_NS, config={"mqtt": {"host": None}})
    return journal


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    results = a_run(20)
    with begun(tmp_path) as journal:
        assert journal.append(RUN, results) == len(results)
    with Journal.open(tmp_path) as journal:
        assert journal.strides(RUN) == [r for r in results if isinstance(r, Stride)]
        assert journal.alerts(RUN) == [r for r in results if isinstance(r, Alert)]
        assert journal.summaries(RUN) == [r for r in results if isinstance(r, Summary)]
        assert journal.health(RUN) == [r for r in results if isinstance(r, SensorHealth)]
        assert [row.result for row in journal.deliveries.after(0, 1000)] == results
        assert journal.count(RUN, "stride") == 40
        assert journal.strides("19700101T000000Z") == []


@given(examples.results)
def test_every_result_survives_its_row_exactly(result: Stride | Alert | Summary | SensorHealth) -> None:
    entry = encode(result)
    row = Row(seq=1, run=RUN, runner="anna", started_ns=0, stream=entry.stream, body=entry.body)
    assert row.result == result


def test_a_summary_that_says_nothing_of_clipping_is_read() -> None:
    """So did the first versions journal it."""
    body = json.loads(encode(examples.summary(5)).body)
    del body["peak_resultant_left_at_least"], body["peak_resultant_right_at_least"]
    row = Row(1, RUN, "anna", 0, "summary", json.dumps(body))
    assert row.result == examples.summary(5)
    assert "at_least" not in payload.line(row)
    assert "at_least" not in payload.message(row).payload.decode()


def test_numbers_that_are_no_numbers_and_numpy_scalars_survive() -> None:
    odd = replace(
        examples.stride(1),
        ringing=float("inf"),
        quality=np.float64(0.5),
        clipped=bool(np.True_),
        initial_contact_us=np.int64(5),  # type: ignore[arg-type]
    )
    entry = encode(odd)
    assert type(entry.t_us) is int
    back = Row(1, RUN, "anna", 0, entry.stream, entry.body).result
    assert isinstance(back, Stride)
    assert (back.ringing, back.quality, back.initial_contact_us) == (float("inf"), 0.5, 5)


def test_appending_again_changes_nothing(tmp_path: Path) -> None:
    results = a_run(20)
    with begun(tmp_path) as journal:
        journal.append(RUN, results[:30])
        assert journal.append(RUN, results) == len(results) - 30
        assert journal.append(RUN, results) == 0
        assert [row.result for row in journal.deliveries.after(0, 1000)] == results


def test_an_append_is_all_or_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.append(RUN, [examples.stride(0)])
        with pytest.raises(JournalError):
            journal.append("unknown run", [examples.stride(1), examples.stride(2)])
        with pytest.raises(TypeError):
            journal.append(RUN, [examples.stride(1), replace(examples.stride(2), filter=object())])  # type: ignore[arg-type]
        assert journal.strides(RUN) == [examples.stride(0)]


@given(st.lists(st.integers(1, 30), max_size=8), st.integers(1, 12))
def test_following_by_cursor_meets_every_row_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit: int
) -> None:
    with begun(tmp_path_factory.mktemp("journal")) as journal:
        seen: list[int] = []
        number = 0
        for size in sizes:
            journal.append(RUN, [examples.stride(number + i) for i in range(size)])
            number += size
            while rows := journal.deliveries.after(journal.deliveries.cursor("sink") or 0, limit):
                seen += [row.result.stride for row in rows if isinstance(row.result, Stride)]
                journal.deliveries.advance("sink", rows[-1].seq)
        assert seen == list(range(number))


def test_a_cursor_is_kept_and_never_goes_back(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        assert journal.deliveries.cursor("mqtt") is None
        journal.deliveries.advance("mqtt", 5)
        journal.deliveries.advance("mqtt", 3)
    with Journal.open(tmp_path) as journal:
        assert journal.deliveries.cursor("mqtt") == 5
        assert journal.deliveries.cursors() == {"mqtt": 5}


def test_a_refusal_is_parked_and_passed(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.append(RUN, a_run(3))
        journal.deliveries.refuse("influx", 2, reason="field type conflict", at_ns=7)
        assert journal.deliveries.cursor("influx") == 2
        (refusal,) = journal.deliveries.refused()
        assert (refusal.sink, refusal.seq, refusal.reason, refusal.at_ns) == (
            "influx",
            2,
            "field type conflict",
            7,
        )
        assert journal.deliveries.refused("influx") == [refusal]
        assert journal.deliveries.refused("mqtt") == []


def test_runs_have_states(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        assert [run.state for run in journal.runs()] == ["running"]
        with Journal.open(tmp_path) as reader:
            assert [run.state for run in reader.runs()] == ["running"]
    with Journal.open(tmp_path) as journal:
        # Its writer is gone without a word.
        assert [run.state for run in journal.runs()] == ["interrupted"]
        journal.resume_run(RUN)
        assert [run.state for run in journal.runs()] == ["running"]
        journal.end_run(RUN, STARTED_NS + 9)
        second = journal.name_run(STARTED_NS)
        journal.start_run(second, "anna", started_ns=STARTED_NS, config={})
        assert [(run.run, run.state, run.ended_ns) for run in journal.runs()] == [
            (RUN, "ended", STARTED_NS + 9),
            (second, "running", None),
        ]
        assert journal.runs()[0].config == {"mqtt": {"host": None}}
        journal.start_run("20260101T000009Z", "anna", started_ns=STARTED_NS, config={})
        assert [run.state for run in journal.runs()] == ["ended", "interrupted", "running"]


def test_runs_stand_in_the_order_of_their_beginning_whatever_the_clock_said(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.append(RUN, a_run(2))
        early = journal.name_run(0)
        journal.start_run(early, "anna", started_ns=0, config={})
        assert journal.deliveries.before_newest_run() == journal.deliveries.last_seq() == len(a_run(2))
        journal.append(early, a_run(2))
        assert [run.run for run in journal.runs()] == [RUN, early] == [RUN, "19700101T000000Z"]
        assert journal.deliveries.before_newest_run() == len(a_run(2))


def test_runs_of_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        names = []
        for _ in range(3):
            names.append(journal.name_run(STARTED_NS + 999_999_999))
            journal.start_run(names[-1], "anna", started_ns=STARTED_NS, config={})
        assert names == ["20260101T000000Z", "20260101T000001Z", "20260101T000002Z"]
        (tmp_path / "runs" / "20260101T000003Z").mkdir(parents=True)
        assert journal.name_run(STARTED_NS) == "20260101T000004Z"


def test_only_one_writes_and_any_number_read(tmp_path: Path) -> None:
    with begun(tmp_path) as writer, Journal.open(tmp_path) as other:
        writer.append(RUN, [examples.stride(0)])
        assert other.strides(RUN) == [examples.stride(0)]
        with pytest.raises(JournalLockedError, match=rf"process {os.getpid()}\).*--data-dir"):
            other.start_run("20260101T000001Z", "anna", started_ns=1, config={})
        with pytest.raises(JournalLockedError):
            other.name_run(STARTED_NS)
    with Journal.open(tmp_path) as journal:
        journal.start_run("20260101T000001Z", "anna", started_ns=1, config={})


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX thing")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    umask = os.umask(0)
    try:
        with begun(folder) as journal:
            journal.append(RUN, a_run(3))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes) == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.lock"}
    assert set(modes.values()) == {0o600}


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "journal.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal.open(tmp_path)
    assert (tmp_path / "elsewhere").read_text() == "mine"


def test_results_are_never_changed(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.append(RUN, a_run(1))
    connection = sqlite3.connect(tmp_path / "journal.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE result SET t_us = 0")
    connection.close()


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    begun(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "journal.db")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(JournalVersionError, match="newer kneeload"):
        Journal.open(tmp_path)


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_every_earlier_schema_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    connection = sqlite3.connect(tmp_path / "journal.db")
    for migrate in MIGRATIONS[:version]:
        migrate(connection)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    with begun(tmp_path) as journal:
        journal.append(RUN, a_run(2))
        assert journal.count(RUN, "stride") == 4


def test_a_damaged_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalError, match="is damaged"):
        Journal.open(tmp_path)


BODIES = st.text(max_size=40) | st.sampled_from(
    ['{"stride": "x"}', "[]", "null", '{"mount": "knee"}', "1e999"]
)


@given(st.sampled_from(["stride", "alert", "summary", "sensor", "unheard-of"]), BODIES)
def test_a_hostile_row_is_a_row_error(stream: str, body: str) -> None:
    row = Row(seq=7, run=RUN, runner="anna", started_ns=0, stream=stream, body=body)
    with pytest.raises(RowError, match="journal row 7") as caught:
        _ = row.result
    assert "\n" not in str(caught.value)


def test_several_threads_may_use_it(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:

        def work(mount: Mount) -> None:
            for number in range(50):
                journal.append(RUN, [examples.stride(number, mount)])
                journal.deliveries.advance(mount, number)

        threads = [threading.Thread(target=work, args=(mount,)) for mount in Mount]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert journal.count(RUN, "stride") == 200
        assert journal.deliveries.cursors() == dict.fromkeys(map(str, Mount), 49)


WRITER = """
import sys
from pathlib import Path
from kneeload.journal import Journal
from tests.kneeload.examples import STARTED_NS, stride
journal = Journal.open(Path(sys.argv[1]))
journal.start_run("20260101T000000Z", "anna", started_ns=STARTED_NS, config={})
for number in range(100_000):
    journal.append("20260101T000000Z", [stride(number)])
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 100:
                process.send_signal(signal.SIGKILL)
                break
        acknowledged = max([100, *(int(line) for line in process.stdout if line.endswith("\n"))])
    with Journal.open(tmp_path) as journal:
        numbers = [stride.stride for stride in journal.strides(RUN)]
        assert numbers == list(range(len(numbers)))
        assert acknowledged <= numbers[-1] <= acknowledged + 1
        assert [run.state for run in journal.runs()] == ["interrupted"]
        journal.resume_run(RUN)


def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as journal:
        journal.append(RUN, a_run(10))
        kept = [row.result for row in journal.deliveries.after(0, 1000)]
        # SQLite's own limit fails where a full disk would.
        journal._runs._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(JournalFullError, match="no room left"):
            journal.append(RUN, a_run(5000))
        assert [row.result for row in journal.deliveries.after(0, 1000)] == kept
        journal._runs._connection.execute("PRAGMA max_page_count = 1000000")
        assert journal.append(RUN, a_run(500)) == len(a_run(500)) - len(kept)
