"""Tables of what was found on simulated runners."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from benchmarks.score import figures
from benchmarks.sheet import Sheet, number
from benchmarks.validate.extremes import extreme_sheet
from benchmarks.validate.pastimes import afterwards_sheet, pastime_sheet
from benchmarks.validate.quality import quality_sheet, together, winner_sheet
from benchmarks.validate.recorded import OURS
from benchmarks.validate.recorded_sheets import FIGURE_HEADERS, figure_row
from benchmarks.validate.results import Simulated
from benchmarks.validate.simulated import CellResult, methods
from benchmarks.validate.turns import turns_sheet

__all__ = ["peaks_of", "rmse", "sensitivity_percent", "simulated_sheets", "specificity_percent"]

Floats = NDArray[np.float64]

AXIS_NAMES = {
    "mount": "mount",
    "speed_kmh": "speed, km/h",
    "cadence": "step rate, × usual",
    "foot_strike": "foot strike",
    "rate_hz": "rate, Hz",
    "acc_range_g": "range, ±g",
    "gyro": "gyroscope",
    "turned": "sensor turned at random",
    "noise": "noise, × usual",
    "loss_percent": "packets lost, %",
}


def simulated_sheets(simulated: Simulated) -> list[Sheet]:
    return [
        *_methods(simulated),
        _by_axis(simulated.cells),
        _peaks(simulated.cells),
        _clipping(simulated.cells),
        *_graded(simulated.cells),
        _posture(simulated.cells),
        turns_sheet(simulated.turns),
        extreme_sheet(simulated.extremes),
        pastime_sheet(simulated.pastimes),
        afterwards_sheet(simulated.afterwards),
    ]


def rmse(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known * known).mean())) if known.size else float("nan")


def sensitivity_percent(flags: NDArray[np.bool_]) -> float:
    """flags: (n, 2) truly clipped, flagged."""
    true = flags[flags[:, 0], 1]
    return 100 * float(true.mean()) if true.size else float("nan")


def specificity_percent(flags: NDArray[np.bool_]) -> float:
    clean = flags[~flags[:, 0], 1]
    return 100 * float((~clean).mean()) if clean.size else float("nan")


def peaks_of(cells: Iterable[CellResult], which: str) -> Floats:
    """Errors in percent of peaks that were neither clipped nor across lost packets."""
    arrays = [getattr(result, which) for result in cells if result.cell.loss_percent == 0]
    values = np.concatenate([*arrays, np.empty(0)])
    return np.asarray(values[np.isfinite(values)], dtype=np.float64)


def _methods(simulated: Simulated) -> Iterable[Sheet]:
    for segment in ("shin", "shoe"):
        for walking in (False, True):
            cells = [
                result
                for result in simulated.cells
                if result.cell.mount.segment == segment
                and result.cell.walking == walking
                and result.cell.loss_percent == 0
                and result.cell.rate_hz >= 200
            ]
            if not cells:
                continue
            rows = []
            for name in methods(cells):
                scores = [
                    result.score if name == OURS else dict(result.peers)[name]
                    for result in cells
                    if name == OURS or name in dict(result.peers)
                ]
                rows.append((name, str(len(scores)), *figure_row(figures(scores))))
            yield Sheet(
                f"simulated {'walking' if walking else 'running'} at the {segment}, no loss, ≥ 200 Hz",
                ("method", "runs", *FIGURE_HEADERS),
                tuple(rows),
            )


def _by_axis(cells: list[CellResult]) -> Sheet:
    rows: list[tuple[str, ...]] = []
    for axis, name in AXIS_NAMES.items():
        levels = sorted({getattr(result.cell, axis) for result in cells})
        for level in levels:
            mine = [result.score for result in cells if getattr(result.cell, axis) == level]
            label = {True: "yes", False: "no"}.get(level, level) if isinstance(level, bool) else level
            rows.append((f"{name}: {label}", str(len(mine)), *figure_row(figures(mine))))
    return Sheet(
        f"simulated grid: {OURS}, one axis at a time",
        ("level", "runs", *FIGURE_HEADERS),
        tuple(rows),
        notes=("Every row holds all levels of the other axes.",),
    )


def _peaks(cells: list[CellResult]) -> Sheet:
    rows = []
    for segment in ("shin", "shoe"):
        for rate_hz in sorted({result.cell.rate_hz for result in cells}):
            mine = [
                result
                for result in cells
                if result.cell.mount.segment == segment and result.cell.rate_hz == rate_hz
            ]
            resultant, axial = (peaks_of(mine, f"peak_{which}_percent") for which in ("resultant", "axial"))
            rows.append(
                (
                    f"{segment}, {rate_hz:g} Hz",
                    str(resultant.size),
                    *_mean_sd(resultant),
                    str(axial.size),
                    *_mean_sd(axial),
                )
            )
    return Sheet(
        "simulated: peak acceleration against the true peak under the same filter",
        ("sensor", "peaks", "resultant, mean %", "SD %", "axial peaks", "axial, mean %", "SD %"),
        tuple(rows),
        notes=("Without clipped strides and lost packets.",),
    )


def _mean_sd(values: Floats) -> tuple[str, str]:
    if values.size < 2:
        return "–", "–"
    return number(float(values.mean()), 2), number(float(values.std(ddof=1)), 2)


def _clipping(cells: list[CellResult]) -> Sheet:
    rows = []
    for range_g in sorted({result.cell.acc_range_g for result in cells}):
        mine = [
            result.clipped
            for result in cells
            if result.cell.acc_range_g == range_g and result.cell.loss_percent == 0
        ]
        flags = np.concatenate([*mine, np.empty((0, 2), dtype=bool)])
        rows.append(
            (
                f"±{range_g:g} g",
                str(len(flags)),
                str(int(flags[:, 0].sum())),
                number(sensitivity_percent(flags), 2),
                number(specificity_percent(flags), 2),
            )
        )
    return Sheet(
        "simulated: clipped strides",
        ("range", "strides", "clipped", "sensitivity %", "specificity %"),
        tuple(rows),
        notes=("Clipped: a sample between 10 ms before initial contact and toe-off left the range.",),
    )


def _graded(cells: list[CellResult]) -> list[Sheet]:
    groups = []
    for segment in ("shin", "shoe"):
        for gyro in (True, False):
            mine = [row for row in cells if row.cell.mount.segment == segment and row.cell.gyro == gyro]
            label = f"{segment}, {'with' if gyro else 'without'} gyroscope"
            groups.append((label, together(row.graded for row in mine)))
    return [
        quality_sheet("simulated: contacts by their quality", groups),
        winner_sheet("simulated: contacts by the landmark that won", groups),
    ]


def _posture(cells: list[CellResult]) -> Sheet:
    kinds: tuple[tuple[str, str, Callable[[CellResult], Floats]], ...] = (
        ("shin", "shank angle at initial contact, deg", lambda result: result.angle_deg),
        ("shoe", "foot strike angle, deg", lambda result: result.angle_deg),
        ("shoe", "speed, %", lambda result: result.speed_percent),
        ("shin", "speed, %", lambda result: result.speed_percent),
    )
    rows = []
    for segment, name, values in kinds:
        for walking in (False, True):
            mine = [
                result
                for result in cells
                if result.cell.mount.segment == segment
                and result.cell.walking == walking
                and result.cell.loss_percent == 0
            ]
            errors = np.concatenate([*(values(result) for result in mine), np.empty(0)])
            known = errors[np.isfinite(errors)]
            rows.append(
                (
                    f"{segment}, {'walking' if walking else 'running'}: {name}",
                    str(errors.size),
                    str(known.size),
                    *_mean_sd(known),
                    number(rmse(known), 2),
                )
            )
    return Sheet(
        "simulated: posture and speed",
        ("quantity", "strides", "with a value", "mean error", "SD", "RMSE"),
        tuple(rows),
    )
