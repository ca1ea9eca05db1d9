"""Speeds beyond the grid: people who come back from pain walk slowly, and others sprint."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

from benchmarks.score import Score, figures
from benchmarks.sheet import Sheet, number
from benchmarks.validate.cells import Cell
from benchmarks.validate.simulated import run_cell
from dsp.mount import Mount
from firmware_sim.plan import FootStrike

__all__ = ["Extreme", "extreme_sheet", "extremes"]

SPEEDS_KMH: Final = (2.0, 2.5, 3.0, 3.5, 18.0, 20.0, 22.0)
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
SENSORS = tuple(product((Mount.LEFT_SHIN, Mount.RIGHT_SHOE), (True, False)))
MOVES_S, RATE_HZ = 40.0, 200.0


@dataclass(frozen=True, slots=True)
class Extreme:
    """scores: of each sensor in SENSORS, all foot strikes together."""

    speed_kmh: float
    scores: tuple[tuple[Score, ...], ...]


def extremes(progress: Callable[[str], None] = lambda _: None) -> list[Extreme]:
    rows = []
    for speed_kmh in SPEEDS_KMH:
        progress(f"{speed_kmh:g} km/h")
        rows.append(Extreme(speed_kmh, tuple(_scores(speed_kmh, *sensor) for sensor in SENSORS)))
    return rows


def _scores(speed_kmh: float, mount: Mount, gyro: bool) -> tuple[Score, ...]:
    cells = [
        Cell(seed, mount, speed_kmh, 1.0, foot_strike, RATE_HZ, 32.0, gyro, True, 1.0, 0.0)
        for seed, foot_strike in enumerate(STRIKES)
    ]
    return tuple(run_cell(cell, seconds=MOVES_S, peers=False).score for cell in cells)


def extreme_sheet(rows: list[Extreme]) -> Sheet:
    sensors = [f"{mount.segment} {'with' if gyro else 'without'} gyroscope" for mount, gyro in SENSORS]
    return Sheet(
        "simulated: the slowest and the fastest",
        ("speed, km/h", *(f"{name}: {what}" for name in sensors for what in ("missed ‰", "extra ‰"))),
        tuple(_row(row) for row in rows),
        notes=(
            f"Each foot strike {MOVES_S:g} s; walking below 7 km/h. Missed and extra alike: told more than "
            "50 ms off, with a gyroscope up to 0.1 s early, without one a third of a stride (the push-off). "
            "Missed alone: it does not look like gait to us.",
        ),
    )


def _row(row: Extreme) -> tuple[str, ...]:
    cells: list[str] = []
    for scores in row.scores:
        found = figures(scores)
        cells += (number(found.missed_per_1000), number(found.extra_per_1000))
    return number(row.speed_kmh), *cells
