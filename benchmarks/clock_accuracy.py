"""python -m benchmarks.clock_accuracy: how well DeviceClock places samples, over simulated Bluetooth links.

A link: the device's oscillator is off by its skew; packets are ready when their last sample is taken, wait
for the next connection event, are retried with a chance, wait through fades and come in bursts afterwards,
and the host adds its jitter. The truth is when each sample was taken. --write puts the tables into
docs/clock.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray

from ingest.clock import DeviceClock

__all__ = ["FLOOR_S", "Link", "Pair", "Placed", "alignment_s", "main", "place", "place_pair"]

# What every packet needs at least: processing in the sensor, radio, host.
FLOOR_S: Final = 0.002
# The same for a write: not what DeviceClock takes it to be, as on a real host.
WRITE_FLOOR_S: Final = 0.002
PACKETS_PER_EVENT: Final = 4
PAGE: Final = Path(__file__).parents[1] / "docs" / "clock.md"
SETTLED_S: Final = 10.0
INTERVALS_MS: Final = (7.5, 15.0, 30.0, 50.0)
HEADER: Final = (
    "| interval, ms | arrival p95 | one sensor p95 | left/right p50 | left/right p95 | left/right max "
    "| p95 in the first 10 s | within the uncertainty stated |"
)
MARK: Final = "<!-- table: python -m benchmarks.clock_accuracy --write -->"


@dataclass(frozen=True, slots=True)
class Link:
    """One sensor's clock and radio. shorter: samples by which packets differ in turn from the fullest one.

    retry: chance that a packet misses an event; stall: that the host holds it up by 20 ms; fades_per_min:
    times nothing gets through for 0.2 to 2 s; exchanges_per_s: of times, written at phases of their own;
    starved_s: by how much at least the host comes late to whatever arrives, and on average twice.
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
    starved_s: float = 0.0


