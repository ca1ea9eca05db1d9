"""`kneeload demo`: virtual sensors on a simulated radio, through Bleak and the whole pipeline."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from dsp.mount import Mount
from firmware_sim.body import Body
from firmware_sim.clock import Clock
from firmware_sim.motion import Source
from firmware_sim.player import Player
from firmware_sim.radio import SimulatedRadio
from ingest.ble import run_links
from ingest.links import OURS, WornSensor
from kneeload.conduct import Outcome, conduct
from kneeload.config import Config, default_data_dir, load
from kneeload.journal import Journal
from kneeload.last_runs import DEMO
from kneeload.live import noting_problems
from kneeload.offer import offer
from kneeload.report import print_summary, report_of
from kneeload.resume import Cut
from kneeload.settings import DataSettings
from kneeload.stopping import stop_signals, wait_for
from kneeload.unread import reader_left
from kneeload.view import make_view
from kneeload.virtual import DEMO_MOUNTS, virtual_sensors
from kneeload.witness import Witness

__all__ = ["DemoOptions", "run_demo"]

# The last packets of a recording are on their way for so long after its last sample.
LAST_PACKETS_S: Final = 1.0
LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What is pretended. duration_s None: until Ctrl-C, the recording's end, or nobody looks on any more.

    resume: go on with a demo that was cut off, its sensors as after a restart.
    """

    duration_s: float | None = None
    recording: Path | None = None
    mounts: tuple[Mount, ...] = ()
    seed: int = 1
    faults: tuple[str, ...] = ()
    speedup: float = 1.0
    resume: bool = False


def run_demo(
    options: DemoOptions, *, config_file: Path | None, data_dir: Path | None, console: Console | None
) -> dict[str, object]:
    """The whole demo; returns the report of --json."""
    config = _config(config_file, data_dir)
    mounts = options.mounts or (() if options.recording else DEMO_MOUNTS)
    families = dict.fromkeys(mounts, OURS)
    cut = offer(config, families, wanted=True) if options.resume else None
    sensors, sources = virtual_sensors(
        mounts,
        recording=options.recording,
        seed=options.seed,
        faults=options.faults,
        first_boot=1 if cut is None else 2 + cut.packets % 250,
    )
    if cut is not None:
        for source in sources:
            # What the runner did meanwhile takes a while to make up, and time must not stand still for it.
            source.take(cut.begin_ns(options.speedup) * 1e-9)
    # Before a broker is started and told of: whether there is a place for the run.
    with Journal.open(config.data.dir) as journal:
        journal.claim()
    witness = Witness()
    outcome = asyncio.run(_demo(options, config, sensors, sources, witness, console, cut))
    # What sensors sent and what there was to be found is known of this process alone, the rest is the run's.
    report = {**report_of(outcome), "truth": None if cut else witness.against(sources)}
    sent = {str(sensor.mount): None if cut else sensor.truth.packets_sent for sensor in sensors}
    report["sensors"] = [{**row, "packets_sent": sent[str(row["mount"])]} for row in _rows(report["sensors"])]
    if console is not None:
        print_summary(report, console, folder=config.data.dir)
        _print_truth(report["truth"], console)
    return report


