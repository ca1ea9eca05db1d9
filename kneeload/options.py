"""Options and arguments that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ConfigFile", "DataDir", "Duration", "Fault", "Json", "RunId", "Runner", "Seed", "named"]


def named(text: str) -> Path:
    """A path. An empty one is a variable that was not set, and would mean this folder."""
    if not text:
        raise typer.BadParameter("is empty: give a path, . for this folder")
    return Path(text)


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
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Of everything that is random in the simulator.")
]
Fault = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A fault of the sensors or the radio; repeatable."),
]
Duration = Annotated[
    float | None, typer.Option(min=0.1, max=1e7, help="Seconds of run time; default: until Ctrl-C.")
]
