"""What one notification costs, from its bytes to its results."""

import numpy as np
from scipy import signal

from benchmarks.sheet import Sheet, number
from benchmarks.speed.inputs import RATE_HZ, packets
from benchmarks.speed.reference import channels_of, yardstick_sos
from benchmarks.speed.timing import Ratio, interleaved
from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from ingest.packet import Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from kneeload.monitor import Monitor

__all__ = ["notification_sheet"]

RUN_S = 120.0
AIM = 5.0


def decode_and_push(arrived: list[Packet]) -> int:
    mount = arrived[0].mount
    stream, pipeline = SensorStream(mount, FAMILIES[arrived[0].family]), StridePipeline(mount)
    strides = 0
    for packet in arrived:
        block = stream.receive(packet)
        if block is not None:
            strides += len(pipeline.push(block))
    return strides


def decode(arrived: list[Packet]) -> list[ImuBlock]:
    stream = SensorStream(arrived[0].mount, FAMILIES[arrived[0].family])
    return [block for packet in arrived if (block := stream.receive(packet)) is not None]


def monitor(arrived: list[Packet]) -> int:
    watching = Monitor({arrived[0].mount: arrived[0].family})
    return sum(len(watching.receive(packet)) for packet in arrived)


def filter_each(stream: list[ImuBlock]) -> None:
    """One sosfilt call a block, all channels, state carried: the least that filters a notification."""
    sos = yardstick_sos(RATE_HZ)
    channels = [channels_of(block.acc_g, block.gyro_dps) for block in stream]
    state = np.zeros((sos.shape[0], 2, channels[0].shape[1]))
    for values in channels:
        _, state = signal.sosfilt(sos, values, axis=0, zi=state)


def notification_sheet() -> Sheet:
    arrived = packets(Mount.LEFT_SHIN, RUN_S)
    stream = decode(arrived)
    count = len(stream)
    samples = sum(len(block) for block in stream) / count
    rows = [
        ("decode (ingest.stream)", interleaved(lambda: decode(arrived), lambda: filter_each(stream))),
        ("decode + dsp", interleaved(lambda: decode_and_push(arrived), lambda: filter_each(stream))),
        (
            "decode + dsp + alerts (kneeload.monitor)",
            interleaved(lambda: monitor(arrived), lambda: filter_each(stream)),
        ),
    ]
    return Sheet(
        "One notification, as a ratio to one scipy.signal.sosfilt call on the same block",
        ("what", "µs a notification", "sosfilt µs", "ratio", "aim"),
        tuple(_row(name, ratio, count) for name, ratio in rows),
        notes=(
            f"{count} notifications of {samples:.1f} six-axis samples at {RATE_HZ:g} Hz from a shin; "
            "sosfilt: one second-order section over the six channels, its state carried.",
        ),
    )


def _row(name: str, ratio: Ratio, count: int) -> tuple[str, ...]:
    return (
        name,
        number(1e6 * ratio.ours_s / count),
        number(1e6 * ratio.reference_s / count),
        number(ratio.ratio, 2),
        f"≤ {AIM:g}",
    )
