"""Observations and strides in, alerts out. No clock: time is what the observations say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.alert import Alert
from alerts.baseline import Baseline, Collector, Usual
from alerts.observation import STRIDE_METRICS, Metric, Observation, Side
from alerts.rule import Rule, Thresholds
from alerts.sensor_strides import SensorStrides, lower_bound, steady
from alerts.track import Track, follow
from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["AlertEngine", "EngineState", "asymmetry_percent"]

# Step rate grows with the fifth root of speed: a runner who slows down steps more slowly, and may.
CADENCE_BY_SPEED = 0.2

Place = tuple[str, Mount | None, Side | None]
SIGN_OF: Mapping[Side, float] = {"left": -1.0, "right": 1.0}


@dataclass(frozen=True, slots=True)
class EngineState:
    """All that the engine knows; never changed in place, so keeping a reference is a snapshot.

    tracks: by rule, mount and side, in the order of first use. compared: the segment of the sides compared.
    """

    tracks: Mapping[Place, Track] = field(default_factory=dict)
    sensors: Mapping[Mount, SensorStrides] = field(default_factory=dict)
    learned: Mapping[tuple[Metric, Mount], Collector] = field(default_factory=dict)
    compared: str | None = None


def asymmetry_percent(left: float, right: float) -> float:
    """Symmetry index 200 (R-L)/(R+L), %; 0 where there is nothing on either side."""
    both = right + left
    return 200.0 * (right - left) / both if both > 0 else 0.0


def _spoiled(when_cut: str, stride: Stride, *, sensor: SensorStrides) -> bool:
    return when_cut != "as it is" and (lower_bound(stride) or sensor.heavily_clipped)


class AlertEngine:
    """Holds observations against the rules.

    baseline: what is usual, from earlier runs. What is not in it, or went through another filter than this
    run's strides, is learned from this one.
    """

    def __init__(self, rules: Sequence[Rule], *, baseline: Baseline | None = None) -> None:
        self._rules = tuple(rules)
        self._by_metric: dict[Metric, tuple[Rule, ...]] = {
            rule.metric: tuple(other for other in self._rules if other.metric == rule.metric)
            for rule in self._rules
        }
        self._stored: Baseline = dict(baseline or {})
        self.restore(EngineState())

    def snapshot(self) -> EngineState:
        """The state, to be restored later into an engine with the same rules and baseline."""
        return EngineState(self._tracks, self._sensors, self._learned, self._compared)

    def restore(self, state: EngineState) -> None:
        """Go on from a snapshot."""
        # Replaced, never changed in place: a snapshot stays what it was.
        self._tracks = state.tracks
        self._sensors = state.sensors
        self._learned = state.learned
        self._compared = state.compared

    @property
    def open(self) -> tuple[tuple[str, Mount | None], ...]:
        """Rule id and mount of every alert that is raised and not yet cleared."""
        return tuple((rule, mount) for (rule, mount, _), track in self._tracks.items() if track.raised)

    @property
    def baseline(self) -> Baseline:
        """What is usual as far as known: learned in this run, a stored baseline first."""
        known = {key: self._usual(*key) for key in (*self._stored, *self._learned)}
        return {key: usual for key, usual in known.items() if usual is not None}

    def shock_asymmetry_percent(self, t_us: int) -> float | None:
        """Symmetry index of the sides compared, % (+ = right larger); None when either side is not known."""
        if self._compared is None:
            return None
        return self._asymmetry(Mount(f"left-{self._compared}"), t_us)

    def observe(self, seen: Observation) -> list[Alert]:
        """Hold one value against the rules of its metric."""
        alerts = []
        for rule in self._by_metric.get(seen.metric, ()):
            place = (rule.id, seen.mount, seen.side)
            before = self._tracks.get(place, Track())
            after, alert = follow(before, rule, thresholds=self._thresholds(rule, seen), seen=seen)
            if after is not before:
                self._tracks = {**self._tracks, place: after}
            if alert is not None:
                alerts.append(replace(alert, value=abs(alert.value)))
        return alerts

    def push(self, stride: Stride) -> list[Alert]:
        """Hold one foot contact against the rules; walking and doubtful contacts say nothing."""
        if stride.activity != "run":
            return []
        sensor = self._sensors.get(stride.mount, SensorStrides()).push(stride)
        self._sensors = {**self._sensors, stride.mount: sensor}
        alerts = []
        for seen in self._observations(stride, sensor):
            alerts.extend(self.observe(seen))
        self._learn(stride, sensor)
        return alerts

    def _observations(self, stride: Stride, sensor: SensorStrides) -> Iterable[Observation]:
        mount, t_us = stride.mount, stride.initial_contact_us
        if sensor.clipped_percent is not None:
            yield Observation("clipped_strides_percent", mount, t_us, sensor.clipped_percent)
        if sensor.moved_percent is not None:
            yield Observation("moved_strides_percent", mount, t_us, sensor.moved_percent)
        if not steady(stride):
            return
        for metric, when_cut in STRIDE_METRICS:
            value: float | None = getattr(stride, metric)
            if value is None:
                continue
            if metric == "cadence_spm":
                value = self._at_usual_speed(value, stride, sensor)
            if not _spoiled(when_cut, stride, sensor=sensor):
                yield Observation(metric, mount, t_us, value)
            elif lower_bound(stride) and when_cut == "lower bound":
                yield Observation(metric, mount, t_us, value, lower_bound=True)
        if self._compared not in (None, mount.segment):
            return
        percent = self._asymmetry(mount, t_us)
        if percent is not None:
            self._compared = mount.segment
            # Each side by itself: what was the other's must not count towards this one. The softer one first,
            # so that its alert is cleared before the other's is raised.
            towards = {side: percent * sign for side, sign in SIGN_OF.items()}
            for side in sorted(towards, key=towards.__getitem__):
                yield Observation("shock_asymmetry_percent", None, t_us, towards[side], side=side)

    def _at_usual_speed(self, cadence_spm: float, stride: Stride, sensor: SensorStrides) -> float:
        """The step rate that goes with this one at the usual speed, where the shoe knows its speed."""
        usual = self._usual("speed_m_per_s", stride.mount) if stride.mount.segment == "shoe" else None
        speed = sensor.speed_m_per_s(stride.initial_contact_us)
        if usual is None or speed is None or speed <= 0.0:
            return cadence_spm
        return cadence_spm * float((usual.value / speed) ** CADENCE_BY_SPEED)

    def _asymmetry(self, mount: Mount, t_us: int) -> float | None:
        sides = {side.side: self._sensors.get(side) for side in (mount, mount.opposite)}
        left = sides["left"].shock_g(t_us) if sides["left"] is not None else None
        right = sides["right"].shock_g(t_us) if sides["right"] is not None else None
        return None if left is None or right is None else asymmetry_percent(left, right)

    def _learn(self, stride: Stride, sensor: SensorStrides) -> None:
        if not steady(stride):
            return
        learned = {}
        for metric, when_cut in STRIDE_METRICS:
            value: float | None = getattr(stride, metric)
            key = (metric, stride.mount)
            if value is not None and not _spoiled(when_cut, stride, sensor=sensor):
                before = self._learned.get(key, Collector())
                learned[key] = before.collect(value, stride.mount.segment)
        if learned:
            self._learned = {**self._learned, **learned}

    def _usual(self, metric: Metric, mount: Mount) -> Usual | None:
        stored, sensor = self._stored.get((metric, mount)), self._sensors.get(mount)
        if stored is not None and (sensor is None or stored.filter in ("", sensor.filter)):
            return stored
        return self._usual_now(metric, mount)

    def _usual_now(self, metric: Metric, mount: Mount) -> Usual | None:
        """As this run alone has it."""
        collector = self._learned.get((metric, mount))
        return None if collector is None else collector.usual

    def _thresholds(self, rule: Rule, seen: Observation) -> Thresholds | None:
        if rule.form == "absolute":
            return rule.thresholds(None)
        if seen.mount is None:
            return self._of_side(rule, seen.side)
        return rule.thresholds(self._usual(rule.metric, seen.mount), rule.first(seen.mount))

    def _of_side(self, rule: Rule, side: Side | None) -> Thresholds | None:
        """Where this side is usually the softer one, its alert is over when it is so again."""
        limits = rule.thresholds(self._usual_asymmetry(SIGN_OF[side])) if side is not None else None
        return limits and replace(limits, clear_at=max(0.0, limits.clear_at))

    def _usual_asymmetry(self, sign: float) -> Usual | None:
        """By how much the side of this sign is usually harder; below 0 where the other one is."""
        if self._compared is None:
            return None
        sides = tuple(Mount(f"{side}-{self._compared}") for side in ("left", "right"))
        left, right = (self._usual("peak_resultant_g", side) for side in sides)
        if left is not None and right is not None and bool(left.runs) != bool(right.runs):
            # Today's ground on one side against other days' on the other would be no difference of the sides.
            left, right = (self._usual_now("peak_resultant_g", side) for side in sides)
        if left is None or right is None:
            return None
        usual = sign * asymmetry_percent(left.value, right.value)
        return Usual(usual, 0.0, runs=min(left.runs, right.runs))
