"""A run that was cut off: who goes on with it, when, and what comes to light."""

import errno
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload import resume
from kneeload.clock import MonotonicClock
from kneeload.config import Config, load
from kneeload.errors import KeptSettingsError
from kneeload.failures import UsageError
from kneeload.held import Held
from kneeload.journal import Journal, Run
from kneeload.listing import resolve_run
from kneeload.monitor import Monitor
from kneeload.offer import offer
from kneeload.place import make_folder, packets_of
from kneeload.replay import replay, run_replay
from kneeload.resume import RESUME_S, Cut, find_cut, marks, recover, recover_old
from kneeload.worn import UnknownFamilyError
from tests.kneeload.examples import summary
from tests.kneeload.virtual_packets import FAMILY, running

LEFT = Mount.LEFT_SHIN
FAMILIES = {LEFT: FAMILY}
RUN = "20260301T070000Z"
STARTED_NS = 1_772_348_400_000_000_000
RUN_S = 20.0


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, RUN_S)


def cut_off(
    folder: Path, packets: list[Packet], *, journalled: int = 5, kept: Mapping[str, Any] | None = None
) -> Config:
    """A run whose process died: all its packets are on disk, only its first strides are in the journal.

    kept: more settings of it, as the journal keeps them.
    """
    config = load(None, data_dir=folder)
    path = make_folder(folder, RUN) / "packets.mcap"
    about = marks(MonotonicClock(packets[-1].arrival_ns))
    recorder = Recorder(path, about)
    monitor = Monitor(dict(FAMILIES))
    strides: list[Stride] = []
    for packet in packets:
        recorder.append(packet)
        strides += [result for result in monitor.receive(packet) if isinstance(result, Stride)]
    recorder.flush()
    with Journal.open(folder) as journal:
        settings = {**config.public(), **(kept or {})}
        journal.start_run(RUN, config.runner.name, started_ns=STARTED_NS, config=settings)
        journal.append(RUN, strides[:journalled])
    return config


def found(folder: Path) -> Cut | None:
    with Journal.open(folder) as journal:
        return find_cut(journal, folder)


def test_a_service_that_ran_for_weeks_can_go_on(tmp_path: Path, packets: list[Packet]) -> None:
    weeks_ns = 5 * 7 * 24 * 3600 * 1_000_000_000
    later = [replace(packet, arrival_ns=packet.arrival_ns + weeks_ns) for packet in packets]
    cut_off(tmp_path, [*packets, *later])
    cut = found(tmp_path)
    assert cut is not None
    assert (cut.packets, cut.last_ns) == (2 * len(packets), later[-1].arrival_ns)


def test_a_cut_off_run_is_found_with_its_time(tmp_path: Path, packets: list[Packet]) -> None:
    cut_off(tmp_path, packets)
    cut = found(tmp_path)
    assert cut is not None
    assert (cut.run, cut.packets, cut.last_ns) == (RUN, len(packets), packets[-1].arrival_ns)
    assert cut.recent
    assert cut.silent_s is not None
    assert cut.last_ns <= cut.begin_ns() < cut.last_ns + 60e9
    assert cut.begin_ns(10.0) >= cut.begin_ns()
    assert list(cut.earlier()) == packets
    (lost,) = cut.links_lost(7)
    assert (lost.kind, lost.data, lost.arrival_ns) == (Kind.LINK, b"lost", 7)


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_within_one_boot_a_step_of_the_wall_clock_moves_nothing(
    tmp_path: Path, packets: list[Packet], step_s: float
) -> None:
    cut_off(tmp_path, packets)
    path = packets_of(tmp_path, RUN)
    moved = path.stat().st_mtime + step_s
    os.utime(path, (moved, moved))
    cut = found(tmp_path)
    assert cut is not None
    assert cut.silent_s is not None
    assert cut.silent_s < 60.0


