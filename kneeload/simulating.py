"""`kneeload sim`: virtual sensors on any Bluetooth controller."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from dsp.mount import Mount
from firmware_sim.errors import TransportError
from firmware_sim.serve import serve
from kneeload.failures import UsageError
from kneeload.virtual import virtual_sensors

__all__ = ["run_sim"]


def run_sim(
    transport: str,
    *,
    mounts: Sequence[Mount],
    recording: Path | None,
    seed: int,
    faults: Sequence[str],
    ready_file: Path | None,
    console: Console,
) -> None:
    """Serves until interrupted."""
    sensors, _sources = virtual_sensors(
        mounts or (Mount.LEFT_SHIN,), recording=recording, seed=seed, faults=faults
    )
    for sensor in sensors:
        console.print(f"{sensor.name}: {sensor.mount} on {transport}", highlight=False, soft_wrap=True)
    console.print("Ctrl-C stops.", highlight=False)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(serve(transport, sensors, ready_file=ready_file))
    except TransportError as error:
        raise UsageError(str(error)) from None
