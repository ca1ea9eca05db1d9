"""A run that was cut off, offered to who starts again."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest import recording
from ingest.packet import Kind, Packet
from kneeload import offer as offering
from kneeload.failures import UsageError
from kneeload.offer import offer
from kneeload.place import packets_of
from kneeload.resume import RESUME_S
from tests.kneeload.test_resume import FAMILIES, LEFT, RUN, RUN_S, cut_off, found
from tests.kneeload.virtual_packets import FAMILY, running


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, RUN_S)


def test_offered_to_whom_it_belongs(
    tmp_path: Path, packets: list[Packet], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = cut_off(tmp_path, packets)
    assert offer(config, FAMILIES, wanted=False) is None
    going_on = offer(config, FAMILIES, wanted=None)
    assert going_on is not None
    told = capsys.readouterr().err
    assert told.count("going on with run") == 1
    assert told.endswith("; --new begins a new one\n")
    assert offer(config, FAMILIES, wanted=True) is not None
    assert "--new" not in capsys.readouterr().err, "a demo has no such option"
    other = config.model_copy(update={"runner": config.runner.model_copy(update={"name": "bea"})})
    assert offer(other, FAMILIES, wanted=None) is None
    with pytest.raises(UsageError, match="it is runner's"):
        offer(other, FAMILIES, wanted=True)
    with pytest.raises(UsageError, match="left-shin is not among"):
        offer(config, {Mount.RIGHT_SHIN: FAMILY}, wanted=True)
    old = replace(going_on, silent_s=RESUME_S + 1)
    monkeypatch.setattr(offering, "find_cut", lambda *_: old)
    assert offer(config, FAMILIES, wanted=None) is None
    assert offer(config, FAMILIES, wanted=True) is old


def test_with_standard_input_closed_nobody_is_asked(
    tmp_path: Path, packets: list[Packet], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with <&-: Python has no sys.stdin then."""
    config = cut_off(tmp_path, packets)
    monkeypatch.setattr(sys, "stdin", None)
    assert offer(config, FAMILIES, wanted=None) is not None
    assert capsys.readouterr().err.startswith("going on with run")


def test_a_run_without_samples_is_nothing_to_go_on_with(tmp_path: Path, packets: list[Packet]) -> None:
    config = cut_off(tmp_path, [packet for packet in packets if packet.kind is not Kind.DATA])
    assert found(tmp_path) is None
    assert offer(config, FAMILIES, wanted=None) is None
    with pytest.raises(UsageError, match="no run in"):
        offer(config, FAMILIES, wanted=True)
    assert list(recording.read(packets_of(tmp_path, RUN)))