LINKS: Final = {
    "The profile as it is: 208 Hz, 17 to 19 samples a packet": Link(),
    "The same without exchanges of times": Link(exchanges_per_s=0.0),
    "The worst: 200 Hz, 10 samples a packet, period and interval locked": Link(
        rate_hz=200.0, samples=10, shorter=(0,)
    ),
    "The worst without exchanges of times": Link(
        rate_hz=200.0, samples=10, shorter=(0,), exchanges_per_s=0.0
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """taken_s: when the last sample of each packet was really taken; error_s: where the clock put it, less
    that and the floor; arrival_error_s: the same for a host that takes arrival for the time; usable: whether
    the clock stands by it."""

    taken_s: NDArray[np.float64]
    error_s: NDArray[np.float64]
    arrival_error_s: NDArray[np.float64]
    uncertainty_s: NDArray[np.float64]
    usable: NDArray[np.bool_]
    skew_ppm: float | None


def place(link: Link, duration_s: float, seed: int, *, stalls: Sequence[tuple[float, float]] = ()) -> Placed:
    """Send duration_s of packets over the link and through a DeviceClock.

    stalls: (since the first packet, length) in s of times in which the host fetches nothing.
    """
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
    for after_s, length_s in sorted(stalls):
        begin_s = arrival_s[0] + after_s
        held = (arrival_s >= begin_s) & (arrival_s < begin_s + length_s)
        arrival_s[held] = begin_s + length_s
    exchanges = _exchanges(link, float(taken_s[0]), float(taken_s[-1]), phase_s=phase_s, rng=rng)
    clock = DeviceClock()
    error_s = np.empty(len(sizes))
    uncertainty_s = np.empty(len(sizes))
    usable = np.empty(len(sizes), dtype=np.bool_)
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
        usable[k] = clock.usable
    return Placed(taken_s, error_s, arrival_s - taken_s - FLOOR_S, uncertainty_s, usable, clock.skew_ppm)


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
    answered = np.maximum.accumulate(answered + _late(link, len(wrote), rng))
    return list(zip(wrote.tolist(), received.tolist(), answered.tolist(), strict=True))[::-1]


def _late(link: Link, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    if not link.starved_s:
        return np.zeros(n)
    return link.starved_s + rng.exponential(link.starved_s, n)


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
    at += rng.exponential(0.3e-3, n) + 0.02 * (rng.random(n) < link.stall) + _late(link, n, rng)
    arrivals: NDArray[np.float64] = np.maximum.accumulate(at)
    return arrivals


def alignment_s(left: Placed, right: Placed, after_s: float = 0.0) -> NDArray[np.float64]:
    """How far apart the two clocks put the same moment, at every packet of the left one after after_s."""
    later = left.taken_s > left.taken_s[0] + after_s
    apart: NDArray[np.float64] = left.error_s[later] - np.interp(
        left.taken_s[later], right.taken_s, right.error_s
    )
    return apart


@dataclass(frozen=True, slots=True)
class Pair:
    """A left and a right sensor, several runs. Absolute errors: alignment of the two, each one's own, what
    arrival times would give, ms; the first ten seconds left out, and on their own; how often an error was
    within the uncertainty stated."""

    alignment_ms: NDArray[np.float64]
    error_ms: NDArray[np.float64]
    arrival_ms: NDArray[np.float64]
    early_alignment_ms: NDArray[np.float64]
    within: float


def place_pair(link: Link, *, duration_s: float, runs: int) -> Pair:
    """Two sensors on links of this kind, skews drawn from ±50 ppm around the link's own."""
    alignment, error, arrival, early, within = [], [], [], [], []
    for run in range(runs):
        skews = np.random.default_rng(run).uniform(-50, 50, 2) + link.skew_ppm
        left, right = (
            place(replace(link, skew_ppm=float(skew)), duration_s, 2 * run + side)
            for side, skew in enumerate(skews)
        )
        settled = left.taken_s > left.taken_s[0] + SETTLED_S
        alignment.append(np.abs(alignment_s(left, right, SETTLED_S)))
        early.append(np.abs(alignment_s(left, right)[: int((~settled).sum())]))
        error.append(np.abs(left.error_s[settled]))
        within.append(np.abs(left.error_s[settled]) <= left.uncertainty_s[settled])
        spread = left.arrival_error_s[settled]
        arrival.append(np.abs(spread - np.median(spread)))
    alignment_ms, error_ms, arrival_ms, early_ms = (
        np.concatenate(parts) * 1e3 for parts in (alignment, error, arrival, early)
    )
    return Pair(alignment_ms, error_ms, arrival_ms, early_ms, float(np.concatenate(within).mean()))


def _rows(link: Link, duration_s: float, runs: int) -> list[str]:
    rows = []
    for interval_ms in INTERVALS_MS:
        pair = place_pair(replace(link, interval_s=interval_ms / 1e3), duration_s=duration_s, runs=runs)
        figures = [
            np.quantile(pair.arrival_ms, 0.95),
            np.quantile(pair.error_ms, 0.95),
            np.quantile(pair.alignment_ms, 0.5),
            np.quantile(pair.alignment_ms, 0.95),
            pair.alignment_ms.max(),
            np.quantile(pair.early_alignment_ms, 0.95),
        ]
        cells = " | ".join(f"{figure:.1f}" for figure in figures)
        rows.append(f"| {interval_ms:g} | {cells} | {100 * pair.within:.0f} % |")
    return rows


def main(
    duration_s: Annotated[float, typer.Option(help="length of each run")] = 600.0,
    runs: Annotated[int, typer.Option(help="runs of two sensors for each row")] = 10,
    write: Annotated[bool, typer.Option(help=f"write the tables into docs/{PAGE.name}")] = False,
) -> None:
    """Accuracy of the device clock over simulated links."""
    text = ""
    for title, link in LINKS.items():
        rows = [HEADER, "|" + "---|" * (HEADER.count("|") - 1), *_rows(link, duration_s, runs)]
        table = "\n".join(rows)
        text += f"\n### {title}\n\n{table}\n"
    print(text)
    if write:
        page = PAGE.read_text()
        PAGE.write_text(page[: page.index(MARK) + len(MARK)] + "\n" + text)


if __name__ == "__main__":
    typer.run(main)
