"""Runs compared with the runs before them: which count, when it is told, and the same when replayed."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alerts.alert import Alert
from alerts.baseline import Baseline
from alerts.earlier import LEAST_RUNS
from alerts.engine import AlertEngine
from alerts.observation import Metric
from dsp.mount import Mount
from dsp.stride import Stride
from firmware_sim.plan import Phase, Plan
from ingest.errors import LinkError
from ingest.packet import Packet
from kneeload.clock import MonotonicClock
from kneeload.conduct import Outcome, conduct
from kneeload.config import Config, load
from kneeload.held import Held
from kneeload.journal import Journal, Run
from kneeload.last_runs import STRIDES_A_RUN, compared_line, usual_by_now
from kneeload.place import packets_of
from kneeload.replay import replay, run_replay
from kneeload.results import Result
from kneeload.resume import find_cut, recover
from tests.alerts.strides import Run as Strides
from tests.kneeload.virtual_packets import FAMILY, virtual_packets

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN
DAY_NS = 86_400_000_000_000
SENSOR = {"mount": "left-shin", "address": "C0:FF:EE:00:00:01", "rate_hz": 208}
SHOCK: tuple[Metric, Mount] = ("peak_resultant_g", LEFT)


class Noting:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def see(self, results: Sequence[Result]) -> None:
        del results

    def note(self, line: str) -> None:
        self.notes.append(line)

    def __enter__(self) -> "Noting":
        return self

    def __exit__(self, *exc: object) -> None:
        return None


class CutOffError(Exception):
    """The process dies."""


def leg(minutes: float, *, impact_g: float, seed: int) -> list[Packet]:
    plan = Plan.of(Phase(activity="run", duration_s=60 * minutes, speed_kmh=11, impact_g=impact_g))
    return virtual_packets({LEFT: plan}, 60 * minutes, seed=seed)


def settings(folder: Path, *, sensor: dict[str, Any] = SENSOR, **runner: Any) -> Config:
    return load(None, data_dir=folder, overrides={"sensors": [sensor], "runner": runner})


def go(
    config: Config, packets: Sequence[Packet], *, error: Exception | None = None, **how: Any
) -> tuple[Outcome, list[str]]:
    """One run through the product, its packets as fast as they go."""

    async def session() -> tuple[Outcome, list[str]]:
        over = asyncio.Event()
        view = Noting()

        async def links(receive: Callable[[Packet], None]) -> None:
            for packet in packets:
                receive(packet)
            if error is not None:
                raise error
            over.set()
            await asyncio.Event().wait()

        async def until() -> None:
            await over.wait()

        outcome = await conduct(
            config,
            clock=MonotonicClock(),
            links=links,
            families={LEFT: FAMILY},
            until=until,
            view=view,
            **{"with_last_runs": True, **how},
        )
        return outcome, view.notes

    return asyncio.run(session())


def usual(folder: Path, config: Config | None = None, *, days: float = 0.0) -> Baseline:
    with Journal.open(folder) as journal:
        return usual_by_now(journal, config or settings(folder), now_ns=time.time_ns() + round(days * DAY_NS))


def kept(folder: Path, run: str) -> tuple[Run, list[Stride], list[Alert]]:
    with Journal.open(folder) as journal:
        (entry,) = [entry for entry in journal.runs() if entry.run == run]
        return entry, journal.strides(run), journal.alerts(run)


def run_with(config: dict[str, Any]) -> Run:
    return Run("20260301T070000Z", "runner", 1, None, "interrupted", config, "")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three usual runs."""
    folder = tmp_path_factory.mktemp("three")
    first, second = (leg(4.2, impact_g=6.0, seed=seed) for seed in (1, 2))
    for packets in (first, second, first):
        _, notes = go(settings(folder), packets)
        assert "alerts compare with this run's own first minutes; after 3 runs" in notes[0]
    return folder


@pytest.fixture(scope="module")
def harder() -> list[Packet]:
    return leg(1, impact_g=8.5, seed=3)


@pytest.fixture
def folder(three: Path, tmp_path: Path) -> Path:
    """The three runs, for one test to go on with."""
    return Path(shutil.copytree(three, tmp_path / "data"))


