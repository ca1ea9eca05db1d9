"""Gaits by turns: running and walking, as people come back from pain, and stairs on the way.

What is lost where the gait changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from benchmarks.matching import TOLERANCE_S
from benchmarks.sheet import Sheet, number
from benchmarks.validate.cells import Cell
from benchmarks.validate.ours import contacts_of, strides_of
from benchmarks.validate.simulated import graded_strides, measure
from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Activity, FootStrike, Phase, Plan
from kneeload.truth import match

__all__ = ["Turns", "by_turns", "turns_sheet"]

STAND_S, EACH_S, CHANGES = 4.0, 15.0, 5
FAR_S: Final = 0.1
"""A toe-off that far off is of the other gait's rule."""
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")
SPEEDS_KMH: Final = (8.5, 11.0)
WALK_KMH: Final = 5.0
PAIRS: Final[tuple[tuple[Activity, Activity], ...]] = (
    ("run", "walk"),
    ("run", "stairs"),
    ("walk", "stairs"),
    ("stand", "stairs"),
)


@dataclass(frozen=True, slots=True)
class Turns:
    """One site's runs together.

    wrong: contacts called by the other gait. Stairs are walked; what pushes off into the other is of both.
    """

    pair: tuple[Activity, Activity]
    segment: str
    gyro: bool
    contacts: int
    missed: int
    extra: int
    wrong: int
    changes: int
    toe_offs_off: int


def by_turns(*, rate_hz: float, progress: Callable[[str], None] = lambda _: None) -> list[Turns]:
    rows: list[Turns] = []
    for pair, mount, gyro in product(PAIRS, (Mount.LEFT_SHIN, Mount.RIGHT_SHOE), (True, False)):
        progress(f"{pair[0]} and {pair[1]} by turns, {mount}")
        runs = [
            _run(mount, pair, foot_strike, speed_kmh, gyro=gyro, rate_hz=rate_hz, seed=seed)
            for seed, (foot_strike, speed_kmh) in enumerate(product(STRIKES, SPEEDS_KMH))
        ]
        contacts, missed, extra, wrong, off = (sum(column) for column in zip(*runs, strict=True))
        changes = CHANGES * len(runs)
        rows.append(Turns(pair, mount.segment, gyro, contacts, missed, extra, wrong, changes, off))
    return rows


def _run(
    mount: Mount,
    pair: tuple[Activity, Activity],
    foot_strike: FootStrike,
    speed_kmh: float,
    *,
    gyro: bool,
    rate_hz: float,
    seed: int,
) -> tuple[int, int, int, int, int]:
    """(contacts, missed, extra, called by the other gait, toe-offs far off)"""
    phases = {
        "run": Phase(activity="run", duration_s=EACH_S, speed_kmh=speed_kmh, foot_strike=foot_strike),
        "walk": Phase(activity="walk", duration_s=EACH_S, speed_kmh=WALK_KMH),
    }
    stand = Phase(activity="stand", duration_s=STAND_S)
    turns = [
        phases.get(activity, Phase(activity=activity, duration_s=EACH_S))
        for activity in (pair[k % 2] for k in range(CHANGES + 1))
    ]
    source = GaitSource(
        mount,
        Plan.of(stand, *turns, stand),
        rate_hz=rate_hz,
        acc_range_g=32.0,
        gyro_range_dps=2000.0 if gyro else None,
        seed=seed,
    )
    cell = Cell(seed, mount, speed_kmh, 1.0, foot_strike, rate_hz, 32.0, gyro, True, 1.0, 0.0)
    simulation = measure(source, cell)
    truth = simulation.truth
    strides = graded_strides(strides_of(mount, simulation.blocks), truth)
    found = contacts_of(strides)
    pairs = match(found.initial_contact_s, truth.initial_contact_s, tolerance_s=TOLERANCE_S)
    told = np.array([stride.activity for stride in strides])[pairs.found]
    gaits = np.where(np.array(truth.activity) == "stairs", "walk", truth.activity)
    # The last contact of a gait pushes off into the next one: it is of both.
    of_both = np.append(gaits[1:] != gaits[:-1], False)[pairs.true]
    wrong = (told != gaits[pairs.true]) & ~of_both
    apart = np.abs(found.toe_off_s[pairs.found] - truth.toe_off_s[pairs.true])
    return (
        truth.initial_contact_s.size,
        pairs.missed.size,
        pairs.extra.size,
        int(wrong.sum()),
        int((apart > FAR_S).sum()),
    )


def turns_sheet(rows: list[Turns]) -> Sheet:
    return Sheet(
        "simulated: gaits by turns",
        (
            "turns",
            "sensor",
            "contacts",
            "missed ‰",
            "extra ‰",
            "wrong activity %",
            "… contacts a change",
            "toe-offs more than 0.1 s off ‰",
        ),
        tuple(
            (
                f"{row.pair[0]} and {row.pair[1]}",
                f"{row.segment}, {'with' if row.gyro else 'without'} gyroscope",
                str(row.contacts),
                number(1e3 * row.missed / row.contacts),
                number(1e3 * row.extra / row.contacts),
                number(1e2 * row.wrong / row.contacts),
                number(row.wrong / row.changes),
                number(1e3 * row.toe_offs_off / row.contacts),
            )
            for row in rows
        ),
        notes=(
            f"{CHANGES + 1} turns of {EACH_S:g} s, running at {SPEEDS_KMH[0]:g} and {SPEEDS_KMH[1]:g} km/h "
            f"with each foot strike, walking at {WALK_KMH:g} km/h, stairs upwards at 100 steps/min.",
            "Where a stride alone does not say its gait clearly, the last three do: the first of a turn may "
            "be called by the gait before. The last contact of a turn pushes off into the other gait and is "
            "of both.",
            "The stairs are a model that no recording was held against. Up them a shank brakes before the "
            "foot is down, nearly as hard as it lands: where as many are missed as extra, a shin sensor's "
            "contacts are told 0.1 to 0.2 s early.",
        ),
    )
