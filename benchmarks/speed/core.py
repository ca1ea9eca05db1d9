"""What the signal core costs: against the yardstick, in pieces and as one array, and how it grows."""

from collections.abc import Sequence
from functools import partial

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
                repeats=9,
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
    an_hour = running(Mount.LEFT_SHIN, 3600.0)
    hour = blocks_of(an_hour, Mount.LEFT_SHIN, size=4096)
    rows = []
    for hours in HOURS:
        stream = blocks_of(an_hour, Mount.LEFT_SHIN, size=4096, repeat=hours)
        # Between two single hours: what slows the machine down slows all three.
        costs_s = [seconds(partial(push_all, load)) for load in (hour, stream, hour)]
        share = costs_s[1] / hours / (0.5 * (costs_s[0] + costs_s[2]))
        rows.append((f"1 sensor, {hours} h", number(costs_s[1], 2), number(share, 2)))
    stream = blocks_of(running(Mount.LEFT_SHIN, 120.0), Mount.LEFT_SHIN, size=NOTIFICATION_SAMPLES)
    for count in SENSORS:
        ratio = interleaved(
            lambda count=count: push_interleaved([stream] * count),  # type: ignore[misc]
            lambda: push_interleaved([stream]),
            repeats=3,
        )
        rows.append(
            (f"{count} sensors at once, 2 min", number(ratio.ours_s, 2), number(ratio.ratio / count, 2))
        )
    return Sheet(
        "Growth with length and number of sensors",
        ("load", "CPU seconds", "cost of a unit, × one alone"),
        tuple(rows),
        notes=(
            "1.00 throughout is exactly linear. Length in blocks of 4096 samples, sensors in notifications.",
        ),
    )
