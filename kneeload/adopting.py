"""Runs whose packets are in the data folder and that its journal lacks: it was damaged, or is another one.

They are computed from their packets. Limits of alerts that were set for them are gone: the usual ones hold.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest import recording
from ingest.errors import RecordingError
from ingest.packet import Kind
from kneeload.journal import RUN_FORMAT, RUN_NAME, Journal, Run
from kneeload.place import packets_of
from kneeload.processing import params_of
from kneeload.settings import RunnerSettings

__all__ = ["adopt", "unknown_runs"]


def unknown_runs(folder: Path, known: Sequence[Run] = ()) -> list[str]:
    """Names of runs with packets that are not among the known ones, the newest first."""
    names = {path.parent.name for path in (folder / "runs").glob("*/packets.mcap")}
    return sorted(filter(RUN_NAME.fullmatch, names - {run.run for run in known}), reverse=True)


def adopt(journal: Journal, folder: Path) -> list[str]:
    """Enter each that has samples as a run that was cut off, for kneeload.resume to recover; their names.

    They come before all runs that the journal knows: `last` stays the last.
    """
    adopted = []
    for name in unknown_runs(folder, journal.runs()):
        path = packets_of(folder, name)
        try:
            about = recording.metadata(path)
            worn = {
                packet.mount: packet.family for packet in recording.read(path) if packet.kind is Kind.DATA
            }
        except RecordingError:
            continue
        if worn:
            sensors = [
                {"mount": str(mount), "above_ankle_m": params.above_ankle_m}
                for mount, params in params_of(about).items()
            ]
            config: Mapping[str, Any] = {"worn": {str(mount): family for mount, family in worn.items()}}
            journal.add_earlier_run(
                name,
                _runner(about),
                started_ns=_started_ns(about, name),
                config={**config, "sensors": sensors},
                note=about.get("note", ""),
            )
            adopted.append(name)
    return adopted


def _runner(about: Mapping[str, str]) -> str:
    try:
        return RunnerSettings(name=about["runner"]).name
    except (KeyError, ValidationError):
        return RunnerSettings().name


def _started_ns(about: Mapping[str, str], name: str) -> int:
    """A run is called by the second in which it began, or one of the next where several did."""
    named_ns = round(datetime.strptime(name, RUN_FORMAT).replace(tzinfo=UTC).timestamp()) * 1_000_000_000
    try:
        started_ns = int(about["started_ns"])
    except (KeyError, ValueError):
        return named_ns
    return started_ns if abs(started_ns - named_ns) <= 3_600_000_000_000 else named_ns
