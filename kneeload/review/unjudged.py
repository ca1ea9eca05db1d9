"""What no alert could have told of this run, in short words: silence is no clean bill where nobody looked."""

from collections.abc import Iterable, Sequence

from alerts.engine import AlertEngine
from alerts.observation import Metric
from alerts.rules import RULES
from alerts.sensor_strides import steady
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.contacts import foot_contacts
from kneeload.review.run_data import RunData
from kneeload.review.words import place
from kneeload.spoken import counted

__all__ = ["unjudged"]

NOT_KNOWN = "what is usual was not known"


def unjudged(data: RunData) -> list[str]:
    """A few words each, from this run's strides and the rules that it began with."""
    engine = AlertEngine(data.rules, baseline=data.usual)
    for stride in data.strides:
        engine.push(stride)
    known = engine.baseline
    watched = {rule.metric for rule in data.rules}
    running = [m for m in data.mounts if any(s.mount is m and s.activity == "run" for s in data.strides)]

    def without(metric: Metric) -> list[Mount]:
        return [mount for mount in running if (metric, mount) not in known]

    out = strides_left_out(data)
    if "cadence_spm" in watched and (mounts := without("cadence_spm")):
        out.append(f"cadence{at(mounts, running)} ({NOT_KNOWN})")
    if "shock_asymmetry_percent" in watched and running:
        pairs = [mount for mount in running if mount.opposite in running]
        unknown = without("peak_resultant_g")
        if not pairs:
            out.append("left against right (only one side had a sensor)")
        elif not any(mount not in unknown and mount.opposite not in unknown for mount in pairs):
            out.append(f"left against right ({NOT_KNOWN})")
    if "ringing" in watched:
        slow = [m for m in running if all(s.ringing is None for s in data.strides if s.mount is m)]
        if slow:
            out.append(f"the strap{at(slow, running)} (that needs 190 samples a second)")
        if mounts := [mount for mount in without("ringing") if mount not in slow]:
            out.append(f"the strap{at(mounts, running)} ({NOT_KNOWN})")
    if any(usual.runs == 0 for usual in known.values()):
        out.append("changes in the first minutes, from which this run learned what is usual")
    off = [rule.title for rule in RULES if rule.id not in {own.id for own in data.rules}]
    return [*out, *([f"what is switched off ({', '.join(off)})"] if off else [])]


def strides_left_out(data: RunData) -> list[str]:
    """Which foot contacts say nothing to a rule."""

    def of(strides: Iterable[Stride]) -> int:
        return sum(foot_contacts(strides).values())

    walked = of(stride for stride in data.strides if stride.activity == "walk")
    doubtful = of(stride for stride in data.strides if stride.activity == "run" and not steady(stride))
    thing = "foot contact" if len(foot_contacts(data.strides)) > 1 else "stride"
    out = []
    if walked:
        out.append(f"walking ({walked} of {counted(of(data.strides), thing)})")
    if doubtful:
        out.append(counted(doubtful, f"doubtful {thing}"))
    return out


def at(mounts: Sequence[Mount], running: Sequence[Mount]) -> str:
    """Which sensors, where it is not all of them."""
    return "" if len(mounts) == len(running) else f" at the {' and '.join(place(mount) for mount in mounts)}"