def test_harder_impacts_are_told_in_the_first_minute(folder: Path, harder: list[Packet]) -> None:
    outcome, notes = go(settings(folder), harder)
    assert notes == ["alerts compare with your last 3 runs: left-shin"]
    _, _, alerts = kept(folder, outcome.run)
    (alert,) = alerts
    assert (alert.rule, alert.state, alert.usual_runs) == ("shock-high", "raised", 3)
    assert alert.t_us < 30_000_000
    assert alert.limit < 10.0, "what holds when nothing is usual yet would not have told it"


def test_without_the_last_runs_the_same_run_is_silent(folder: Path, harder: list[Packet]) -> None:
    outcome, _ = go(settings(folder, compare_with_last_runs=False), harder)
    assert kept(folder, outcome.run)[2] == []
    demo, notes = go(settings(folder), harder, with_last_runs=False)
    entry, _, alerts = kept(folder, demo.run)
    assert (alerts, notes, "baseline" in entry.config) == ([], [], False)


def test_a_usual_run_is_silent(folder: Path) -> None:
    outcome, _ = go(settings(folder), leg(1, impact_g=6.0, seed=4))
    entry, strides, alerts = kept(folder, outcome.run)
    assert len(strides) > 60
    assert alerts == []
    assert {row["metric"] for row in entry.config["baseline"]} == {"peak_resultant_g", "ringing"}


def test_a_replay_has_what_was_usual_then(folder: Path, harder: list[Packet]) -> None:
    outcome, _ = go(settings(folder), harder)
    with Journal.open(folder) as journal:
        for entry in journal.runs()[:3]:
            journal.forget(entry.run)
    assert usual(folder) == {}
    entry, strides, alerts = kept(folder, outcome.run)
    report = run_replay(outcome.run, data_dir=folder, in_real_time=False, console=None)
    assert (report["alerts"], report["journal"]) == (1, {"strides": len(strides), "same": True})
    held = Held.of(entry)
    results = [r for _, some in replay(packets_of(folder, entry.run), held=held) for r in some]
    assert [result for result in results if isinstance(result, Alert)] == alerts


def test_a_run_that_was_cut_off_is_completed_with_what_was_usual_then(
    folder: Path, harder: list[Packet]
) -> None:
    whole, _ = go(settings(folder), harder)
    with pytest.raises(CutOffError):
        go(settings(folder), harder, error=CutOffError())
    with Journal.open(folder) as journal:
        cut = find_cut(journal, folder)
        assert cut is not None
        journal.forget(whole.run)
        for entry in journal.runs()[:3]:
            journal.forget(entry.run)
        before = journal.alerts(cut.run)
        journal.forget(cut.run)
        journal.start_run(
            cut.run, "runner", started_ns=cut.entry.started_ns, config=cut.entry.config, note="all lost"
        )
        recover(journal, cut)
        assert journal.alerts(cut.run) == before
    assert [alert.usual_runs for alert in before] == [3]


def test_a_resumed_run_keeps_what_was_usual_at_its_beginning(folder: Path, harder: list[Packet]) -> None:
    half = len(harder) // 8
    with pytest.raises(CutOffError):
        go(settings(folder), harder[:half], error=CutOffError())
    with Journal.open(folder) as journal:
        cut = find_cut(journal, folder)
        assert cut is not None
        assert journal.alerts(cut.run) == []
        for entry in journal.runs()[:3]:
            journal.forget(entry.run)
    outcome, notes = go(settings(folder), harder[half:], cut=cut)
    assert outcome.run == cut.run
    assert notes[0] == "alerts compare with your last 3 runs: left-shin"
    assert [alert.usual_runs for alert in kept(folder, cut.run)[2]] == [3]


