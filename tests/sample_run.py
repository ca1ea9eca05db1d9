"""A run as the pipeline would report it, made of the result types alone: seeded, with alerts, gaps and
clipping.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import peak_at_least
from kneeload.results import Result, SensorHealth, Summary
from kneeload.review.run_data import RunData, Waveform

__all__ = [
    "DURATION_S",
    "SHINS",
    "sample_alerts",
    "sample_health",
    "sample_results",
    "sample_run_data",
    "sample_strides",
]

DURATION_S = 300.0
SHINS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
WALK_UNTIL_S = 40.0
SILENT_S = (150.0, 162.0)


def sample_strides(mount: Mount, *, duration_s: float = DURATION_S, seed: int = 1) -> list[Stride]:
    """Standing 10 s, walking to 40 s, then running; the right side lands harder as the run goes on."""
    random = np.random.default_rng([seed, list(Mount).index(mount)])
    out: list[Stride] = []
    at_s, previous = 10.0 + 0.35 * (mount.side == "right"), None
    factor = 3.0 if mount.segment == "shoe" else 1.0
    while at_s < duration_s - 2:
        running = at_s >= WALK_UNTIL_S
        stride_s = float((0.72 if running else 1.08) + random.normal(0, 0.008))
        contact_s = float((0.26 if running else 0.66) + random.normal(0, 0.012))
        rise = 1 + 0.5 * max(0.0, at_s - 120) / 180 * (mount.side == "right")
        peak_g = float((7.5 if running else 2.6) * factor * rise * random.lognormal(0, 0.1))
        clipped = peak_g > 11.5 * factor
        peak_g = min(peak_g, 11.5 * factor)
        silent = mount.side == "left" and SILENT_S[0] <= at_s < SILENT_S[1]
        if not silent:
            gap = bool(random.random() < 0.01)
            out.append(
                Stride(
                    stride=len(out),
                    mount=mount,
                    initial_contact_us=round(at_s * 1e6),
                    toe_off_us=None if gap else round((at_s + contact_s) * 1e6),
                    contact_time_s=None if gap else contact_s,
                    flight_time_s=None if gap else stride_s / 2 - contact_s,
                    stride_time_s=None if previous is None else at_s - previous,
                    cadence_spm=None if previous is None else 120 / (at_s - previous),
                    activity="run" if running else "walk",
                    peak_resultant_g=None if gap else peak_g,
                    peak_axial_g=None if gap else 0.85 * peak_g,
                    jerk_g_per_s=None if gap else 60 * peak_g,
                    clipped=clipped,
                    gap=gap,
                    quality=0.3 if gap else 0.9,
                    filter="butter4-60hz-zero-phase",
                    contact_method="sample",
                    toe_off_method="sample",
                    ringing=0.1,
                )
            )
            previous = at_s
        else:
            previous = None
        at_s += stride_s
    return out


def sample_alerts(mounts: Sequence[Mount] = SHINS) -> list[Alert]:
    """A shock alert raised and cleared, a silent sensor, an asymmetry that stays."""
    left, right = mounts[0], mounts[1]
    return [
        Alert("sensor-silent", "warning", "raised", 155_000_000, left, 5.0, 5.0),
        Alert("sensor-silent", "warning", "cleared", 162_500_000, left, 0.1, 1.5),
        Alert("shock-high", "warning", "raised", 222_000_000, right, 9.4, 9.1),
        Alert("shock-high", "warning", "cleared", 260_000_000, right, 8.1, 8.3),
        Alert("shock-asymmetry-changed", "info", "raised", 270_000_000, None, 21.5, 10.0),
    ]


def sample_health(mount: Mount, *, duration_s: float = DURATION_S) -> Iterator[SensorHealth]:
    """Every 5 s, and when the left sensor's link is lost and comes back; the last one says the run is
    over.
    """
    for t_s in np.arange(5.0, duration_s + 0.1, 5.0):
        lost = mount.side == "left" and SILENT_S[0] < t_s < SILENT_S[1]
        over = t_s + 5 > duration_s
        yield SensorHealth(
            t_us=round(t_s * 1e6),
            mount=mount,
            connected=not (lost or over),
            rate_hz=0.0 if lost else 208.0,
            packets_received=int(t_s * 11),
            packets_bad=0,
            packets_duplicate=1,
            samples_received=int(t_s * 208),
            samples_lost=2,
            lost_percent=100.0 if lost else 0.2,
            clipped_percent=0.0,
            battery_percent=80 - t_s / 60,
            reconnects=int(mount.side == "left" and t_s > SILENT_S[1]),
            clock_skew_ppm=12.0,
            clock_uncertainty_s=0.002,
        )


def sample_summaries(strides: Sequence[Stride], *, duration_s: float = DURATION_S) -> Iterator[Summary]:
    """Every 5 s, from the strides of the 5 s before."""
    for t_s in np.arange(5.0, duration_s + 0.1, 5.0):
        last = [s for s in strides if 0 <= t_s - s.initial_contact_us / 1e6 < 5]
        running = min(max(0.0, t_s - WALK_UNTIL_S), t_s)

        def middle(name: str, side: str, among: Sequence[Stride] = last) -> float | None:
            values = [getattr(s, name) for s in among if s.mount.side == side]
            known = [value for value in values if value is not None]
            return float(np.median(known)) if known else None

        yield Summary(
            t_us=round(t_s * 1e6),
            activity="run" if t_s > WALK_UNTIL_S else "walk" if t_s > 10 else "idle",
            strides=sum(s.initial_contact_us / 1e6 < t_s for s in strides),
            cadence_spm=middle("cadence_spm", "left") or middle("cadence_spm", "right"),
            contact_time_left_s=middle("contact_time_s", "left"),
            contact_time_right_s=middle("contact_time_s", "right"),
            peak_resultant_left_g=middle("peak_resultant_g", "left"),
            peak_resultant_right_g=middle("peak_resultant_g", "right"),
            shock_asymmetry_percent=8.0 if t_s > 60 else None,
            running_s=running,
            walking_s=max(0.0, min(t_s, WALK_UNTIL_S) - 10),
            idle_s=min(t_s, 10.0),
            alerts_open=int(t_s > 222),
            peak_resultant_left_at_least=peak_at_least(s for s in last if s.mount.side == "left"),
            peak_resultant_right_at_least=peak_at_least(s for s in last if s.mount.side == "right"),
        )


def sample_results(mounts: Sequence[Mount] = SHINS) -> list[Result]:
    """Everything of one run, in the order of time."""
    strides = [stride for mount in mounts for stride in sample_strides(mount)]
    health = [row for mount in mounts for row in sample_health(mount)]
    results: list[Result] = [*strides, *sample_alerts(mounts), *health, *sample_summaries(strides)]
    return sorted(results, key=lambda r: r.initial_contact_us if isinstance(r, Stride) else r.t_us)


def sample_waveform(
    mount: Mount, strides: Sequence[Stride], *, at_us: int, rate_hz: float = 208.0
) -> Waveform:
    """±3 s of samples with an impact at each contact and a hole of 0.1 s."""
    random = np.random.default_rng(7)
    t_us = at_us + np.arange(-3_000_000, 3_000_001, round(1e6 / rate_hz))
    hole = (t_us > at_us + 1_000_000) & (t_us < at_us + 1_100_000)
    t_us = t_us[~hole].astype(np.int64)
    acc_g = np.zeros((len(t_us), 3))
    acc_g[:, 1] = 1.0
    for stride in (s for s in strides if s.mount is mount and s.peak_resultant_g is not None):
        since_s = (t_us - stride.initial_contact_us) / 1e6 - 0.03
        shape = np.exp(-((since_s / 0.012) ** 2))
        acc_g += np.outer(shape, [0.4, 0.9, 0.2]) * float(stride.peak_resultant_g or 0)
    acc_g += random.normal(0, 0.15, acc_g.shape)
    return Waveform(mount, t_us, acc_g)


def sample_run_data(mounts: Sequence[Mount] = SHINS, **changes: object) -> RunData:
    """The sample run as the review takes it."""
    strides = [stride for mount in mounts for stride in sample_strides(mount)]
    alerts = sample_alerts(mounts)
    waveforms = {
        place: tuple(
            sample_waveform(mount, strides, at_us=alert.t_us)
            for mount in mounts
            if alert.mount in (None, mount) and alert.rule != "sensor-silent"
        )
        for place, alert in enumerate(alerts)
        if alert.state == "raised"
    }
    values: dict[str, object] = {
        "run": "20260301T070000Z",
        "runner": "Ada",
        "duration_s": DURATION_S,
        "strides": tuple(sorted(strides, key=lambda s: s.initial_contact_us)),
        "alerts": tuple(alerts),
        "summaries": tuple(sample_summaries(strides)),
        "health": tuple(row for mount in mounts for row in sample_health(mount)),
        "waveforms": waveforms,
    }
    return RunData(**(values | changes))  # type: ignore[arg-type]
