"""Pictures for docs/validation.md."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.score import figures
from benchmarks.validate.recorded import OURS, Judged, shoe_cadence_spm
from benchmarks.validate.results import Recorded, Simulated
from benchmarks.validate.simulated_sheets import peaks_of

__all__ = ["draw_recorded", "draw_simulated"]

mpl.use("Agg")

MINE, OTHERS = "#c8553d", "#8d99ae"


def draw_recorded(recorded: Recorded, folder: Path) -> list[tuple[str, str]]:
    """(file name, caption) of every picture written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for data_set, rows in recorded.judged.items():
        for activity in ("run", "walk"):
            mine = [row for row in rows if row.activity == activity]
            if mine:
                name = f"{data_set}-{activity}.png"
                _methods(mine, folder / name)
                verb = "running" if activity == "run" else "walking"
                written.append((name, f"{data_set}, {verb}: wrong contacts and the errors of the right ones"))
    _outdoor(recorded, folder / "outdoor_shoe.png")
    written.append(("outdoor_shoe.png", "outdoor_shoe: cadence of shoe and hip; grey: the hip stands still"))
    return written


def draw_simulated(simulated: Simulated, folder: Path) -> list[tuple[str, str]]:
    folder.mkdir(parents=True, exist_ok=True)
    _peaks(simulated, folder / "peaks.png")
    return [("peaks.png", "simulated: error of the peak resultant acceleration by sample rate")]


def _methods(rows: Sequence[Judged], path: Path) -> None:
    names = list(dict.fromkeys(row.method for row in rows))[::-1]
    scores = {name: [row.score for row in rows if row.method == name] for name in names}
    figure = Figure(figsize=(11, 1.2 + 0.45 * len(names)), layout="constrained")
    wrong, contact, off = figure.subplots(1, 3, sharey=True)
    places = np.arange(len(names))
    rates = [figures(scores[name]) for name in names]
    missed = [row.missed_per_1000 for row in rates]
    wrong.barh(places, missed, color="#475569", label="missed")
    wrong.barh(places, [row.extra_per_1000 for row in rates], left=missed, color="#d4a373", label="extra")
    wrong.set_xlabel("wrong contacts per 1000")
    wrong.set_xscale("symlog", linthresh=10)
    wrong.set_yticks(places, names)
    wrong.legend(fontsize="small")
    for axes, field, label in (
        (contact, "initial_contact_ms", "initial contact, ms"),
        (off, "toe_off_ms", "toe-off, ms"),
    ):
        _boxes(axes, [np.concatenate([getattr(s, field) for s in scores[name]]) for name in names], names)
        axes.set_xlabel(f"error of {label}")
    off.set_xlim(-250, 250)
    figure.savefig(path, dpi=80)


def _boxes(axes: Axes, values: Sequence[np.ndarray], names: Sequence[str]) -> None:
    for place, (name, errors) in enumerate(zip(names, values, strict=True)):
        if errors.size:
            axes.boxplot(
                errors,
                positions=[place],
                orientation="horizontal",
                widths=0.6,
                whis=(5, 95),
                sym="",
                patch_artist=True,
                boxprops={"facecolor": MINE if name == OURS else OTHERS},
                medianprops={"color": "black"},
                manage_ticks=False,
            )
    axes.axvline(0, color="black", linewidth=0.5)


def _outdoor(recorded: Recorded, path: Path) -> None:
    hip = recorded.hip
    figure = Figure(figsize=(11, 3.2), layout="constrained")
    axes = figure.subplots()
    for start_s, stop_s in hip.stops_s:
        axes.axvspan(start_s, stop_s, color="#cccccc")
    axes.plot(hip.start_s, hip.cadence_spm, "o", color=OTHERS, markersize=5, label="hip")
    axes.plot(hip.start_s, shoe_cadence_spm(recorded.shoe, hip), ".", color=MINE, label=f"{OURS}, shoe")
    axes.set_xlabel("time, s")
    axes.set_ylabel("cadence, steps/min")
    axes.legend()
    figure.savefig(path, dpi=80)


def _peaks(simulated: Simulated, path: Path) -> None:
    rates = sorted({result.cell.rate_hz for result in simulated.cells})
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, segment in zip(figure.subplots(1, 2, sharey=True), ("shin", "shoe"), strict=True):
        for place, rate_hz in enumerate(rates):
            cells = [
                result
                for result in simulated.cells
                if result.cell.rate_hz == rate_hz and result.cell.mount.segment == segment
            ]
            errors = peaks_of(cells, "peak_resultant_percent")
            if errors.size:
                axes.boxplot(
                    errors,
                    positions=[place],
                    widths=0.6,
                    whis=(5, 95),
                    sym="",
                    patch_artist=True,
                    boxprops={"facecolor": MINE},
                    medianprops={"color": "black"},
                    manage_ticks=False,
                )
        axes.axhline(0, color="black", linewidth=0.5)
        axes.set_xticks(range(len(rates)), [f"{rate_hz:g}" for rate_hz in rates])
        axes.set_xlabel("sample rate, Hz")
        axes.set_title(segment)
    figure.axes[0].set_ylabel("error of the peak, %")
    figure.savefig(path, dpi=80)
