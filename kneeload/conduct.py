"""A whole run as `live` and `demo` share it: begun or gone on with, recorded, monitored, delivered, ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dsp.mount import Mount
from ingest import recording
from ingest.errors import LinkError
from ingest.packet import Packet
from ingest.plausible import doubt_of_rate
from ingest.recording import Recorder
from kneeload.clock import RunClock
from kneeload.config import Config
from kneeload.ending import unfinished
from kneeload.held import Held
from kneeload.journal import Journal
from kneeload.last_runs import compared_line, usual_by_now
from kneeload.outlets import Outlets
from kneeload.place import PACKETS, make_folder
from kneeload.processing import notes_of
from kneeload.results import Result
from kneeload.resume import Cut, marks
from kneeload.session import Keeper, run_session
from kneeload.undecoded import Undecoded
from kneeload.view import View, timed

__all__ = ["Outcome", "conduct"]

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
    happened = timed(view, clock.now_ns)
    with Journal.open(config.data.dir) as journal:
        if cut is not None:
            begun = _gone_on(journal, cut)
        else:
            started_ns = time.time_ns() - round(clock.now_ns() / clock.speedup + ahead_s * 1e9)
            begun = _new(journal, config, families, started_ns, note=note, with_last_runs=with_last_runs)
        if with_last_runs:
            view.note(compared_line(begun.held.baseline))
        for sensor in config.sensors:
            if slow := doubt_of_rate(sensor.rate_hz):
                view.note(f"{sensor.mount} is {slow}")
        run = begun.run
        async with Outlets.open(journal, config, run=run, tell=happened, mqtt_cursor=mqtt_cursor) as outlets:
            keeper = Keeper(
                run,
                clock=clock,
                recorder=await _recorder(begun, config.runner.name, clock, note=note, cut=cut),
                monitor=begun.held.monitor(families),
                journal=journal,
                earlier=cut.earlier() if cut else (),
            )
            undecoded = Undecoded(keeper.monitor.sensors, happened)
            keeper.listeners += [view.see, undecoded.see, *listeners]
            keeper.caught_up = view.see
            keeper.troubles.told = happened
            # Inside the ways out: the broker, too, is told that there is no such run.
            with _nothing_left_of_nothing(journal, begun), unfinished(keeper):
                duration_ns = await _to_its_end(keeper, links, until=until, cut=cut)
                journal.end_run(run, begun.started_ns + duration_ns)
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
    path = make_folder(config.data.dir, run) / PACKETS
    kept = {**config.public(), **held.settings()}
    journal.start_run(run, config.runner.name, started_ns=started_ns, config=kept, note=note)
    return _Begun(run, path, started_ns, held)


def _gone_on(journal: Journal, cut: Cut) -> _Begun:
    """Its own settings hold to its end: what was computed before is computed again, just the same."""
    held = Held.of(cut.entry)
    journal.resume_run(cut.run)
    return _Begun(cut.run, cut.path, cut.entry.started_ns, held)


@contextmanager
def _nothing_left_of_nothing(journal: Journal, begun: _Begun) -> Iterator[None]:
    """A run that never could begin: there is nothing to look at, and `last` stays the run before it."""
    try:
        yield
    except LinkError:
        if next(iter(recording.read(begun.path)), None) is None:
            begun.path.unlink()
            begun.path.parent.rmdir()
            journal.forget(begun.run)
        raise


async def _recorder(begun: _Begun, runner: str, clock: RunClock, *, note: str, cut: Cut | None) -> Recorder:
    if cut is None:
        about = {"run": begun.run, "runner": runner, "started_ns": str(begun.started_ns), "note": note}
        return Recorder(begun.path, {**about, **notes_of(begun.held.params), **marks(clock)})
    # Hours of packets take a slow disk seconds, in which sinks deliver and a signal is heard.
    return await asyncio.to_thread(Recorder.resume, begun.path, marks(clock))


async def _to_its_end(
    keeper: Keeper, links: Links, *, until: Callable[[], Awaitable[None]], cut: Cut | None
) -> int:
    """From the first packet to the last result; how long the run was, ns."""
    with keeper.recorder:
        for packet in cut.links_lost(keeper.clock.now_ns()) if cut else ():
            keeper.receive(packet)
        await run_session(keeper, lambda: links(keeper.receive), until=until)
    return keeper.monitor.now_us * 1000
