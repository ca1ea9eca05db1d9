"""A sensor that was let in and turns on us: it can waste what one connection brings, and no more."""

import gc
import random
import tracemalloc
from collections.abc import Iterator

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from kneeload.monitor import Monitor
from tests.fuzz.feed import Feed
from tests.fuzz.wire import hostile_config, hostile_data

STEP_NS = 25_000_000
LARGEST_GROWTH = 256 * 1024


def absurd(count: int, *, from_ns: int, seed: int) -> Iterator[Packet]:
    """Well-formed packets without sense: other rates, boots, counters and ticks each time, and noise."""
    source = random.Random(seed)
    layout = 0
    for number in range(count):
        feed = Feed(source.randbytes(64))
        kind = Kind.DATA
        match source.randrange(12):
            case 0:
                kind, (body, layout) = Kind.CONFIG, hostile_config(feed)
            case 1:
                kind, body = source.choice(tuple(Kind)), source.randbytes(source.randrange(64))
            case _:
                tick = source.getrandbits(32)
                body = hostile_data(
                    feed, layout, source.getrandbits(32), tick_us=tick, boot=source.randrange(256)
                )
        yield Packet(Mount.LEFT_SHIN, "kneeload-v1", kind, from_ns + number * STEP_NS, body)


def test_memory_does_not_grow_with_what_a_hostile_sensor_sends() -> None:
    monitor = Monitor({Mount.LEFT_SHIN: "kneeload-v1"})
    results = 0
    kept = []
    tracemalloc.start()
    try:
        for part in range(3):
            for packet in absurd(1500, from_ns=part * 1500 * STEP_NS, seed=part):
                results += len(monitor.receive(packet))
            gc.collect()
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert kept[2] - kept[1] < LARGEST_GROWTH, kept
    # Two results every five seconds, those of the link's changes, and no more strides than a leg can make.
    seconds = 4500 * STEP_NS / 1e9
    assert results < 20 * seconds
    health = monitor.health[Mount.LEFT_SHIN]
    assert 0 < health.packets_bad <= health.packets_received + 4500
