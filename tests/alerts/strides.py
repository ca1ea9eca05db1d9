"""Foot contacts for tests: steady running with every value given by name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from alerts.alert import Alert
from alerts.engine import AlertEngine
from dsp.mount import Mount
from dsp.stride import Stride

STEADY = Stride(
    stride=0,
    mount=Mount.LEFT_SHIN,
    initial_contact_us=0,
    toe_off_us=None,
    contact_time_s=0.25,
    flight_time_s=0.1,
    stride_time_s=0.7,
    cadence_spm=171.0,
    activity="run",
    peak_resultant_g=7.0,
    peak_axial_g=6.0,
    jerk_g_per_s=300.0,
    clipped=False,
    gap=False,
    quality=0.95,
    filter="test",
    contact_method="test",
    toe_off_method="test",
    ringing=0.2,
)


class Run:
    """A run on one engine: strides follow each other every 0.7 s on each mount."""

    def __init__(self, engine: AlertEngine) -> None:
        self.engine = engine
        self.t_us = 0
        self.number = 0

    def steps(
        self, count: int, *, mounts: tuple[Mount, ...] = (Mount.LEFT_SHIN,), **changes: Any
    ) -> list[Alert]:
        """So many strides of every mount, with these fields changed; the alerts that came."""
        alerts = []
        for stride in self.strides(count, mounts=mounts, **changes):
            alerts.extend(self.engine.push(stride))
        return alerts

    def strides(self, count: int, *, mounts: tuple[Mount, ...], **changes: Any) -> Iterator[Stride]:
        for _ in range(count):
            self.t_us += 700_000
            for mount in mounts:
                self.number += 1
                yield replace(
                    STEADY,
                    stride=self.number,
                    mount=mount,
                    initial_contact_us=self.t_us + (350_000 if mount.side == "right" else 0),
                    **changes,
                )


def words(alerts: list[Alert]) -> list[tuple[str, str]]:
    """Rule and state of each alert."""
    return [(alert.rule, alert.state) for alert in alerts]
