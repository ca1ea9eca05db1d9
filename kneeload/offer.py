"""The question at the start of a run: go on with the one that was cut off?"""

import sys
from collections.abc import Mapping
from typing import TextIO

import typer

from dsp.mount import Mount
from kneeload.config import Config
from kneeload.errors import KeptSettingsError
from kneeload.failures import UsageError
from kneeload.held import Held
from kneeload.journal import Journal
from kneeload.resume import RESUME_S, Cut, find_cut

__all__ = ["offer"]


def offer(config: Config, families: Mapping[Mount, str], *, wanted: bool | None) -> Cut | None:
    """The cut-off run to go on with, None for a new one; says on stderr which it is.

    families: of the sensors worn now. wanted: what the person said; None asks on a terminal, and elsewhere
    goes on with what was cut off within RESUME_S.
    """
    if wanted is False:
        return None
    with Journal.open(config.data.dir) as journal:
        cut = find_cut(journal, config.data.dir)
    against = _against(cut, config, families)
    if cut is None or against:
        if wanted:
            raise UsageError(f"{against}; without --resume a new run begins")
        return None
    if not wanted:
        if not cut.recent:
            return None
        if _somebody_there():
            return cut if typer.confirm(f"Go on with {_told(cut)}?", default=True, err=True) else None
    hint = "" if wanted else "; --new begins a new one"  # who said --resume wants no other
    typer.echo(f"going on with {_told(cut)}{hint}", err=True)
    return cut


def _somebody_there() -> bool:
    """Who can be asked; where standard input is closed there is none."""
    stdin: TextIO | None = sys.stdin
    return stdin is not None and stdin.isatty() and sys.stderr.isatty()


def _against(cut: Cut | None, config: Config, families: Mapping[Mount, str]) -> str:
    """Why it cannot go on, empty when it can."""
    if cut is None:
        return f"no run in {config.data.dir} was cut off with packets in it"
    if cut.entry.runner != config.runner.name:
        return f"{cut.run} was cut off, but it is {cut.entry.runner}'s"
    for mount, family in cut.families.items():
        if families.get(mount) != family:
            return f"{cut.run} was cut off, but its sensor at {mount} is not among those of now"
    try:
        Held.of(cut.entry)
    except KeptSettingsError as error:
        return str(error)
    return ""


def _told(cut: Cut) -> str:
    minutes = cut.last_ns / 60e9
    if cut.silent_s is None:
        ago = "cut off nobody knows when: the wall clock was set back"
    elif cut.silent_s <= RESUME_S:
        ago = f"cut off {cut.silent_s:.0f} s ago"
    else:
        ago = f"cut off {cut.silent_s / 60:.0f} min ago"
    return f"run {cut.run}, {minutes:.1f} min long, {ago}"
