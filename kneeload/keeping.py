"""`kneeload runs --prune` and `--recover`."""

import math
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from ingest import recording
from ingest.damage import Damage
from ingest.errors import RecordingError
from ingest.text import printable
from kneeload.adopting import adopt, unknown_runs
from kneeload.journal import Journal
from kneeload.place import journal_of, packets_of
from kneeload.resume import RESUME_S, Cut, find_cut, recover_old
from kneeload.retention import Holding, old_runs, prune
from kneeload.spoken import counted

__all__ = ["prune_runs", "recover_runs"]


def prune_runs(
    folder: Path, *, keep_days: float, sure: bool, console: Console | None, runner: str | None = None
) -> dict[str, object]:
    """Show what would go; with `sure` it goes. runner: of this person's alone."""
    holdings: list[Holding] = []
    if journal_of(folder).exists():
        with Journal.open(folder) as journal:
            holdings = old_runs(journal, folder, keep_days=keep_days, runner=runner)
            if sure:
                prune(journal, folder, [holding.run for holding in holdings])
    if console is not None:
        for line in _lines(holdings, keep_days, sure=sure, runner=runner):
            console.print(printable(line), highlight=False, soft_wrap=True, markup=False)
    return {
        "data_dir": str(folder),
        "keep_days": keep_days,
        "pruned": sure,
        "runs": [
            {
                "run": holding.run,
                "runner": holding.runner,
                "age_days": round(holding.age_days, 1),
                "packet_bytes": holding.packet_bytes,
                "results": holding.results,
                "undelivered": holding.undelivered,
            }
            for holding in holdings
        ],
    }


def recover_runs(folder: Path, *, console: Console | None) -> dict[str, object]:
    """Bring the last results of every run that was cut off into the journal, and all of those it has not."""
    recovered: dict[str, int] = {}
    left: Cut | None = None
    unreadable: dict[str, str] = {}
    if journal_of(folder).exists() or unknown_runs(folder):
        with Journal.open(folder) as journal:
            recovered = adopt(journal, folder) | recover_old(journal, folder)
            left = find_cut(journal, folder)
            unreadable = {run: _why(folder, run) for run in unknown_runs(folder, journal.runs())}
    damaged = {run: str(_damage(folder, run)) for run in recovered}
    if console is not None:
        for run, new in recovered.items():
            lacks = f"; packets.mcap {damaged[run]}" if damaged[run] else ""
            said = f"{run}: {counted(new, 'result')} recovered{lacks}"
            console.print(said, highlight=False, soft_wrap=True, markup=False)
        for run, why in unreadable.items():
            console.print(f"{run}: {why}", highlight=False, soft_wrap=True, markup=False)
        if left is not None and left.recent:
            console.print(_may_go_on(left), highlight=False, soft_wrap=True, markup=False)
        elif not recovered:
            console.print("nothing to recover", highlight=False)
    return {
        "data_dir": str(folder),
        "recovered": recovered,
        "damaged": {run: lacks for run, lacks in damaged.items() if lacks},
        "unreadable": unreadable,
    }


def _damage(folder: Path, run: str) -> Damage:
    """What of a run's packets cannot be read; none where nothing of it is a recording."""
    damage = Damage()
    with suppress(RecordingError):
        for _ in recording.read(packets_of(folder, run), damage):
            pass
    return damage


def _why(folder: Path, run: str) -> str:
    """Of a run whose packets gave nothing."""
    damage = str(_damage(folder, run))
    no_samples = "its packets hold no samples that this version can read"
    return f"{no_samples}; packets.mcap {damage}" if damage else no_samples


def _may_go_on(cut: Cut) -> str:
    """Of the newest run, which is left alone while somebody is likely to go on with it."""
    silent_s = cut.silent_s or 0.0
    minutes = max(1, math.ceil((RESUME_S - silent_s) / 60))
    ago = f"{cut.run} was cut off {silent_s:.0f} s ago and may go on"
    return f"{ago}: `kneeload live --resume`; else come back in {minutes} min"


def _lines(holdings: list[Holding], keep_days: float, *, sure: bool, runner: str | None) -> list[str]:
    if not holdings:
        of = "" if runner is None else f" of {runner}"
        return [f"no run{of} is older than {keep_days:g} days"]
    lines = []
    for holding in holdings:
        waiting = "".join(f"; {n} have not reached {sink}" for sink, n in holding.undelivered.items() if n)
        lines.append(
            f"{holding.run}  {holding.runner}, {holding.age_days:.0f} days old, "
            f"{holding.packet_bytes / 1e6:.1f} MB of packets"
            f", {counted(holding.results, 'result')}{waiting}"
        )
    megabytes = sum(holding.packet_bytes for holding in holdings) / 1e6
    done = "removed" if sure else "would go; --yes removes them for good"
    return [*lines, f"{counted(len(holdings), 'run')}, {megabytes:.1f} MB: {done}"]
