"""Runs that the journal lacks, because it was damaged or is another one, come back from their packets."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload import resume
from kneeload.adopting import adopt, unknown_runs
from kneeload.failures import UsageError
from kneeload.journal import Journal
from kneeload.keeping import recover_runs
from kneeload.listing import list_runs, resolve_run
from kneeload.place import make_folder, packets_of
from kneeload.resume import find_cut
from tests.kneeload.examples import summary
from tests.kneeload.test_resume import LEFT, RUN, RUN_S, STARTED_NS, run_after
from tests.kneeload.virtual_packets import FAMILY, running

EARLIER = "20260228T070000Z"
DAY_NS = 86_400_000_000_000


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, RUN_S)


def recorded(folder: Path, name: str, packets: list[Packet], **about: str) -> None:
    with Recorder(make_folder(folder, name) / "packets.mcap", about) as recorder:
        for packet in packets:
            recorder.append(packet)


def test_a_lost_journal_is_made_again(tmp_path: Path, packets: list[Packet]) -> None:
    about = {
        "runner": "Ada",
        "note": "hills",
        "started_ns": str(STARTED_NS + 5),
        "above_ankle_m.left-shin": "0.2",
    }
    recorded(tmp_path, EARLIER, packets)
    recorded(tmp_path, RUN, packets, **about)
    run_after(tmp_path)  # one begins before anybody notices
    recovered = recover_runs(tmp_path, console=None)["recovered"]
    assert isinstance(recovered, dict)
    assert sorted(recovered) == [EARLIER, RUN]
    with Journal.open(tmp_path) as journal:
        earlier, run, after = journal.runs()
        assert (earlier.run, earlier.runner, earlier.note) == (EARLIER, "runner", "")
        assert earlier.started_ns == STARTED_NS - DAY_NS
        assert (run.run, run.runner, run.note, run.started_ns) == (RUN, "Ada", "hills", STARTED_NS + 5)
        assert (run.state, run.ended_ns) == (
            "interrupted",
            STARTED_NS + 5 + packets[-1].arrival_ns // 1000 * 1000,
        )
        assert run.config["sensors"] == [{"mount": "left-shin", "above_ankle_m": 0.2}]
        strides = journal.strides(RUN)
        assert len(strides) > 20
        assert len(journal.strides(EARLIER)) == len(strides)
        assert journal.strides(after.run) == []
    assert recover_runs(tmp_path, console=None)["recovered"] == {}
    assert unknown_runs(tmp_path, [earlier, run, after]) == []


def test_who_looks_for_runs_is_told_that_there_are_packets(tmp_path: Path, packets: list[Packet]) -> None:
    recorded(tmp_path, EARLIER, packets)
    text = io.StringIO()
    list_runs(tmp_path, console=Console(file=text, width=200))
    line = "there are packets of 1 run that the journal does not know: kneeload runs --recover computes them"
    assert text.getvalue() == f"no runs in {tmp_path}\n{line}\n"
    with pytest.raises(UsageError, match=f"no runs in {tmp_path}; {line}"):
        resolve_run("last", tmp_path)
    run_after(tmp_path)
    text = io.StringIO()
    list_runs(tmp_path, console=Console(file=text, width=200))
    assert text.getvalue().endswith(f"\n{line}\n")


def test_the_same_results_as_before(tmp_path: Path, packets: list[Packet]) -> None:
    recorded(tmp_path, RUN, packets)
    run_after(tmp_path)
    recover_runs(tmp_path, console=None)
    with Journal.open(tmp_path) as journal:
        before = journal.strides(RUN), journal.alerts(RUN), journal.summaries(RUN), journal.health(RUN)
    for file in tmp_path.glob("journal.*"):
        file.unlink()
    run_after(tmp_path)
    recover_runs(tmp_path, console=None)
    with Journal.open(tmp_path) as journal:
        after = journal.strides(RUN), journal.alerts(RUN), journal.summaries(RUN), journal.health(RUN)
    assert before[0]
    assert after == before


def test_a_run_that_comes_back_is_over_and_no_news(tmp_path: Path, packets: list[Packet]) -> None:
    """Its file is as new as its copy: nobody goes on with it, and no broker is told of it as of today."""
    recorded(tmp_path, RUN, packets)
    with Journal.open(tmp_path) as journal:
        journal.deliveries.advance("mqtt:here:1883", journal.deliveries.last_seq())
        journal.deliveries.advance("influx:there/kneeload", 0)
    assert recover_runs(tmp_path, console=None)["recovered"]
    with Journal.open(tmp_path) as journal:
        (run,) = journal.runs()
        assert find_cut(journal, tmp_path) is None
        assert (run.state, run.ended_ns is not None) == ("interrupted", True)
        assert journal.deliveries.cursors() == {
            "mqtt:here:1883": journal.deliveries.last_seq(),
            "influx:there/kneeload": 0,
        }
        assert journal.deliveries.last_seq() > 0


def test_a_run_whose_coming_back_was_cut_off_is_no_news_either(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next attempt knew the run, and gave the broker years of results as if they were of today."""
    monkeypatch.setattr(resume, "BATCH", 10)
    recorded(tmp_path, RUN, packets)

    def killed(_new: int) -> None:
        raise KeyboardInterrupt

    with Journal.open(tmp_path) as journal:
        journal.deliveries.advance("mqtt:here:1883", journal.deliveries.last_seq())
        journal.listeners.append(killed)
        with pytest.raises(KeyboardInterrupt):
            adopt(journal, tmp_path)
        assert 0 < journal.size(RUN) < 20
        cut = find_cut(journal, tmp_path)
        assert cut is not None
        assert not cut.recent  # though its file is
    run_after(tmp_path)
    assert recover_runs(tmp_path, console=None)["recovered"]
    with Journal.open(tmp_path) as journal:
        assert journal.size(RUN) > 20
        assert journal.deliveries.cursors() == {"mqtt:here:1883": journal.deliveries.last_seq()}


