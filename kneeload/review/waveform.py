"""The raw samples around a moment, out of a run's packets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from alerts.alert import Alert
from alerts.rules import RULES
from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest.packet import Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from kneeload.review.run_data import Waveform
from kneeload.review.tracks import SILENCE

__all__ = ["AROUND_US", "MOST", "MOTIONLESS", "cut", "windows_of"]

AROUND_US = 3_000_000
"""Before and after an alert: some eight strides."""
MOST = 60
"""Alerts with a waveform; a run with more has a rule that does not fit."""

MOTIONLESS = frozenset(rule.id for rule in RULES if rule.metric == "battery_percent")
"""Rules of which the samples around say nothing."""


@dataclass
class Window:
    """What to keep for one alert. mounts: whose samples."""

    place: int
    from_us: int
    to_us: int
    mounts: frozenset[Mount]
    blocks: list[ImuBlock] = field(default_factory=list)


def windows_of(alerts: Sequence[Alert], mounts: Iterable[Mount]) -> list[Window]:
    """One window for each alert raised that motion tells of, up to MOST; an alert about both legs wants every
    sensor.
    """
    worn = frozenset(mounts)
    raised = [
        (place, alert)
        for place, alert in enumerate(alerts)
        if alert.state == "raised" and alert.rule not in MOTIONLESS
    ]
    return [
        Window(
            place,
            alert.t_us - AROUND_US - silence_us(alert),
            alert.t_us + AROUND_US,
            worn if alert.mount is None else frozenset({alert.mount}),
        )
        for place, alert in raised[:MOST]
    ]


def silence_us(alert: Alert) -> int:
    """How long nothing had come: the samples before that are what is worth seeing."""
    return round(alert.value * 1e6) if alert.rule in SILENCE else 0


def cut(packets: Iterable[Packet], windows: Sequence[Window]) -> Mapping[int, tuple[Waveform, ...]]:
    """Decode the run's packets once, in order (the clock needs all of them), and keep what the windows want.

    Result: Window.place -> one waveform a sensor; sensors without a sample there are missing.
    """
    streams: dict[Mount, SensorStream] = {}
    for packet in packets:
        if packet.family not in FAMILIES:
            continue
        stream = streams.get(packet.mount)
        if stream is None:
            stream = streams[packet.mount] = SensorStream(packet.mount, FAMILIES[packet.family])
        block = stream.receive(packet)
        if block is None or not len(block):
            continue
        first, last = int(block.t_us[0]), int(block.t_us[-1])
        for window in windows:
            if first <= window.to_us and last >= window.from_us and block.mount in window.mounts:
                window.blocks.append(block)
    return {window.place: joined(window) for window in windows}


def joined(window: Window) -> tuple[Waveform, ...]:
    out = []
    for mount in Mount:
        blocks = [block for block in window.blocks if block.mount is mount]
        if not blocks:
            continue
        t_us = np.concatenate([block.t_us for block in blocks])
        acc_g = np.concatenate([block.acc_g for block in blocks])
        inside = (t_us >= window.from_us) & (t_us <= window.to_us)
        if inside.any():
            out.append(Waveform(mount, t_us[inside], acc_g[inside]))
    return tuple(out)
