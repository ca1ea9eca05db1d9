"""Runs whose packets are in the data folder and that its journal lacks: it was damaged, or is another one.

They are computed from their packets. Limits of alerts that were set for them are gone: the usual ones hold.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from dsp.mount import Mount
from ingest import recording
from ingest.errors import RecordingError
from ingest.packet import Kind
from ingest.sensors import FAMILIES
from kneeload.journal import RUN_FORMAT, RUN_NAME, Journal, Run
from kneeload.place import PACKETS, packets_of
from kneeload.processing import params_of
from kneeload.resume import ADOPTED, find_cut, recover
from kneeload.settings import RunnerSettings

__all__ = ["adopt", "unknown_runs"]

# Of what a run's packets say of its start, and what its name does.
NEAR_NS: Final = 3_600_000_000_000


def unknown_runs(folder: Path, known: Sequence[Run] = ()) -> list[str]:
    """Names of runs with packets that are not among the known ones, the newest first."""
    names = {path.parent.name for path in (folder / "runs").glob(f"*/{PACKETS}")}
    missing = names - {run.run for run in known}
    return sorted((name for name in missing if _begun_ns(name) is not None), reverse=True)


def adopt(journal: Journal, folder: Path) -> dict[str, int]:
    """Enter each such run, and what its packets give; how many results by run.

    Runs are left out that have no samples, or whose sensors this version does not know. The others come
    before all runs that the journal knows: `last` stays the last. They are over: nobody goes on with one.
    """
    adopted: dict[str, int] = {}
    for name in unknown_runs(folder, journal.runs()):
        path = packets_of(folder, name)
        try:
            about = recording.metadata(path)
            worn = {
                packet.mount: packet.family for packet in recording.read(path) if packet.kind is Kind.DATA
            }
        except RecordingError:
            continue
        if not worn or not set(worn.values()) <= FAMILIES.keys():
            continue
        _enter(journal, name, about, worn)
        (entry,) = (run for run in journal.runs() if run.run == name)
        if (cut := find_cut(journal, folder, entry)) is not None:
            adopted[name] = recover(journal, cut)
    return adopted


def _enter(journal: Journal, name: str, about: Mapping[str, str], worn: Mapping[Mount, str]) -> None:
    config: dict[str, object] = {ADOPTED: True}
    config["worn"] = {str(mount): family for mount, family in worn.items()}
    config["sensors"] = [
        {"mount": str(mount), "above_ankle_m": params.above_ankle_m}
        for mount, params in params_of(about).items()
    ]
    started_ns = _started_ns(about, _begun_ns(name) or 0)
    note = about.get("note", "")
    journal.add_earlier_run(name, _runner(about), started_ns=started_ns, config=config, note=note)


def _runner(about: Mapping[str, str]) -> str:
    try:
        return RunnerSettings(name=about["runner"]).name
    except (KeyError, ValidationError):
        return RunnerSettings().name


def _begun_ns(name: str) -> int | None:
    """By its name: the second in which it began, or one of the next where several did. None: no such name."""
    if not RUN_NAME.fullmatch(name):
        return None
    try:
        begun = datetime.strptime(name, RUN_FORMAT).replace(tzinfo=UTC)
    except ValueError:  # the 13th month
        return None
    return round(begun.timestamp()) * 1_000_000_000


def _started_ns(about: Mapping[str, str], named_ns: int) -> int:
    try:
        started_ns = int(about["started_ns"])
    except (KeyError, ValueError):
        return named_ns
    return started_ns if abs(started_ns - named_ns) <= NEAR_NS else named_ns