async def _demo(
    options: DemoOptions,
    config: Config,
    sensors: Sequence[Body],
    sources: Sequence[Source],
    witness: Witness,
    console: Console | None,
    cut: Cut | None,
) -> Outcome:
    async with _broker(config) as (config, embedded):
        clock = Clock(options.speedup, begin_ns=cut.begin_ns(options.speedup) if cut else 0)
        mounts = [sensor.mount for sensor in sensors]
        with stop_signals() as stop, make_view(console, "kneeload demo", mounts) as view:
            if embedded:
                view.note(_how_to_look_on(config.mqtt.port))
            keeping_up = clock.keeping_up() if options.speedup > 1 else nullcontext()
            async with keeping_up, SimulatedRadio(sensors, clock=clock, seed=options.seed) as radio:
                return await conduct(
                    config,
                    clock=clock,
                    links=lambda receive: run_links(
                        [WornSensor(sensor.mount, address=sensor.address) for sensor in sensors],
                        witness.before(receive),
                        now_ns=clock.now_ns,
                        sleep=clock.sleep,
                        client_backend=radio.client_backend,
                        scanner_backend=radio.scanner_backend,
                        on_problem=noting_problems(view, clock),
                    ),
                    families=dict.fromkeys(mounts, OURS),
                    cut=cut,
                    until=lambda: _until_over(sensors, clock, stop, options),
                    view=view,
                    note=_note(options),
                    mqtt_cursor="mqtt:embedded" if embedded else None,
                    ahead_s=_ahead_s(options, sources),
                    listeners=(witness.see,),
                )


async def _until_over(
    sensors: Sequence[Body], clock: Clock, stop: asyncio.Event, options: DemoOptions
) -> None:
    """Until it is stopped, or its time is up, or all sensors have played their recordings to the end.

    A demo that has no end and nothing to lose ends, too, when nobody reads what it prints any more.
    """
    endless = options.duration_s is None and options.recording is None
    timer = asyncio.create_task(wait_for(stop, clock, options.duration_s))
    try:
        while not timer.done():
            if all(sensor.finished for sensor in sensors) or (endless and reader_left()):
                break
            await clock.sleep(LOOK_S)
        if not timer.done():
            await clock.sleep(LAST_PACKETS_S)
    finally:
        timer.cancel()


def _how_to_look_on(port: int) -> str:
    return (
        f"MQTT: mosquitto_sub -h 127.0.0.1 -p {port} -v -t 'kneeload/#' shows the messages "
        "(it comes with the package mosquitto-clients)"
    )


def _note(options: DemoOptions) -> str:
    """What the journal and the packets' file say of the run."""
    played = options.recording
    return f"{DEMO}, seed {options.seed}" if played is None else f"{DEMO} of {played.name}"


def _config(file: Path | None, data_dir: Path | None) -> Config:
    """The configuration without its sensors: a demo has virtual ones.

    Where nobody says where runs are kept, demos have a folder of their own: a database that is connected
    later gets every run of a folder, and should get real ones only.
    """
    config = load(file, data_dir=data_dir).model_copy(update={"sensors": ()})
    usual = default_data_dir().absolute()
    if data_dir is not None or config.data.dir != usual:
        return config
    return config.model_copy(update={"data": DataSettings(dir=usual / "demo")})


def _ahead_s(options: DemoOptions, sources: Sequence[Source]) -> float:
    """How far run time will be ahead of the wall when the demo ends; 0 where nobody knows its end."""
    ends = [source.duration_s for source in sources if isinstance(source, Player)]
    if options.duration_s is not None:
        ends.append(options.duration_s)
    return max(0.0, min(ends, default=0.0) * (1 - 1 / options.speedup))


@asynccontextmanager
async def _broker(config: Config) -> AsyncIterator[tuple[Config, bool]]:
    """The configuration, with an embedded broker where it names none."""
    if config.mqtt.host is not None:
        yield config, False
        return
    from kneeload.embedded_broker import EmbeddedBroker  # heavy, and not needed with a broker of one's own

    async with EmbeddedBroker() as broker:
        mqtt = config.mqtt.model_copy(
            update={"host": broker.host, "port": broker.port, "version": broker.version}
        )
        yield config.model_copy(update={"mqtt": mqtt}), True


def _rows(rows: object) -> list[Mapping[str, object]]:
    assert isinstance(rows, list)
    return rows


def _print_truth(truth: object, console: Console) -> None:
    if isinstance(truth, dict):
        console.print(
            "against the simulator's truth: {contacts} contacts, {missed} missed, {extra} extra "
            "({ungraded} at the ends of bouts not graded)".format(**truth),
            highlight=False,
            soft_wrap=not console.is_terminal,
        )
