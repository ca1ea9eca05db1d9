"""Foot contacts as a CSV file: the contract's columns first, ours after them."""

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from dsp.stride import Stride
from ingest.text import inert
from kneeload.private import private_file

__all__ = ["COLUMNS", "number_cell", "write_strides"]

CONTRACT = (
    "stride",
    "mount",
    "initial_contact_s",
    "toe_off_s",
    "contact_time_s",
    "flight_time_s",
    "stride_time_s",
    "cadence_spm",
    "activity",
    "peak_resultant_g",
    "peak_axial_g",
    "jerk_g_per_s",
    "clipped",
    "gap",
    "quality",
)
FURTHER = (
    "low_rate",
    "ringing",
    "impact_power_g2",
    "shank_angle_deg",
    "peak_swing_dps",
    "foot_strike_deg",
    "pronation_deg",
    "stride_length_m",
    "speed_m_per_s",
    "filter",
    "contact_method",
    "toe_off_method",
    "axis_method",
)
COLUMNS = CONTRACT + FURTHER

Cell = Callable[[Stride], object]


def _seconds(t_us: int | None) -> str | None:
    """Exact: no float can hold a time of day in µs."""
    if t_us is None:
        return None
    whole, part = divmod(abs(t_us), 1_000_000)
    return f"{'-' if t_us < 0 else ''}{whole}.{part:06d}"


def number_cell(name: str, value: float) -> str:
    """A finite number in the column of this name: times to the microsecond, all else to six digits."""
    return f"{value:.6f}" if name.endswith("_s") and not name.endswith("_per_s") else f"{value:.6g}"


def _field(name: str) -> Cell:
    def cell(stride: Stride) -> object:
        value = getattr(stride, name)
        if isinstance(value, float):
            return number_cell(name, value)
        if isinstance(value, bool):
            return int(value)
        return inert(value) if isinstance(value, str) else value

    return cell


CELLS: Mapping[str, Cell] = {
    **{name: _field(name) for name in COLUMNS},
    "initial_contact_s": lambda stride: _seconds(stride.initial_contact_us),
    "toe_off_s": lambda stride: _seconds(stride.toe_off_us),
}


def write_strides(path: Path, strides: Iterable[Stride]) -> None:
    """One row a foot contact; an empty cell is "not estimated"."""
    with private_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        # csv writes None as an empty cell.
        writer.writerows([CELLS[name](stride) for name in COLUMNS] for stride in strides)