def test_what_a_broker_has_not_got_yet_stays_before_it(tmp_path: Path, packets: list[Packet]) -> None:
    later = run_after(tmp_path)
    with Journal.open(tmp_path) as journal:
        journal.append(later, [summary(1), summary(2)])
        journal.deliveries.advance("mqtt:here:1883", 1)
    recorded(tmp_path, RUN, packets)
    assert recover_runs(tmp_path, console=None)["recovered"]
    with Journal.open(tmp_path) as journal:
        assert journal.deliveries.cursors() == {"mqtt:here:1883": 1}


def test_what_is_no_run_is_left_alone(tmp_path: Path, packets: list[Packet]) -> None:
    link = [packet for packet in packets if packet.kind is Kind.LINK]
    assert link
    assert {packet.family for packet in packets} == {FAMILY}
    recorded(tmp_path, RUN, link)
    recorded(tmp_path, EARLIER, packets)
    packets_of(tmp_path, EARLIER).write_bytes(b"no recording")
    recorded(tmp_path, "20261399T070000Z", packets)
    recorded(tmp_path, "20260226T070000Z", [replace(packet, family="other") for packet in packets])
    recorded(tmp_path, "20260227T070000Z", packets)
    shutil.move(tmp_path / "runs" / "20260227T070000Z", tmp_path / "runs" / "mine")
    unreadable = [RUN, EARLIER, "20260226T070000Z"]
    assert unknown_runs(tmp_path) == unreadable
    text = io.StringIO()
    assert recover_runs(tmp_path, console=Console(file=text, width=80))["recovered"] == {}
    what = "its packets hold no samples that this version can read"
    assert text.getvalue().splitlines() == [*(f"{run}: {what}" for run in unreadable), "nothing to recover"]
    with Journal.open(tmp_path) as journal:
        assert journal.runs() == []