def test_after_a_reboot_the_wall_clock_tells_unless_it_went_back(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(tmp_path, packets)
    monkeypatch.setattr(resume, "BOOT_ID", tmp_path / "another boot")
    path = packets_of(tmp_path, RUN)
    now = path.stat().st_mtime
    for ago_s, recent in ((30.0, True), (RESUME_S + 30.0, False)):
        os.utime(path, (now - ago_s, now - ago_s))
        cut = found(tmp_path)
        assert cut is not None
        assert cut.recent is recent
        assert cut.silent_s is not None
        assert ago_s <= cut.silent_s < ago_s + 60.0
    os.utime(path, (now + 1e6, now + 1e6))
    cut = found(tmp_path)
    assert cut is not None
    assert cut.silent_s is None
    assert not cut.recent
    assert cut.begin_ns() >= cut.last_ns


def test_what_was_computed_and_not_journalled_comes_to_light(tmp_path: Path, packets: list[Packet]) -> None:
    cut_off(tmp_path, packets, journalled=5)
    cut = found(tmp_path)
    assert cut is not None
    with Journal.open(tmp_path) as journal:
        before = journal.strides(RUN)
        new = recover(journal, cut)
        strides = journal.strides(RUN)
        (run,) = journal.runs()
        assert new > 0
        assert strides[: len(before)] == before
        assert [s.stride for s in strides] == list(range(len(strides)))
        assert len(strides) > 20
        assert (run.state, run.ended_ns) == (
            "interrupted",
            STARTED_NS + packets[-1].arrival_ns // 1000 * 1000,
        )
        assert find_cut(journal, tmp_path) is None, "it is closed"
        assert recover_old(journal, tmp_path) == {}
    report = run_replay(RUN, data_dir=tmp_path, in_real_time=False, console=None)
    assert report["journal"] == {"strides": len(strides), "same": True}


def test_a_sensor_that_never_came_is_missed_in_a_recovery_and_a_replay_too(
    tmp_path: Path, packets: list[Packet]
) -> None:
    later = [replace(packet, arrival_ns=packet.arrival_ns + 60_000_000_000) for packet in packets[-20:]]
    cut_off(tmp_path, [*packets, *later], kept={"worn": dict.fromkeys(("left-shin", "right-shin"), FAMILY)})
    with Journal.open(tmp_path) as journal:
        cut = find_cut(journal, tmp_path)
        assert cut is not None
        recover(journal, cut)
        alerts, (entry,) = journal.alerts(RUN), journal.runs()
        health = journal.health(RUN)
    assert [(alert.rule, alert.state) for alert in alerts if alert.mount is LEFT.opposite] == [
        ("sensor-silent", "raised")
    ]
    assert {row.mount for row in health} == {LEFT, LEFT.opposite}
    replayed = [
        result for _, results in replay(packets_of(tmp_path, RUN), held=Held.of(entry)) for result in results
    ]
    assert [result for result in replayed if isinstance(result, Alert)] == alerts


def test_a_summary_that_cannot_be_read_keeps_no_run_from_being_recovered(
    tmp_path: Path, packets: list[Packet]
) -> None:
    cut_off(tmp_path, packets)
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        connection.execute(
            "INSERT INTO result (run, stream, mount, t_us, key, body) "
            "VALUES (?, 'summary', '', 1, 'x', '{}')",
            (RUN,),
        )
    connection.close()
    run_after(tmp_path)
    with Journal.open(tmp_path) as journal:
        assert list(recover_old(journal, tmp_path)) == [RUN]


def test_time_that_summaries_have_told_of_is_not_taken_back(tmp_path: Path, packets: list[Packet]) -> None:
    """The sensor was silent when the process was killed: run time had gone on without packets."""
    cut_off(tmp_path, packets)
    told_us = packets[-1].arrival_ns // 1000 + 30_000_000
    with Journal.open(tmp_path) as journal:
        journal.append(RUN, [summary(told_us)])
        cut = find_cut(journal, tmp_path)
        assert cut is not None
        recover(journal, cut)
        (run,) = journal.runs()
        assert run.ended_ns == STARTED_NS + told_us * 1000
        silent = [alert for alert in journal.alerts(RUN) if alert.rule == "sensor-silent"]
        assert [alert.state for alert in silent] == ["raised"]


def test_only_what_nobody_goes_on_with_is_recovered(tmp_path: Path, packets: list[Packet]) -> None:
    config = cut_off(tmp_path, packets)
    with Journal.open(tmp_path) as journal:
        assert recover_old(journal, tmp_path) == {}
        later = "20260301T080000Z"
        journal.start_run(later, config.runner.name, started_ns=STARTED_NS + 1, config=config.public())
        journal.end_run(later, STARTED_NS + 2)
        assert list(recover_old(journal, tmp_path)) == [RUN]


@pytest.mark.parametrize("away", ["archive", "rights"])
def test_a_run_whose_packets_are_out_of_reach_for_a_while_is_not_given_up(
    tmp_path: Path,
    packets: list[Packet],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    away: str,
) -> None:
    cut_off(tmp_path, packets)
    run_after(tmp_path)
    path, archive = packets_of(tmp_path, RUN), tmp_path / "archive"
    path.rename(archive)
    path.symlink_to(archive if away == "rights" else tmp_path / "not mounted")
    if away == "rights":
        opened = Path.open

        def refused(self: Path, *args: Any, **kwargs: Any) -> Any:
            if self == path:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(self, *args, **kwargs)

        monkeypatch.setattr(Path, "open", refused)
    with Journal.open(tmp_path) as journal:
        assert recover_old(journal, tmp_path) == {}
        assert journal.runs()[0].ended_ns is None
    told = capsys.readouterr().err
    assert told.startswith(f"kneeload: {path}: ")
    assert told.endswith("; its last results are left where they are\n")
    monkeypatch.undo()
    path.unlink()
    archive.rename(path)
    with Journal.open(tmp_path) as journal:
        assert list(recover_old(journal, tmp_path)) == [RUN]


def test_a_run_whose_folder_is_in_an_archive_that_is_away_is_not_given_up(
    tmp_path: Path, packets: list[Packet]
) -> None:
    cut_off(tmp_path, packets)
    run_after(tmp_path)
    folder, archive = packets_of(tmp_path, RUN).parent, tmp_path / "archive"
    folder.rename(archive)
    folder.symlink_to(tmp_path / "not mounted")
    with Journal.open(tmp_path) as journal:
        assert recover_old(journal, tmp_path) == {}
        assert journal.runs()[0].ended_ns is None
    folder.unlink()
    archive.rename(folder)
    with Journal.open(tmp_path) as journal:
        assert list(recover_old(journal, tmp_path)) == [RUN]


@pytest.mark.parametrize("gone", ["file", "folder"])
def test_a_run_whose_packets_are_gone_is_over(tmp_path: Path, packets: list[Packet], gone: str) -> None:
    cut_off(tmp_path, packets)
    run_after(tmp_path)
    packets_of(tmp_path, RUN).unlink()
    if gone == "folder":
        packets_of(tmp_path, RUN).parent.rmdir()
    with Journal.open(tmp_path) as journal:
        assert recover_old(journal, tmp_path) == {}
        assert journal.runs()[0].ended_ns is not None


def run_after(folder: Path) -> str:
    """A run that ended, later than the one that was cut off."""
    later = "20260301T080000Z"
    with Journal.open(folder) as journal:
        journal.start_run(later, "runner", started_ns=STARTED_NS + 1, config={})
        journal.end_run(later, STARTED_NS + 2)
    return later


@pytest.mark.parametrize(
    "kept",
    [
        {"mqtt": {"host": "broker", "tls": True, "ca_file": "/not/there/any/more.pem"}},
        {"influx": {"url": "of another version"}},
        {"alerts": {"a-rule-that-was-given-up": {"enabled": False}}},
    ],
    ids=lambda kept: next(iter(kept)),
)
def test_what_no_result_depends_on_may_be_gone(
    tmp_path: Path, packets: list[Packet], kept: dict[str, Any]
) -> None:
    """A broker's certificate was deleted, and no run of the folder could be looked at any more."""
    cut_off(tmp_path, packets, kept=kept)
    later = run_after(tmp_path)
    assert resolve_run("last", tmp_path) == later
    report = run_replay(RUN, data_dir=tmp_path, in_real_time=False, console=None)
    assert report["strides"] == report["journal"]["strides"] > 20  # type: ignore[index]


def test_a_limit_beside_a_rule_that_was_given_up_still_holds() -> None:
    run = Run(RUN, "runner", 1, 2, "ended", {"alerts": {"gone": {}, "shock-high": {"limit": 1.5}}}, "")
    assert [rule.limit for rule in Held.of(run).rules if rule.id == "shock-high"] == [1.5]


def test_a_run_whose_settings_cannot_be_used_is_told_of_and_stands_in_nobodys_way(
    tmp_path: Path, packets: list[Packet], capsys: pytest.CaptureFixture[str]
) -> None:
    config = cut_off(tmp_path, packets, kept={"alerts": {"shock-high": {"limit": 99.0}}})
    assert offer(config, FAMILIES, wanted=None) is None
    with pytest.raises(UsageError, match=f"run {RUN}: the settings .*without --resume a new run begins"):
        offer(config, FAMILIES, wanted=True)
    later = run_after(tmp_path)
    assert resolve_run("last", tmp_path) == later
    told = capsys.readouterr().err
    assert told.startswith(
        f"kneeload: run {RUN}: the settings that it began with cannot be used (alerts.shock-high"
    )
    assert "left where they are" in told
    with Journal.open(tmp_path) as journal:
        assert journal.runs()[0].ended_ns is None, "a version that can may still do it"
    with pytest.raises(KeptSettingsError, match="shock-high"):
        run_replay(RUN, data_dir=tmp_path, in_real_time=False, console=None)


def test_a_run_from_sensors_that_this_version_does_not_know_waits_for_one_that_does(
    tmp_path: Path, packets: list[Packet]
) -> None:
    stranger = [replace(packet, family="kneeload-v9") for packet in packets[:200]]
    path = make_folder(tmp_path, RUN) / "packets.mcap"
    recorder = Recorder(path, {})
    for packet in stranger:
        recorder.append(packet)
    recorder.close()
    with Journal.open(tmp_path) as journal:
        journal.start_run(RUN, "anna", started_ns=STARTED_NS, config={})
        journal.start_run("20260302T070000Z", "anna", started_ns=STARTED_NS + 86_400 * 10**9, config={})
    with Journal.open(tmp_path) as journal:
        assert recover_old(journal, tmp_path) == {}
        assert journal.runs()[0].ended_ns is None
    with pytest.raises(UnknownFamilyError, match="kneeload-v9"):
        run_replay(RUN, data_dir=tmp_path, in_real_time=False, console=None)
