"""A run's data as files that any program opens: CSV for results, Parquet or CSV for the samples."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.alert import Alert
from alerts.words import title, unit
from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest import recording
from ingest.damage import Damage
from ingest.errors import RecordingError
from ingest.packet import Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from ingest.text import inert
from kneeload.journal import Journal
from kneeload.place import packets_of
from kneeload.private import make_private_folder, private_file
from kneeload.results import SensorHealth, Summary
from kneeload.results_folder import set_aside
from kneeload.review.errors import UnknownRunError
from kneeload.spoken import counted
from kneeload.strides_csv import number_cell, write_strides
from kneeload.tally import Tally
from kneeload.worn import families_of

__all__ = ["Exported", "export_run"]

CSV: Final = ".csv"
PARQUET: Final = ".parquet"
ALERTS: Final = "alerts.csv"
SUMMARY: Final = "summary.csv"
SENSORS: Final = "sensors.csv"
WITHOUT_RAW: Final = "without --raw the results alone are exported"

Row = Alert | Summary | SensorHealth
Table = dict[str, NDArray[np.int64] | NDArray[np.float64]]

KINDS: Mapping[str, type[Row]] = {ALERTS: Alert, SUMMARY: Summary, SENSORS: SensorHealth}

# Behind an alert's own fields: without them its numbers need the rules table.
IN_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {"title": title, "unit": unit}


class Exported(NamedTuple):
    """files: what was written. stale: what files of an earlier export are called now. doubt: what the samples
    lack, in one line; empty when they are whole.
    """

    files: list[Path]
    stale: list[Path]
    doubt: str = ""


def export_run(data_dir: Path, run: str, output_dir: Path, *, raw: bool = False) -> Exported:
    """Write strides-MOUNT.csv a sensor, alerts.csv, summary.csv and sensors.csv.

    raw: also samples-MOUNT.parquet (CSV where pyarrow is missing), columns as recordings are read back in;
    where there are none at all nothing is written.
    Files of an earlier export that this one does not replace are renamed: they may be another run's.
    Raises UnknownRunError, UnknownFamilyError, JournalError, RecordingError, OSError.
    """
    with Journal.open(data_dir) as journal:
        known = tuple(row.run for row in journal.runs())
        if run not in known:
            raise UnknownRunError(run, known)
        strides = journal.strides(run)
        health = journal.health(run)
        tables: Mapping[str, Sequence[Row]] = {
            ALERTS: journal.alerts(run),
            SUMMARY: journal.summaries(run),
            SENSORS: health,
        }
    doubt = ""
    plan: dict[str, Callable[[Path], None]] = {}
    for mount in Mount:
        own = [stride for stride in strides if stride.mount is mount]
        if own:
            plan[strides_name(mount)] = partial(write_strides, strides=own)
    for name, rows in tables.items():
        plan[name] = partial(write_rows, kind=KINDS[name], rows=rows)
    if raw:
        samples, doubt = kept_samples(packets_of(data_dir, run), health)
        for mount, table in samples.items():
            plan[samples_name(mount, samples_suffix())] = partial(write_table, table=table)
    make_private_folder(output_dir)
    stale = set_aside(output_dir, [name for name in every_name() if name not in plan])
    for name, write in plan.items():
        write(output_dir / name)
    return Exported([output_dir / name for name in plan], stale, doubt)


def every_name() -> Iterator[str]:
    """What an export may have written."""
    yield from KINDS
    for mount in Mount:
        yield strides_name(mount)
        yield from (samples_name(mount, suffix) for suffix in (PARQUET, CSV))


def strides_name(mount: Mount) -> str:
    return f"strides-{mount}{CSV}"


def samples_name(mount: Mount, suffix: str) -> str:
    return f"samples-{mount}{suffix}"


def samples_suffix() -> str:
    """Parquet, or CSV where pyarrow is missing."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return CSV
    return PARQUET


def write_rows(path: Path, *, kind: type[Row], rows: Iterable[Row]) -> None:
    """One row a result: its fields as columns, t_us as t_s; an empty cell is "not known"."""
    names = [field.name for field in fields(kind)]
    words = IN_WORDS if kind is Alert else {}
    with private_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["t_s" if name == "t_us" else name for name in (*names, *words)])
        for row in rows:
            own = [cell(name, getattr(row, name)) for name in names]
            writer.writerow([*own, *(cell(name, say(row)) for name, say in words.items())])


def cell(name: str, value: Any) -> object:
    if name == "t_us":
        return f"{value / 1e6:.6f}"
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return number_cell(name, value) if math.isfinite(value) else ""
    if isinstance(value, str):
        return inert(value)
    return value


def kept_samples(path: Path, health: Sequence[SensorHealth]) -> tuple[dict[Mount, Table], str]:
    """The samples in a run's packets, and what they lack. Raises RecordingError where there are none."""
    tally, damage = Tally(health), Damage()
    try:
        families_of(path)
        samples = samples_of(tally.through(recording.read(path, damage)))
    except RecordingError as error:
        raise RecordingError(path, error.what, WITHOUT_RAW) from error
    if not samples:
        came = f", though {counted(tally.came, 'packet')} came" if tally.came else ""
        raise RecordingError(path, f"holds no samples{came}", WITHOUT_RAW)
    lacking = ", ".join(tally.lacking().values())
    # A journal that was made again from damaged packets counted no more than there are.
    how = str(damage) or ("is damaged or cut off" if lacking else "")
    those = f", the samples are those of {lacking}" if lacking else ""
    return samples, f"{path}: {how}{those}" if how else ""


def samples_of(packets: Iterable[Packet]) -> dict[Mount, Table]:
    """The samples of each sensor in the form that recordings are read in; lost ones are missing rows."""
    streams: dict[Mount, SensorStream] = {}
    blocks: dict[Mount, list[ImuBlock]] = {}
    for packet in packets:
        if packet.mount not in streams:
            streams[packet.mount] = SensorStream(packet.mount, FAMILIES[packet.family])
        block = streams[packet.mount].receive(packet)
        if block is not None and len(block):
            blocks.setdefault(packet.mount, []).append(block)
    return {mount: table_of(blocks[mount]) for mount in Mount if mount in blocks}


def table_of(blocks: Sequence[ImuBlock]) -> Table:
    """Columns t_us, ax_g … and, where there is a gyroscope, gx_dps …; NaN where it was off for a while."""
    acc = np.concatenate([block.acc_g for block in blocks])
    table: Table = {"t_us": np.concatenate([block.t_us for block in blocks])}
    table |= {f"a{axis}_g": acc[:, at] for at, axis in enumerate("xyz")}
    if any(block.gyro_dps is not None for block in blocks):
        gyro = np.concatenate(
            [np.full((len(b), 3), np.nan) if b.gyro_dps is None else b.gyro_dps for b in blocks]
        )
        table |= {f"g{axis}_dps": gyro[:, at] for at, axis in enumerate("xyz")}
    return table


def write_table(path: Path, table: Table) -> None:
    """As the name says: Parquet or CSV."""
    if path.suffix == CSV:
        rows = np.column_stack(list(table.values()))
        forms = ["%d", *["%.7g"] * (len(table) - 1)]
        with private_file(path) as draft:
            np.savetxt(draft, rows, fmt=forms, delimiter=",", header=",".join(table), comments="")
        return
    from pyarrow import parquet
    from pyarrow import table as arrow_table

    with private_file(path) as draft:
        parquet.write_table(arrow_table(table), draft)
