"""Simulated runs through signal processing and rules."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from alerts.alert import Alert
from alerts.engine import AlertEngine
from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from dsp.stride import Stride
from firmware_sim.gait import GaitSource
from firmware_sim.impact import Fastening
from firmware_sim.plan import Phase, Plan

__all__ = ["STAND", "alerts_of", "run", "strides_of"]

PIECE_S = 20.0
STAND = Phase(activity="stand", duration_s=4.0)


def run(minutes: float, speed_kmh: float, **settings: object) -> Phase:
    return Phase(activity="run", duration_s=60.0 * minutes, speed_kmh=speed_kmh, **settings)  # type: ignore[arg-type]


@cache
def strides_of(
    mount: Mount,
    phases: tuple[Phase, ...],
    *,
    rate_hz: float = 200.0,
    acc_range_g: float = 200.0,
    seed: int = 1,
    loose: bool = False,
) -> tuple[Stride, ...]:
    source = GaitSource(
        mount,
        Plan.of(*phases),
        rate_hz=rate_hz,
        acc_range_g=acc_range_g,
        seed=seed,
        fastening=Fastening.loose() if loose else Fastening(),
    )
    pipeline = StridePipeline(mount)
    strides = list(_pushed(pipeline, source, mount))
    return (*strides, *pipeline.flush())


def _pushed(pipeline: StridePipeline, source: GaitSource, mount: Mount) -> Iterator[Stride]:
    done_s, fresh = 0.0, True
    while done_s < source.plan.duration_s:
        done_s += PIECE_S
        samples = source.take(done_s)
        yield from pipeline.push(
            ImuBlock(
                mount,
                np.rint(samples.t_s * 1e6).astype(np.int64),
                np.ascontiguousarray(samples.acc_g.clip(-source.acc_range_g, source.acc_range_g)),
                samples.gyro_dps,
                source.rate_hz,
                restart=fresh,
                acc_range_g=source.acc_range_g,
            )
        )
        fresh = False


def alerts_of(engine: AlertEngine, *sensors: Sequence[Stride]) -> list[Alert]:
    """What the contacts of one or several sensors raise and clear, in the order of time."""
    strides = sorted((s for strides in sensors for s in strides), key=lambda s: s.initial_contact_us)
    return [alert for stride in strides for alert in engine.push(stride)]
