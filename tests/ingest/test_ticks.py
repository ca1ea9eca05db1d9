"""The device clock on ticks that only count samples: rates that are off, losses that nobody sees."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.clock import DeviceClock
from ingest.ticks import COUNTED, CRYSTAL, Ticks

TICK_US, FRAMES = 5000, 8
BEGIN_US = 1e6


@dataclass(frozen=True)
class Placed:
    """taken_s, error_ms: (n,) of each packet's last sample; usable: (n,)."""

    taken_s: NDArray[np.float64]
    error_ms: NDArray[np.float64]
    usable: NDArray[np.bool_]
    skew_ppm: float | None

    def worst_ms(self, from_s: float, until_s: float = np.inf) -> float:
        inside = (self.taken_s > from_s) & (self.taken_s < until_s) & self.usable
        return float(np.abs(self.error_ms[inside]).max())


def place(
    off: float = 0.0,
    *,
    lost: tuple[tuple[float, float], ...] = (),
    duration_s: float = 60.0,
    seed: int = 0,
    ticks: Ticks = COUNTED,
) -> Placed:
    """Eight samples a notification at 200 Hz that is off; connection events every 30 ms, a tenth tried again.

    lost: from when to when, s, nothing was sent, and the count stood still.
    """
    random = np.random.default_rng(seed)
    packets = np.arange(1, int(duration_s * 1e6 / (TICK_US * FRAMES))) * FRAMES
    taken_us = BEGIN_US + packets * TICK_US / (1.0 + off)
    for begin_s, end_s in lost:
        taken_us = taken_us[(taken_us < begin_s * 1e6) | (taken_us > end_s * 1e6)]
    phase_us = random.uniform(0, 30e3)
    arrival_us = np.ceil((taken_us - phase_us) / 30e3) * 30e3 + phase_us
    arrival_us += 30e3 * (random.random(len(taken_us)) < 0.1) + random.exponential(300.0, len(taken_us))
    clock = DeviceClock(ticks)
    times, usable = [], []
    for k, at_us in enumerate(np.maximum.accumulate(arrival_us)):
        tick_us = k * FRAMES * TICK_US % 2**32
        times.append(clock.push(tick_us, FRAMES, interval_us=TICK_US, arrival_ns=round(at_us * 1e3))[-1])
        usable.append(clock.usable)
    assert (np.diff(times) > 0).all()
    return Placed(taken_us / 1e6, (np.array(times) - taken_us) / 1e3, np.array(usable), clock.skew_ppm)


@pytest.mark.parametrize("off", [-0.015, -0.008, -0.0003, 0.0, 0.0003, 0.01])
def test_a_rate_that_is_off_is_followed(off: float) -> None:
    placed = place(off)
    assert placed.worst_ms(10.0) < 20.0
    assert placed.worst_ms(1.5) < 60.0
    assert placed.skew_ppm == pytest.approx(-off * 1e6, abs=1500)


def test_a_quartz_would_not_be_followed_so_far() -> None:
    """Why the family says what its ticks are."""
    assert place(-0.008, ticks=CRYSTAL).worst_ms(10.0) > 100.0


@settings(deadline=None, max_examples=15)
@given(
    off=st.floats(-0.01, 0.01),
    begin_s=st.floats(20.0, 25.0),
    gone_s=st.floats(0.2, 8.0),
    seed=st.integers(0, 99),
)
def test_behind_an_unseen_loss_times_come_right_again(
    off: float, begin_s: float, gone_s: float, seed: int
) -> None:
    placed = place(off, lost=((begin_s, begin_s + gone_s),), seed=seed)
    assert placed.worst_ms(10.0, begin_s) < 25.0
    assert placed.worst_ms(begin_s + gone_s + 8.0) < 80.0


def test_a_late_burst_is_no_loss() -> None:
    """The count goes on while a host stands still for two seconds: nothing leaps."""
    clock, times = DeviceClock(COUNTED), []
    for k in range(800):
        taken_us = k * FRAMES * TICK_US
        late_us = max(0, 22e6 - taken_us) if 20e6 < taken_us < 22e6 else 0
        times.append(
            clock.push(taken_us, FRAMES, interval_us=TICK_US, arrival_ns=round((taken_us + late_us) * 1e3))[0]
        )
    np.testing.assert_allclose(np.diff(times), FRAMES * TICK_US, atol=2500)
