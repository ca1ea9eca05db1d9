"""A live run: what `live` and `demo` share, and the command `live` itself."""

import asyncio
import shlex
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from dsp.mount import Mount
from ingest import recording
from ingest.ble import Problem, run_links
from ingest.errors import LinkError
from ingest.links import WornSensor
from ingest.packet import Packet
from ingest.plausible import doubt_of_rate
from ingest.recording import Recorder
from kneeload.clock import MonotonicClock, RunClock
from kneeload.config import Config, data_folder, default_config_file, default_config_path, load
from kneeload.ending import unfinished
from kneeload.errors import ConfigError
from kneeload.failures import UsageError
from kneeload.held import Held
from kneeload.journal import Journal
from kneeload.last_runs import compared_line, usual_by_now
from kneeload.offer import offer
from kneeload.outlets import Outlets
from kneeload.place import make_folder
from kneeload.processing import notes_of
from kneeload.results import Result
from kneeload.resume import Cut, marks
from kneeload.session import Keeper, run_session
from kneeload.shown import cell, program
from kneeload.spoken import counted, missing
from kneeload.stopping import stop_signals
from kneeload.view import View, make_view, timed

__all__ = ["Outcome", "conduct", "print_summary", "report_of", "run_live", "stop_signals", "told", "wait_for"]

