"""What the signal core costs: against the yardstick, in pieces and as one array, and how it grows."""

from collections.abc import Sequence

import numpy as np

from benchmarks.sheet import Sheet, number
from benchmarks.speed.inputs import RATE_HZ, blocks_of, running
from benchmarks.speed.reference import channels_of, filter_and_find
from benchmarks.speed.timing import interleaved, seconds
from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline

__all__ = ["core_sheet", "growth_sheet"]

NOTIFICATION_SAMPLES = 17
PIECE_S = 600.0
AIM, STRETCH = 20.0, 8.0
HOURS = (1, 2, 4, 8)
SENSORS = (1, 2, 4, 8, 16, 32, 64)


def push_all(stream: Sequence[ImuBlock]) -> int:
    pipeline = StridePipeline(stream[0].mount)
    return sum(len(pipeline.push(block)) for block in stream) + len(pipeline.flush())


def push_interleaved(streams: Sequence[Sequence[ImuBlock]]) -> int:
    """Several sensors at once, block by block in turn, as one process serves them."""
    pipelines = [StridePipeline(stream[0].mount) for stream in streams]
    return sum(
        len(pipeline.push(block))
        for blocks in zip(*streams, strict=True)
        for pipeline, block in zip(pipelines, blocks, strict=True)
    )


def core_sheet() -> Sheet:
    rows = []
    for mount in (Mount.LEFT_SHIN, Mount.LEFT_SHOE):
        samples = running(mount, PIECE_S)
        channels = channels_of(samples.acc_g, samples.gyro_dps)
        for name, size in (
            (f"pieces of {NOTIFICATION_SAMPLES} samples", NOTIFICATION_SAMPLES),
            ("one array", len(samples)),
        ):
            stream = blocks_of(samples, mount, size=size)
            ratio = interleaved(
                lambda stream=stream: push_all(stream),  # type: ignore[misc]
                lambda channels=channels: filter_and_find(channels, RATE_HZ),  # type: ignore[misc]
                repeats=5,
            )
            hours = PIECE_S / ratio.ours_s / 2
            rows.append(
                (
                    f"{mount.segment}, {name}",
                    number(1e3 * ratio.ours_s),
                    number(1e3 * ratio.reference_s),
                    number(ratio.ratio, 1),
                    f"≤ {AIM:g} (stretch {STRETCH:g})",
                    number(hours, 0),
                )
            )
    return Sheet(
        "The signal core, as a ratio to one sosfiltfilt + find_peaks over the same recording",
        ("sensor and input", "ms", "yardstick ms", "ratio", "aim", "two-sensor hours in a core-hour"),
        tuple(rows),
        notes=(
            f"{PIECE_S / 60:g} minutes of a simulated walk and run, six axes at {RATE_HZ:g} Hz; "
            "the yardstick filters all six channels once forth and back and finds the resultant's peaks.",
        ),
    )


def growth_sheet() -> Sheet:
    rows: list[tuple[str, ...]] = []
    an_hour = running(Mount.LEFT_SHIN, 3600.0)
    base_s = 0.0
    for hours in HOURS:
        stream = blocks_of(an_hour, Mount.LEFT_SHIN, size=4096, repeat=hours)
        cost_s = seconds(lambda stream=stream: push_all(stream))  # type: ignore[misc]
        base_s = base_s or cost_s
        rows.append((f"1 sensor, {hours} h", number(cost_s, 2), number(cost_s / base_s / hours, 2)))
    minutes = running(Mount.LEFT_SHIN, 120.0)
    stream = blocks_of(minutes, Mount.LEFT_SHIN, size=NOTIFICATION_SAMPLES)
    base_s = float(np.median([seconds(lambda: push_interleaved([stream])) for _ in range(3)]))
    for count in SENSORS:
        cost_s = seconds(lambda count=count: push_interleaved([stream] * count))  # type: ignore[misc]
        rows.append(
            (f"{count} sensors at once, 2 min", number(cost_s, 2), number(cost_s / base_s / count, 2))
        )
    return Sheet(
        "Growth with length and number of sensors",
        ("load", "CPU seconds", "cost of a unit, × the first"),
        tuple(rows),
        notes=(
            "1.00 throughout is exactly linear. Length in blocks of 4096 samples, sensors in notifications.",
        ),
    )