@pytest.mark.parametrize(
    "change",
    [
        {"mount": "right-shin"},
        {"address": "C0:FF:EE:00:00:02"},
        {"acc_range_g": 32},
        {"rate_hz": 104},
        {"address": None, "name": "pod"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_sensor_is_not_compared(three: Path, change: dict[str, Any]) -> None:
    assert SHOCK in usual(three)
    assert usual(three, settings(three, sensor={**SENSOR, **change})) == {}


def test_a_name_beside_the_address_changes_nothing(three: Path) -> None:
    assert usual(three, settings(three, sensor={**SENSOR, "name": "pod", "pair": True})) == usual(three)


def test_another_runner_old_runs_and_runs_to_come_are_not_compared(three: Path) -> None:
    assert usual(three, settings(three, name="bea")) == {}
    assert SHOCK in usual(three, days=59)
    assert usual(three, days=61) == {}
    assert usual(three, days=-1) == {}


def test_a_demo_is_nobodys_run(folder: Path) -> None:
    with Journal.open(folder) as journal:
        strides = journal.strides(journal.runs()[0].run)
        now_ns = time.time_ns()
        for entry in journal.runs()[:2]:
            journal.forget(entry.run)
        for number in range(3):
            run = journal.name_run(now_ns)
            journal.start_run(
                run,
                "runner",
                started_ns=now_ns,
                config=settings(folder).public(),
                note=f"demo, seed {number}",
            )
            journal.append(run, strides)
    assert usual(folder) == {}


def test_first_strides_are_the_first(three: Path) -> None:
    with Journal.open(three) as journal:
        for entry in journal.runs():
            whole = journal.strides(entry.run)
            assert {stride.activity for stride in whole} == {"run"}
            assert journal.first_strides(entry.run, 100, "run") == whole[:100]
            assert journal.first_strides(entry.run, 10_000, "run") == whole
            assert journal.first_strides(entry.run, 100, "walk") == []
        assert journal.first_strides("20000101T000000Z", 100, "run") == []


def test_who_walks_first_is_compared_all_the_same(tmp_path: Path) -> None:
    """After pain a run begins with a quarter of an hour of walking: that is not what is compared."""
    now_ns = time.time_ns()
    with Journal.open(tmp_path) as journal:
        for number in range(LEAST_RUNS):
            begun_ns = now_ns - (number + 1) * DAY_NS
            run = journal.name_run(begun_ns)
            outing = Strides(AlertEngine(()))
            journal.start_run(run, "runner", started_ns=begun_ns, config=settings(tmp_path).public(), note="")
            journal.append(run, list(outing.strides(STRIDES_A_RUN, mounts=(LEFT,), activity="walk")))
            journal.append(run, list(outing.strides(400, mounts=(LEFT,))))
    assert usual(tmp_path)[SHOCK].runs == LEAST_RUNS


def test_a_run_of_an_older_version_knows_of_no_baseline(tmp_path: Path) -> None:
    assert Held.of(run_with(settings(tmp_path).public())).baseline == {}
    assert "baseline" not in Held.by(settings(tmp_path), {}).settings()


def test_what_the_journal_keeps_is_exactly_what_was_known(three: Path) -> None:
    held = Held.by(settings(three), {LEFT: FAMILY, RIGHT: FAMILY}, usual(three))
    assert held.baseline
    assert Held.of(run_with({**settings(three).public(), **held.settings()})) == held


def test_what_is_used_is_told_by_mount(three: Path) -> None:
    one = usual(three)[SHOCK]
    both: Baseline = {SHOCK: one, ("peak_resultant_g", RIGHT): one}
    assert compared_line(both).endswith("last 3 runs: left-shin, right-shin")


def test_without_bluetooth_no_run_is_left(folder: Path) -> None:
    with Journal.open(folder) as journal:
        before = journal.runs()
    with pytest.raises(LinkError):
        go(settings(folder), [], error=LinkError("Bluetooth: turned off"))
    with Journal.open(folder) as journal:
        assert journal.runs() == before
    assert sorted(path.name for path in (folder / "runs").iterdir()) == [entry.run for entry in before]
    with pytest.raises(LinkError):
        go(settings(folder), leg(0.1, impact_g=6.0, seed=1), error=LinkError("Bluetooth: turned off"))
    with Journal.open(folder) as journal:
        assert len(journal.runs()) == len(before) + 1, "what was recorded stays"
