"""What a replay says of the journal beside it, at every moment of a run."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from dsp.mount import Mount
from ingest.packet import Packet
from ingest.recording import Recorder
from kneeload.journal import Journal
from kneeload.monitor import Monitor
from kneeload.place import make_folder, packets_of
from kneeload.replay import run_replay
from kneeload.results import Result
from tests.kneeload.virtual_packets import FAMILY, running

__all__: list[str] = []

RUN = "20260301T070000Z"
STARTED_NS = 1_772_348_400_000_000_000


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(Mount.LEFT_SHIN, 12.0)


@contextmanager
def going(folder: Path, packets: list[Packet]) -> Iterator[tuple[Journal, list[Result]]]:
    """A run in the middle, its process alive; the results that are its end."""
    monitor = Monitor({Mount.LEFT_SHIN: FAMILY})
    make_folder(folder, RUN)
    with Journal.open(folder) as journal, Recorder(packets_of(folder, RUN), {}) as recorder:
        journal.start_run(RUN, "runner", started_ns=STARTED_NS, config={})
        for packet in packets:
            recorder.append(packet)
            journal.append(RUN, monitor.receive(packet))
        recorder.flush()
        yield journal, monitor.finish(packets[-1].arrival_ns)


def told(folder: Path) -> tuple[str, object, object]:
    text = io.StringIO()
    console = Console(file=text, width=200)
    report = run_replay(RUN, data_dir=folder, in_real_time=False, console=console)
    assert isinstance(report["journal"], dict)
    return text.getvalue(), report["state"], report["journal"]["same"]


def test_a_run_that_goes_on_does_not_differ_from_its_journal(tmp_path: Path, packets: list[Packet]) -> None:
    with going(tmp_path, packets) as (journal, end):
        text, state, same = told(tmp_path)
        assert text.endswith(" so far; the run goes on\n")
        assert (state, same) == ("running", None)
        journal.append(RUN, end)
        journal.end_run(RUN, STARTED_NS + packets[-1].arrival_ns)
    text, state, same = told(tmp_path)
    assert text.endswith("; the same as in the journal\n")
    assert (state, same) == ("ended", True)


def test_a_run_that_was_just_cut_off_is_told_as_one(tmp_path: Path, packets: list[Packet]) -> None:
    with going(tmp_path, packets):
        pass
    text, state, same = told(tmp_path)
    assert "the run was cut off, see kneeload runs --recover" in text
    assert (state, same) == ("interrupted", False)


def test_a_journal_that_lacks_the_end_differs(tmp_path: Path, packets: list[Packet]) -> None:
    with going(tmp_path, packets) as (journal, _end):
        journal.end_run(RUN, STARTED_NS + packets[-1].arrival_ns)
    text, _state, same = told(tmp_path)
    assert text.endswith(" and differs\n")
    assert same is False
