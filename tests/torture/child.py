"""One run in a process of its own, to be killed: everything of the product from the first packet on.

Each line on stdout is a fact that the process has stated before it died: P i = packet i is about to be taken,
S mount n = stride n was journalled, B = the run has begun, E run = it ended by itself; L p95 largest grown =
milliseconds from arrival to journal, and kB by which its memory grew from a quarter of the run to its end.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dsp.stride import Stride
from firmware_sim.clock import Clock
from ingest.packet import Packet
from kneeload.conduct import conduct
from kneeload.config import load
from kneeload.offer import offer
from kneeload.results import Result
from kneeload.view import Silent
from tests.torture.runner import FAMILIES, after_connecting, load_packets

__all__ = ["main"]


STEP_AFTER_NS = 3_000_000_000


def state(line: str) -> None:
    """In one write: a line is there or not."""
    os.write(1, line.encode() + b"\n")


def resident_kb() -> int:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def fake_wall(begin_s: float, step_s: float) -> None:
    """The wall clock of this process: begins there, and is set by step_s three seconds later."""
    began_ns = time.monotonic_ns()

    def time_ns() -> int:
        passed_ns = time.monotonic_ns() - began_ns
        return round((begin_s + (step_s if passed_ns > STEP_AFTER_NS else 0.0)) * 1e9) + passed_ns

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


class Stating(Silent):
    """Called with what is in the journal."""

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            if isinstance(result, Stride):
                state(f"S {result.mount} {result.stride}")

    def note(self, line: str) -> None:
        state(f"N {line}")


async def run(arguments: argparse.Namespace) -> None:
    config = load(arguments.config, data_dir=arguments.data)
    packets = load_packets(arguments.packets)
    number = {id(packet): index for index, packet in enumerate(packets)}
    cut = offer(config, FAMILIES, wanted=None) if arguments.resume else None
    clock = Clock(arguments.speedup, begin_ns=cut.begin_ns(arguments.speedup) if cut else 0)
    end_ns = clock.now_ns() + round(arguments.more * 1e9)
    ended = asyncio.Event()
    memory_kb: list[int] = []

    async def links(receive: Callable[[Packet], None]) -> None:
        state("B")
        came = packets if cut is None else after_connecting(packets, clock.now_ns())
        quarter_ns = clock.now_ns() + (min(end_ns, packets[-1].arrival_ns) - clock.now_ns()) // 4
        for packet in came:
            if packet.arrival_ns > end_ns:
                break
            await clock.sleep(max(0, packet.arrival_ns - clock.now_ns()) * 1e-9)
            state(f"P {number.get(id(packet), -1)}")
            now_ns = clock.now_ns()
            if now_ns > quarter_ns and not memory_kb:
                memory_kb.append(resident_kb())
            receive(Packet(packet.mount, packet.family, packet.kind, now_ns, packet.data))
        ended.set()
        await asyncio.Event().wait()

    async def until() -> None:
        await ended.wait()
        memory_kb.append(resident_kb())

    view = Stating()
    outcome = await conduct(
        config, clock=clock, links=links, families=FAMILIES, until=until, view=view, cut=cut
    )
    keeper = outcome.keeper
    largest = max(keeper.latencies.newest_ms, default=0.0)
    state(f"L {keeper.latencies.percentile_ms(95) or 0.0:.3f} {largest:.3f} {memory_kb[-1] - memory_kb[0]}")
    state(f"E {outcome.run}")


def main(words: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("packets", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--speedup", type=float, default=10.0)
    parser.add_argument("--more", type=float, default=1e6, help="seconds of run time")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--wall", type=float, help="the wall clock says this UTC time, s, at the start")
    parser.add_argument("--step", type=float, default=0.0, help="s by which it is set after 3 s")
    arguments = parser.parse_args(words)
    if arguments.wall is not None:
        fake_wall(arguments.wall, arguments.step)
    asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
