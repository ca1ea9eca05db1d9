"""A run whose packets.mcap has a damaged byte near its beginning: computed all the same, or refused."""

import io
from pathlib import Path

import pytest
from mcap.opcode import Opcode
from rich.console import Console

from dsp.mount import Mount
from ingest.recording import Recorder
from kneeload.analyze import AnalyzeError, run_analyze
from kneeload.errors import KneeloadError
from kneeload.journal import Journal
from kneeload.keeping import recover_runs
from kneeload.monitor import Monitor
from kneeload.place import make_folder, packets_of
from kneeload.replay import run_replay
from kneeload.usable import NothingUsableError
from tests.ingest.test_damaged import laid_out, overwrite
from tests.kneeload.virtual_packets import FAMILY, running

RUN = "20260301T070000Z"
STARTED_NS = 1_772_348_400_000_000_000


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """The data folder."""
    packets, monitor = running(Mount.LEFT_SHIN, 12.0), Monitor({Mount.LEFT_SHIN: FAMILY})
    make_folder(tmp_path, RUN)
    with Journal.open(tmp_path) as journal, Recorder(packets_of(tmp_path, RUN), {}) as recorder:
        journal.start_run(RUN, "runner", started_ns=STARTED_NS, config={})
        for packet in packets:
            recorder.append(packet)
            journal.append(RUN, monitor.receive(packet))
        journal.append(RUN, monitor.finish(packets[-1].arrival_ns))
        journal.end_run(RUN, STARTED_NS + packets[-1].arrival_ns)
    break_first_chunk(packets_of(tmp_path, RUN))
    return tmp_path


def break_first_chunk(path: Path) -> None:
    content = path.read_bytes()
    begin, end = next((begin, end) for opcode, begin, end in laid_out(content) if opcode == Opcode.CHUNK)
    overwrite(path, end - 20, bytes([content[end - 20] ^ 1]))
    assert begin < end - 20


def without_copies(path: Path) -> None:
    """As files were before what decoding needs was in them more than once."""
    content = path.read_bytes()
    kept = [content[begin:end] for opcode, begin, end in laid_out(content) if opcode != Opcode.ATTACHMENT]
    path.write_bytes(content[:8] + b"".join(kept) + content[-8:])


def test_it_is_analysed_and_doubted(damaged: Path) -> None:
    path = packets_of(damaged, RUN)
    report = run_analyze([path], mount=None, output=None, console=None)
    assert isinstance(report["strides"], int)
    assert report["strides"] >= 12
    assert str(report["doubt"]).startswith(f"{path}: is damaged in one place and lacks ")


def test_a_replay_says_why_the_journal_differs(damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = io.StringIO()
    report = run_replay(RUN, data_dir=damaged, in_real_time=False, console=Console(file=text, width=200))
    assert report["strides"]
    assert "is damaged in one place and lacks" in str(report["doubt"])
    assert str(report["doubt"]) in capsys.readouterr().err
    assert isinstance(report["journal"], dict)
    assert report["journal"]["same"] or "that they come from are damaged" in text.getvalue()


def test_a_lost_journal_is_made_again_and_what_it_lacks_is_said(damaged: Path) -> None:
    (damaged / "journal.db").unlink()
    text = io.StringIO()
    report = recover_runs(damaged, console=Console(file=text, width=200))
    assert isinstance(report["recovered"], dict)
    assert report["recovered"][RUN] > 12
    assert isinstance(report["damaged"], dict)
    assert "is damaged in one place and lacks" in report["damaged"][RUN]
    assert "recovered; packets.mcap is damaged in one place and lacks" in text.getvalue()


def test_without_the_copies_nothing_can_be_used(damaged: Path) -> None:
    path = packets_of(damaged, RUN)
    without_copies(path)
    with pytest.raises((NothingUsableError, AnalyzeError), match="is damaged in one place and lacks"):
        run_analyze([path], mount=None, output=None, console=None)
    with pytest.raises(NothingUsableError, match="is damaged in one place and lacks"):
        run_replay(RUN, data_dir=damaged, in_real_time=False, console=None)
    (damaged / "journal.db").unlink()
    text = io.StringIO()
    report = recover_runs(damaged, console=Console(file=text, width=200))
    assert report["recovered"] == {}
    assert isinstance(report["unreadable"], dict)
    assert "packets.mcap is damaged in one place and lacks" in report["unreadable"][RUN]
    assert "packets.mcap is damaged in one place and lacks" in text.getvalue()


def test_of_packets_whose_scale_was_never_told_nothing_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    with Recorder(path, {}) as recorder:
        for packet in running(Mount.LEFT_SHIN, 3.0):
            if packet.kind != "config":
                recorder.append(packet)
    with pytest.raises(KneeloadError, match=r"none of its \d+ packets with samples can be used"):
        run_analyze([path], mount=None, output=None, console=None)
