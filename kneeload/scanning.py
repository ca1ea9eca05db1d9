"""`kneeload scan`: what is near, and the lines that put it into the configuration."""

import asyncio

from rich.console import Console
from rich.table import Table

from ingest.links import Sighting
from ingest.nearby import scan
from kneeload.shown import cell

__all__ = ["run_scan", "show_sightings"]


def run_scan(seconds: float, *, console: Console | None) -> dict[str, object]:
    """Listens and reports. LinkError where Bluetooth cannot be used."""
    if console is not None:
        console.print(f"listening for {seconds:g} s …", highlight=False)
    sightings = asyncio.run(scan(duration_s=seconds))
    if console is not None:
        show_sightings(sightings, console)
    return {
        "sensors": [
            {
                "address": s.address,
                "name": s.name,
                "family": s.family,
                "rssi_dbm": s.rssi,
                "battery_percent": s.battery_percent,
                "config": s.line,
            }
            for s in sightings
        ]
    }


def show_sightings(sightings: list[Sighting], console: Console) -> None:
    """As a table, and as lines for the configuration. Names come from anybody in range."""
    if not sightings:
        console.print(
            "no sensors heard: are they switched on and near? kneeload doctor looks at this machine"
        )
        return
    table = Table()
    for name in ("name", "address", "family", "signal", "battery"):
        table.add_column(name, no_wrap=True)
    for s in sightings:
        battery = "–" if s.battery_percent is None else f"{s.battery_percent:.0f} %"
        table.add_row(cell(s.name), cell(s.address), s.family, f"{s.rssi} dBm", battery)
    console.print(table)
    console.print("For the configuration (set the mount):", highlight=False)
    for s in sightings:
        console.print(s.line, highlight=False, markup=False, soft_wrap=True)
