"""python -m benchmarks.clock_accuracy: how well DeviceClock places samples, over simulated Bluetooth links.

A link: the device's oscillator is off by its skew; packets are ready when their last sample is taken, wait for the
next connection event, are retried with a chance, wait through fades and come in bursts afterwards, and the
host adds its jitter. The truth is when each sample was taken. --write puts the table into docs/clock.md.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from ingest.clock import DeviceClock

__all__ = ["FLOOR_S", "Link", "Placed", "alignment_s", "place"]

# What every packet needs at least: processing in the sensor, radio, host.
FLOOR_S: Final = 0.002
# The same for a write: not what DeviceClock takes it to be, as on a real host.
WRITE_FLOOR_S: Final = 0.002
PACKETS_PER_EVENT: Final = 4
PAGE: Final = Path(__file__).parents[1] / "docs" / "clock.md"
MARK: Final = "<!-- table: python -m benchmarks.clock_accuracy --write -->"


@dataclass(frozen=True, slots=True)
class Link:
    """One sensor's clock and radio. shorter: samples by which packets differ in turn from the fullest one.

    exchanges_per_s: exchanges of times, written at phases of their own. retry: chance that a packet misses an event; stall: that the host holds it up by 20 ms;
    fades_per_min: times nothing gets through for 0.2 to 2 s.
    """

    interval_s: float = 0.03
    skew_ppm: float = 0.0
    drift_ppm_per_min: float = 0.0
    rate_hz: float = 208.0
    samples: int = 19
    shorter: tuple[int, ...] = (0, 1, 2)
    retry: float = 0.1
    stall: float = 0.01
    fades_per_min: float = 1.0
    exchanges_per_s: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """taken_s: when the last sample of each packet was really taken; error_s: where the clock put it, less
    that and the floor; arrival_error_s: the same for a host that takes arrival for the time."""

    taken_s: NDArray[np.float64]
    error_s: NDArray[np.float64]
    arrival_error_s: NDArray[np.float64]
    uncertainty_s: NDArray[np.float64]
    skew_ppm: float | None


def place(link: Link, duration_s: float, seed: int) -> Placed:
    """Send duration_s of packets over the link and through a DeviceClock."""
    rng = np.random.default_rng(seed)
    sizes = link.samples - np.resize(link.shorter, int(duration_s * link.rate_hz / link.samples))
    last_index = np.cumsum(sizes) - 1
    started_s = rng.uniform(0, 1)
    minutes = last_index / link.rate_hz / 60
    ppm = link.skew_ppm + 0.5 * link.drift_ppm_per_min * minutes
    # The device takes a sample every 1/rate of its own seconds.
    taken_s = started_s + last_index / link.rate_hz / (1 + ppm * 1e-6)
    boot_us = int(rng.integers(0, 2**32))
    interval_us = round(1e6 / link.rate_hz)
    tick_us = np.rint((last_index - sizes + 1) * 1e6 / link.rate_hz).astype(np.int64) + boot_us
    last_tick_us = tick_us + (sizes - 1) * 1e6 / link.rate_hz
    phase_s = rng.uniform(0, link.interval_s)
    arrival_s = _arrivals(link, taken_s, phase_s=phase_s, rng=rng)
    exchanges = _exchanges(link, float(taken_s[0]), float(taken_s[-1]), phase_s=phase_s, rng=rng)
    clock = DeviceClock()
    error_s = np.empty(len(sizes))
    uncertainty_s = np.empty(len(sizes))
    for k, (tick, n, arrival) in enumerate(
        zip(tick_us.tolist(), sizes.tolist(), arrival_s.tolist(), strict=True)
    ):
        while exchanges and exchanges[-1][2] <= arrival:
            wrote_s, received_s, answered_s = exchanges.pop()
            receipt = float(np.interp(received_s, taken_s, last_tick_us))
            clock.exchange(round(wrote_s * 1e6), round(receipt) % 2**32, arrival_ns=round(answered_s * 1e9))
        times = clock.push(tick % 2**32, n, interval_us=interval_us, arrival_ns=round(arrival * 1e9))
        error_s[k] = times[-1] * 1e-6 - taken_s[k] - FLOOR_S
        uncertainty_s[k] = clock.uncertainty_s or np.nan
    return Placed(taken_s, error_s, arrival_s - taken_s - FLOOR_S, uncertainty_s, clock.skew_ppm)


def _exchanges(
    link: Link, begin_s: float, end_s: float, *, phase_s: float, rng: np.random.Generator
) -> list[tuple[float, float, float]]:
    """(written, received, answer arrived) in host time, the last one first."""
    if not link.exchanges_per_s:
        return []
    # More of them at first, as ingest.ble does.
    wrote = np.append(
        begin_s + 0.2 + 0.1 * np.arange(20), np.arange(begin_s + 2.5, end_s - 1, 1 / link.exchanges_per_s)
    )
    wrote = wrote + rng.uniform(0, 0.05, len(wrote))
    event = np.ceil((wrote + WRITE_FLOOR_S - phase_s) / link.interval_s)
    event += rng.geometric(1 - link.retry, len(wrote)) - 1
    answer = event + rng.geometric(1 - link.retry, len(wrote))
    received = phase_s + event * link.interval_s
    answered = phase_s + answer * link.interval_s + 0.5 * FLOOR_S + rng.exponential(0.3e-3, len(wrote))
    return list(zip(wrote.tolist(), received.tolist(), answered.tolist(), strict=True))[::-1]


def _arrivals(
    link: Link, taken_s: NDArray[np.float64], *, phase_s: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    n = len(taken_s)
    phase = phase_s
    ready = taken_s + 0.5 * FLOOR_S
    event = np.ceil((ready - phase) / link.interval_s)
    event += rng.geometric(1 - link.retry, n) - 1
    for begin in rng.uniform(taken_s[0], taken_s[-1], rng.poisson(link.fades_per_min * taken_s[-1] / 60)):
        end = begin + rng.uniform(0.2, 2.0)
        event_end = np.ceil((end - phase) / link.interval_s)
        event[(ready >= begin) & (ready < end)] = event_end
    # In order, a few packets an event.
    slots = np.maximum.accumulate(event * PACKETS_PER_EVENT - np.arange(n)) + np.arange(n)
    at = phase + np.floor(slots / PACKETS_PER_EVENT) * link.interval_s + 0.5 * FLOOR_S
    at += rng.exponential(0.3e-3, n) + 0.02 * (rng.random(n) < link.stall)
    return np.maximum.accumulate(at)


def alignment_s(left: Placed, right: Placed, after_s: float = 0.0) -> NDArray[np.float64]:
    """How far apart the two clocks put the same moment, at every packet of the left one after after_s."""
    later = left.taken_s > left.taken_s[0] + after_s
    return left.error_s[later] - np.interp(left.taken_s[later], right.taken_s, right.error_s)
