"""`kneeload sim`: virtual sensors on any Bluetooth controller."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from dsp.mount import Mount
from firmware_sim.body import Body
from firmware_sim.errors import TransportError
from firmware_sim.sensor import VirtualSensor
from firmware_sim.serve import serve
from ingest.links import OURS
from ingest.waiting import first
from kneeload.failures import UsageError
from kneeload.shown import cell
from kneeload.stopping import stop_signals
from kneeload.virtual import virtual_sensors

__all__ = ["run_sim"]

# A sensor counts its boots in its memory. The wall's seconds do as well: a receiver tells two boots by them.
BOOTS: Final = 256


def run_sim(
    transport: str,
    *,
    mounts: Sequence[Mount],
    recording: Path | None,
    seed: int,
    faults: Sequence[str],
    ready_file: Path | None,
    console: Console | None,
    family: str = OURS,
) -> dict[str, object]:
    """Serves until SIGINT or SIGTERM; what really happened to each sensor, to hold a receiver against."""
    sensors, _sources = virtual_sensors(
        mounts or (Mount.LEFT_SHIN,),
        recording=recording,
        seed=seed,
        faults=faults,
        first_boot=int(time.time()) % BOOTS,
        family=family,
    )

    def tell() -> None:
        if console is not None:
            for sensor in sensors:
                console.print(cell(f"{sensor.name}: {sensor.mount} on {transport}"), soft_wrap=True)
            console.print("Ctrl-C stops.", highlight=False)

    async def go() -> None:
        with stop_signals() as stop:
            await first(stop.wait(), serve(transport, sensors, ready_file=ready_file, on_ready=tell))

    try:
        asyncio.run(go())
    except TransportError as error:
        raise UsageError(str(error)) from None
    return {"sensors": [_truth(sensor) for sensor in sensors]}


def _truth(sensor: Body) -> dict[str, object]:
    return {
        "mount": str(sensor.mount),
        "name": sensor.name,
        "address": sensor.address,
        "boot": sensor.boot if isinstance(sensor, VirtualSensor) else None,
        "finished": sensor.finished,
        "samples_lost": sensor.samples_lost,
        **asdict(sensor.truth),
        "faults": {name: asdict(tally) for name, tally in sensor.faults.counts.items()},
    }
