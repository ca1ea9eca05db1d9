"""Options and arguments that several commands have, and those that take many words."""

import math
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Final

import typer

from dsp.mount import Mount

__all__ = [
    "AboveAnkle",
    "ConfigFile",
    "DataDir",
    "Duration",
    "Fault",
    "Json",
    "Recordings",
    "ResultsFolder",
    "RunId",
    "Runner",
    "Seed",
    "WornAt",
    "asks_json",
    "named",
]

SHORTEST_S: Final = 0.1
LONGEST_S: Final = 1e7


def named(text: str) -> Path:
    """A path. An empty one is a variable that was not set, and would mean this folder."""
    if not text:
        raise typer.BadParameter("is empty: give a path, . for this folder")
    return Path(text)


def asks_json(arguments: Iterable[str]) -> bool:
    """Whether a command line asks for JSON, be it one that no command understands."""
    return "--json" in takewhile(lambda argument: argument != "--", arguments)


def seconds(text: str) -> float:
    """A length of run time. nan is in no range, and no limit is what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise typer.BadParameter(f"{text!r} is not a number")
    if not SHORTEST_S <= value <= LONGEST_S:
        raise typer.BadParameter(f"{text} is not between {SHORTEST_S:g} and {LONGEST_S:,.0f} seconds")
    return value


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        parser=named,
        metavar="PATH",
        envvar="KNEELOAD_HOME",
        help="Where runs are kept.",
        show_default=False,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        parser=named,
        metavar="PATH",
        help="Configuration (TOML); kneeload.example.toml explains it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="A run as `kneeload runs` names it, or `last`.")]
Runner = Annotated[
    str | None, typer.Option(help="Only this runner's runs.", metavar="NAME", show_default=False)
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of everything random in the simulator.")]
Fault = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A fault of the sensors or the radio; repeatable."),
]
Duration = Annotated[
    float | None,
    typer.Option(
        parser=seconds,
        metavar="SECONDS",
        help="Run time, 0.1 to 10,000,000; default: until Ctrl-C.",
        show_default=False,
    ),
]
Recordings = Annotated[
    list[Path],
    typer.Argument(
        # Of several one that may not be read is left out, which Typer would not do.
        readable=False,
        metavar="FILE…",
        help="Recordings: packets.mcap, or CSV or Parquet of one sensor each with the columns t_s (t_ms, "
        "t_us), ax_g, ay_g, az_g (ax_ms2, …) and, with a gyroscope, gx_dps, gy_dps, gz_dps (gx_rads, …).",
    ),
]
WornAt = Annotated[
    Mount | None,
    typer.Option(
        help="Where the sensor of the CSV and Parquet files was worn; of packets.mcap only this sensor."
    ),
]
ResultsFolder = Annotated[
    Path | None,
    typer.Option(
        parser=named,
        metavar="PATH",
        help="Folder for strides.csv and summary.json; each of several recordings gets a folder of its own "
        "in it. Without --output nothing is written.",
    ),
]
AboveAnkle = Annotated[
    float | None,
    typer.Option(
        min=0.03, max=0.4, help="Height of a shin sensor above the ankle, in metres: speed depends on it."
    ),
]
