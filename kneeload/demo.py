"""`kneeload demo`: virtual sensors on a simulated radio, through Bleak and the whole pipeline."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Source
from firmware_sim.radio import SimulatedRadio
from firmware_sim.sensor import VirtualSensor
from ingest.ble import run_links
from ingest.links import WornSensor
from ingest.packet import Packet
from kneeload.config import Config, load
from kneeload.live import Outcome, conduct, print_summary, report_of, stop_signals, told, wait_for
from kneeload.truth import match_contacts
from kneeload.view import make_view
from kneeload.virtual import DEMO_MOUNTS, virtual_sensors

__all__ = ["DemoOptions", "run_demo"]

# The last packets of a recording are on their way for so long after its last sample.
LAST_PACKETS_S: Final = 1.0
LOOK_S: Final = 0.1
# A found contact belongs to a true one when it is nearer than this: less than half a step at 240 steps/min.
TOLERANCE_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What is pretended. duration_s None: until Ctrl-C or the recording's end."""

    duration_s: float | None = None
    recording: Path | None = None
    mounts: tuple[Mount, ...] = ()
    seed: int = 1
    faults: tuple[str, ...] = ()
    speedup: float = 1.0


def run_demo(
    options: DemoOptions, *, config_file: Path | None, data_dir: Path | None, console: Console | None
) -> dict[str, object]:
    """The whole demo; returns the report of --json."""
    config = load(config_file, data_dir=data_dir)
    mounts = options.mounts or (() if options.recording else DEMO_MOUNTS)
    sensors, sources = virtual_sensors(
        mounts, recording=options.recording, seed=options.seed, faults=options.faults
    )
    outcome = asyncio.run(_demo(options, config, sensors, console))
    report = {**report_of(outcome), "truth": _against_truth(outcome, sources)}
    sent = {str(sensor.mount): sensor.truth.packets_sent for sensor in sensors}
    report["sensors"] = [{**row, "packets_sent": sent[str(row["mount"])]} for row in _rows(report["sensors"])]
    if console is not None:
        print_summary(report, console)
        _print_truth(report["truth"], console)
    return report


async def _demo(
    options: DemoOptions, config: Config, sensors: Sequence[VirtualSensor], console: Console | None
) -> Outcome:
    title = "kneeload demo"
    async with _broker(config) as (config, embedded):
        clock = Clock(options.speedup)
        with stop_signals() as stop, make_view(console, title, [s.mount for s in sensors]) as view:
            if embedded:
                port = config.mqtt.port
                view.note(f"MQTT: mosquitto_sub -h 127.0.0.1 -p {port} -v -t 'kneeload/#' shows the messages")
            async with SimulatedRadio(sensors, clock=clock, seed=options.seed) as radio:

                async def links(receive: Callable[[Packet], None]) -> None:
                    await run_links(
                        [WornSensor(sensor.mount, address=sensor.address) for sensor in sensors],
                        receive,
                        now_ns=clock.now_ns,
                        sleep=clock.sleep,
                        client_backend=radio.client_backend,
                        scanner_backend=radio.scanner_backend,
                        on_problem=lambda problem: view.note(told(problem)),
                    )

                async def until() -> None:
                    timer = asyncio.create_task(wait_for(stop, clock, options.duration_s))
                    try:
                        while not timer.done() and not all(sensor.finished for sensor in sensors):
                            await clock.sleep(LOOK_S)
                        if not timer.done():
                            await clock.sleep(LAST_PACKETS_S)
                    finally:
                        timer.cancel()

                return await conduct(
                    config,
                    clock=clock,
                    links=links,
                    families={sensor.mount: "kneeload-v1" for sensor in sensors},
                    until=until,
                    view=view,
                    note=f"demo, seed {options.seed}"
                    if options.recording is None
                    else f"demo of {options.recording.name}",
                    mqtt_cursor="mqtt:embedded" if embedded else None,
                )


@asynccontextmanager
async def _broker(config: Config) -> AsyncIterator[tuple[Config, bool]]:
    """The configuration, with an embedded broker where it names none."""
    if config.mqtt.host is not None:
        yield config, False
        return
    from kneeload.embedded_broker import EmbeddedBroker  # heavy, and not needed with a broker of one's own

    async with EmbeddedBroker() as broker:
        mqtt = config.mqtt.model_copy(update={"host": broker.host, "port": broker.port})
        yield config.model_copy(update={"mqtt": mqtt}), True


def _against_truth(outcome: Outcome, sources: Sequence[Source]) -> dict[str, int] | None:
    """Found contacts against the simulator's; None for a recording, which has no truth here."""
    totals = {"contacts": 0, "missed": 0, "extra": 0}
    for source in sources:
        if not isinstance(source, GaitSource):
            return None
        truth = source.truth()
        found = outcome.keeper.contacts_s.get(source.mount, [])
        # A contact that begins or ends a bout may be found or not.
        free = match_contacts(truth.ungraded_contact_s, found, tolerance_s=TOLERANCE_S)
        taken = {j for _, j in free.pairs}
        graded = [t for j, t in enumerate(found) if j not in taken]
        match = match_contacts(truth.initial_contact_s, graded, tolerance_s=TOLERANCE_S)
        totals["contacts"] += len(truth)
        totals["missed"] += match.missed
        totals["extra"] += match.extra
    return totals


def _rows(rows: object) -> list[Mapping[str, object]]:
    assert isinstance(rows, list)
    return rows


def _print_truth(truth: object, console: Console) -> None:
    if isinstance(truth, dict):
        console.print(
            "against the simulator's truth: {contacts} contacts, {missed} missed, {extra} extra".format(
                **truth
            ),
            highlight=False,
        )
