"""What is neither walking nor running, by itself and straight after either: none of it is a stride."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

from benchmarks.sheet import Sheet, number
from benchmarks.validate.cells import Cell
from benchmarks.validate.ours import strides_of
from benchmarks.validate.simulated import measure
from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Activity, Phase, Plan

__all__ = ["Afterwards", "Pastime", "afterwards", "afterwards_sheet", "pastime_sheet", "pastimes"]

PASTIMES: tuple[Activity, ...] = (
    "stand",
    "cycling",
    "shaking",
    "jumping",
    "swaying",
    "march-in-place",
    "jog-in-place",
    "bumps",
    "handled",
)
GAITS: tuple[tuple[Activity, float], ...] = (("walk", 5.0), ("run", 10.0))
SENSORS = tuple(product((Mount.LEFT_SHIN, Mount.RIGHT_SHOE), (True, False)))
SEEDS = 5  # of each pastime; its time is shared among them
STAND_S, GAIT_S, AFTER_S = 5.0, 20.0, 60.0
SETTLES_S: Final = 1.0
"""After the end of gait, in which its last foot comes down."""


@dataclass(frozen=True, slots=True)
class Pastime:
    """Time spent without walking or running, and the strides that were made out of it."""

    activity: str
    mount: Mount
    gyro: bool
    seconds: float
    strides: int


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The same straight after gait, without a pause; strides: for each gait in GAITS."""

    activity: str
    mount: Mount
    gyro: bool
    strides: tuple[int, ...]


def pastimes(
    *, seconds: float, rate_hz: float, progress: Callable[[str], None] = lambda _: None
) -> list[Pastime]:
    rows: list[Pastime] = []
    for activity, (mount, gyro) in product(PASTIMES, SENSORS):
        progress(f"{activity} at the {mount}")
        phases = (
            Phase(activity="stand", duration_s=STAND_S),
            Phase(activity=activity, duration_s=seconds / SEEDS),
        )
        strides = sum(
            len(_contacts_s(mount, phases, gyro=gyro, rate_hz=rate_hz, seed=seed)) for seed in range(SEEDS)
        )
        rows.append(Pastime(activity, mount, gyro, seconds, strides))
    return rows


def afterwards(*, rate_hz: float, progress: Callable[[str], None] = lambda _: None) -> list[Afterwards]:
    rows: list[Afterwards] = []
    for activity, (mount, gyro) in product(PASTIMES[1:], SENSORS):
        progress(f"{activity} straight after gait at the {mount}")
        counts = []
        for gait, speed_kmh in GAITS:
            phases = (
                Phase(activity="stand", duration_s=STAND_S),
                Phase(activity=gait, duration_s=GAIT_S, speed_kmh=speed_kmh),
                Phase(activity=activity, duration_s=AFTER_S),
            )
            found_s = _contacts_s(mount, phases, gyro=gyro, rate_hz=rate_hz, seed=PASTIMES.index(activity))
            counts.append(sum(at > STAND_S + GAIT_S + SETTLES_S for at in found_s))
        rows.append(Afterwards(activity, mount, gyro, tuple(counts)))
    return rows


def _contacts_s(
    mount: Mount, phases: tuple[Phase, ...], *, gyro: bool, rate_hz: float, seed: int
) -> list[float]:
    source = GaitSource(
        mount, Plan.of(*phases), rate_hz=rate_hz, gyro_range_dps=2000.0 if gyro else None, seed=seed
    )
    cell = Cell(seed, mount, 0.0, 1.0, "rear", rate_hz, source.acc_range_g, gyro, True, 1.0, 0.0)
    return [stride.initial_contact_us / 1e6 for stride in strides_of(mount, measure(source, cell).blocks)]


def pastime_sheet(rows: list[Pastime]) -> Sheet:
    return Sheet(
        "simulated: neither walking nor running",
        ("activity", "mount", "gyroscope", "minutes", "strides (none is right)"),
        tuple(
            (row.activity, str(row.mount), _yes(row.gyro), number(row.seconds / 60), str(row.strides))
            for row in rows
        ),
    )


def afterwards_sheet(rows: list[Afterwards]) -> Sheet:
    return Sheet(
        "simulated: the same straight after gait, without a moment of standing",
        ("activity", "mount", "gyroscope", *(f"strides after a {gait}" for gait, _ in GAITS)),
        tuple(
            (row.activity, str(row.mount), _yes(row.gyro), *(str(count) for count in row.strides))
            for row in rows
        ),
        notes=(
            f"In {AFTER_S:g} s after {GAIT_S:g} s of gait; none is right. Gait that was open ends after "
            "three noes in a row or four contacts that are like none before them (ADR 0106).",
        ),
    )


def _yes(gyro: bool) -> str:
    return "yes" if gyro else "no"
