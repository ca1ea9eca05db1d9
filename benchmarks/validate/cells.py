"""The simulated grid: which runner, which sensor, which link.

A full product of all axes would be a hundred thousand runs. Every cell takes one level of each axis from a
shuffled deck that holds all levels equally often (a Latin hypercube, McKay et al. 1979): each level meets
many others, and the tables show one axis at a time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dsp.mount import Mount
from firmware_sim.plan import FootStrike

__all__ = ["AXES", "Cell", "grid"]

SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """speed_kmh below 7 is walking. cadence: factor on the step rate that goes with the speed.

    turned: the sensor sits anyhow, else aligned. noise: factor on a common chip's. loss_percent: of packets.
    """

    number: int
    mount: Mount
    speed_kmh: float
    cadence: float
    foot_strike: FootStrike
    rate_hz: float
    acc_range_g: float
    gyro: bool
    turned: bool
    noise: float
    loss_percent: float

    @property
    def walking(self) -> bool:
        return self.speed_kmh < 7


AXES: Final[dict[str, tuple[object, ...]]] = {
    "mount": tuple(Mount),
    "speed_kmh": (4.5, 5.5, 8.0, 10.0, 12.0, 14.0, 16.0),
    "cadence": (0.92, 1.0, 1.08),
    "foot_strike": ("rear", "mid", "fore"),
    "rate_hz": (100.0, 200.0, 400.0, 1000.0),
    "acc_range_g": (8.0, 16.0, 200.0),
    "gyro": (True, True, False),
    "turned": (True, True, False),
    "noise": (1.0, 1.0, 5.0),
    "loss_percent": (0.0, 0.0, 0.0, 2.0),
}


def grid(count: int) -> tuple[Cell, ...]:
    """count cells, the same every time."""
    random = np.random.default_rng(SEED)
    decks: dict[str, list[object]] = {}
    for name, levels in AXES.items():
        deck = [levels[k % len(levels)] for k in range(count)]
        decks[name] = [deck[k] for k in random.permutation(count)]
    return tuple(
        Cell(number=number, **{name: deck[number] for name, deck in decks.items()})  # type: ignore[arg-type]
        for number in range(count)
    )