Links = Callable[[Callable[[Packet], None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that is over. journalled: how many results of each stream the journal has of it."""

    run: str
    duration_s: float
    keeper: Keeper
    journalled: Mapping[str, int]
    outlets: Outlets


async def conduct(
    config: Config,
    *,
    clock: RunClock,
    links: Links,
    families: Mapping[Mount, str],
    until: Callable[[], Awaitable[None]],
    view: View,
    note: str = "",
    mqtt_cursor: str | None = None,
    ahead_s: float = 0.0,
    listeners: Sequence[Callable[[Sequence[Result]], None]] = (),
    cut: Cut | None = None,
    with_last_runs: bool = False,
) -> Outcome:
    """One whole run: recorded, monitored, journalled, shown, and delivered as far as the sinks are there.

    links brings packets to the callback it is given until it is cancelled. ahead_s: how far a clock that runs
    fast will get ahead of the wall; the run is dated so much earlier, that no result lies in the future.
    cut: go on with this run, by a clock that begins where it is by now. with_last_runs: alerts compare with
    what was usual in the runner's last runs. A run that finds no Bluetooth leaves nothing behind.
    """
    folder = config.data.dir
    happened = timed(view, clock.now_ns)
    with Journal.open(folder) as journal:
        if cut is not None:
            begun = _gone_on(journal, cut)
        else:
            started_ns = time.time_ns() - round(clock.now_ns() / clock.speedup + ahead_s * 1e9)
            begun = _new(journal, config, families, started_ns, note=note, with_last_runs=with_last_runs)
        run, path, started_ns, held = begun
        if with_last_runs:
            view.note(compared_line(held.baseline))
        for sensor in config.sensors:
            if slow := doubt_of_rate(sensor.rate_hz):
                view.note(f"{sensor.mount} is {slow}")
        about = {"run": run, "runner": config.runner.name, "started_ns": str(started_ns), "note": note}
        about |= notes_of(held.params)
        try:
            async with Outlets.open(
                journal, config, run=run, tell=happened, mqtt_cursor=mqtt_cursor
            ) as outlets:
                monitor = held.monitor(families)
                keeper = Keeper(
                    run,
                    clock=clock,
                    recorder=_recorder(path, about, clock, cut),
                    monitor=monitor,
                    journal=journal,
                    earlier=cut.earlier() if cut else (),
                )
                keeper.listeners += [view.see, *listeners]
                keeper.troubled = happened
                with unfinished(keeper):
                    with keeper.recorder:
                        for packet in cut.links_lost(clock.now_ns()) if cut else ():
                            keeper.receive(packet)
                        await run_session(keeper, lambda: links(keeper.receive), until=until)
                    duration_ns = monitor.now_us * 1000
                    journal.end_run(run, started_ns + duration_ns)
        except LinkError:
            if cut is None and next(iter(recording.read(path)), None) is None:
                _leave_nothing(journal, run, path)
            raise
        journalled = {name: journal.count(run, name) for name in ("stride", "alert", "summary", "sensor")}
        return Outcome(run, duration_ns / 1e9, keeper, journalled, outlets)


class _Begun(NamedTuple):
    """A run that the journal knows of; path: of its packets."""

    run: str
    path: Path
    started_ns: int
    held: Held


def _new(
    journal: Journal,
    config: Config,
    families: Mapping[Mount, str],
    started_ns: int,
    *,
    note: str,
    with_last_runs: bool,
) -> _Begun:
    run = journal.name_run(started_ns)
    usual = usual_by_now(journal, config, now_ns=started_ns) if with_last_runs else {}
    held = Held.by(config, families, usual)
    path = make_folder(config.data.dir, run) / "packets.mcap"
    kept = {**config.public(), **held.settings()}
    journal.start_run(run, config.runner.name, started_ns=started_ns, config=kept, note=note)
    return _Begun(run, path, started_ns, held)


def _gone_on(journal: Journal, cut: Cut) -> _Begun:
    """Its own settings hold to its end: what was computed before is computed again, just the same."""
    held = Held.of(cut.entry)
    journal.resume_run(cut.run)
    return _Begun(cut.run, cut.path, cut.entry.started_ns, held)


def _leave_nothing(journal: Journal, run: str, path: Path) -> None:
    """A run that never could begin: there is nothing to look at, and `last` stays the run before it."""
    path.unlink()
    path.parent.rmdir()
    journal.forget(run)


def _recorder(path: Path, about: Mapping[str, str], clock: RunClock, cut: Cut | None) -> Recorder:
    if cut is None:
        return Recorder(path, {**about, **marks(clock)})
    return Recorder.resume(path, marks(clock))


def report_of(outcome: Outcome) -> dict[str, object]:
    """The part of the JSON report that live and demo share."""
    monitor, outlets = outcome.keeper.monitor, outcome.outlets
    health = monitor.health
    return {
        "run": outcome.run,
        "duration_s": round(outcome.duration_s, 3),
        "sensors": [
            {
                "mount": str(mount),
                "packets_received": h.packets_received,
                "packets_bad": h.packets_bad,
                "packets_duplicate": h.packets_duplicate,
                "samples_received": h.samples_received,
                "samples_lost": h.samples_lost,
                "reconnects": h.reconnects,
            }
            for mount, h in health.items()
        ],
        "strides": monitor.strides,
        "alerts": outcome.keeper.alerts_raised,
        "journal": {"strides": outcome.journalled["stride"]},
        "dropped": {
            "packets": outcome.keeper.recorder.packets_dropped,
            "results": outcome.keeper.results_dropped,
        },
        "mqtt": {
            "broker": outlets.mqtt.where if outlets.mqtt else None,
            "published": outlets.mqtt.delivered if outlets.mqtt else 0,
            "waiting": outlets.mqtt.behind if outlets.mqtt else 0,
        },
        "influx": {
            "server": outlets.influx.server or outlets.influx.where if outlets.influx else None,
            "written": outlets.influx.delivered if outlets.influx else 0,
            "waiting": outlets.influx.behind if outlets.influx else 0,
        },
        "latency_ms": {
            "p50": _rounded(outcome.keeper.latencies.percentile_ms(50)),
            "p95": _rounded(outcome.keeper.latencies.percentile_ms(95)),
        },
    }


def run_live(
    *,
    config_file: Path | None,
    data_dir: Path | None,
    duration_s: float | None,
    console: Console | None,
    resume: bool | None = None,
) -> dict[str, object]:
    """What the command does: the sensors of the configuration until Ctrl-C, SIGTERM or the duration's end.

    resume: go on with a run that was cut off (True), begin a new one (False), or see kneeload.offer.
    """
    file = config_file or default_config_file()
    config = load(file, data_dir=data_dir)
    if not config.sensors:
        where = file or f"{default_config_path()} (no such file)"
        raise UsageError(
            f"no [[sensors]] in {where}: kneeload scan prints the lines for it, "
            "kneeload.example.toml explains them; --config names another file"
        )
    worn = [
        WornSensor(
            sensor.mount,
            address=sensor.address,
            name=sensor.name,
            family=sensor.family,
            rate_hz=sensor.rate_hz,
            acc_range_g=float(sensor.acc_range_g),
            gyro=sensor.gyro,
            pair=sensor.pair,
        )
        for sensor in config.sensors
    ]

    families = {w.mount: w.family for w in worn}
    cut = offer(config, families, wanted=resume)

    async def go() -> Outcome:
        clock = MonotonicClock(cut.begin_ns() if cut else 0)

        async def links(receive: Callable[[Packet], None]) -> None:
            await run_links(
                worn,
                receive,
                now_ns=clock.now_ns,
                sleep=clock.sleep,
                on_problem=lambda problem: timed(view, clock.now_ns)(told(problem)),
            )

        with stop_signals() as stop, make_view(console, config.runner.name, [w.mount for w in worn]) as view:
            return await conduct(
                config,
                clock=clock,
                links=links,
                families=families,
                until=lambda: wait_for(stop, clock, duration_s),
                view=view,
                cut=cut,
                with_last_runs=True,
            )

    report = report_of(asyncio.run(go()))
    if console is not None:
        print_summary(report, console, folder=config.data.dir)
    return report


def told(problem: Problem) -> str:
    """A problem of the link in one line."""
    return f"{problem.mount or 'Bluetooth'}: {problem.what}"


async def wait_for(stop: asyncio.Event, clock: RunClock, duration_s: float | None) -> None:
    """Until stop is set or so much run time has passed."""
    if duration_s is None:
        await stop.wait()
        return
    end_ns = clock.now_ns() + round(duration_s * 1e9)
    while not stop.is_set() and (left_ns := end_ns - clock.now_ns()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), left_ns / 1e9 / clock.speedup)


def print_summary(report: Mapping[str, object], console: Console, *, folder: Path) -> None:
    """What a run was, in a few lines, and what to do next. folder: where its data is kept."""
    run = report["run"]
    console.print(
        f"{run}: {counted(report['strides'], 'stride')} in {report['duration_s']} s, "
        f"{counted(report['alerts'], 'alert')}",
        highlight=False,
        soft_wrap=True,
    )
    dropped = report["dropped"]
    if isinstance(dropped, dict) and (lacking := missing(**dropped)):
        console.print(cell(f"{lacking}; free some space before the next run"), soft_wrap=True)
    # A command that finds the run: others look where KNEELOAD_HOME or the usual configuration says.
    try:
        found = data_folder(None) == folder
    except ConfigError:
        found = False
    where = "" if found else f" --data-dir {shlex.quote(_short(folder))}"
    console.print("what happened and why:")
    console.print(cell(f"  {program()} review {run}{where}"), soft_wrap=True)


def _short(folder: Path) -> str:
    """Below the folder that a person is in, the way from there."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
