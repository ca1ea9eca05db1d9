"""A run as it happens: packets in, results out. Pure: the only clock is the packets' arrival and `now_ns`.

Everything that falls due with time (silence, health, summaries) happens on whole seconds of run time, with
the packets that arrived before. So the results follow from the packets and the finish time alone, and not
from how often anybody asked: live and replay give the same.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from alerts.baseline import Baseline
from alerts.engine import AlertEngine
from alerts.observation import Observation
from alerts.rules import RULES, Rule
from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.params import Params
from dsp.stride import Stride
from ingest.packet import QUIET_NS, Packet
from kneeload.period import PERIOD_NS, Period
from kneeload.results import Result, SensorHealth, Summary
from kneeload.sensor import Sensor

__all__ = ["Monitor"]

SECOND_NS = 1_000_000_000

Activity = Literal["run", "walk", "idle"]
NO_PARAMS: Mapping[Mount, Params] = MappingProxyType({})
ACTIVITIES: tuple[Activity, ...] = ("run", "walk")


class Monitor:
    """sensors: what is worn and how each is decoded (None: a bare recording, see receive_block).

    params: of sensors whose signals are not processed as usual.
    """

    def __init__(
        self,
        sensors: Mapping[Mount, str | None],
        rules: Sequence[Rule] = RULES,
        *,
        baseline: Baseline | None = None,
        params: Mapping[Mount, Params] = NO_PARAMS,
    ) -> None:
        self.sensors = {
            mount: Sensor(mount, family, params.get(mount, Params())) for mount, family in sensors.items()
        }
        self._engine = AlertEngine(rules, baseline=baseline)
        self._period = Period(self.sensors)
        self._strides = 0
        self._now_ns = 0
        self._heard_ns = 0
        self._next_s = 1
        self._reported_ns = 0
        self._link_ns = 0
        self._begun = False

    def receive(self, packet: Packet) -> list[Result]:
        """What one packet brings, after what fell due before it."""
        results = self.advance(packet.arrival_ns)
        self._begun = True
        self._heard_ns = max(self._heard_ns, packet.arrival_ns)
        sensor = self.sensors[packet.mount]
        strides, link_changed = sensor.receive(packet)
        if link_changed:
            self._link_ns = packet.arrival_ns
            results.extend(self._health(packet.arrival_ns // 1000, [sensor]))
        return results + self._judged(strides)

    def receive_block(self, block: ImuBlock) -> list[Result]:
        """What a block of a bare recording brings; run time is the recording's own."""
        if len(block) == 0:
            return []
        end_ns = int(block.t_us[-1]) * 1000
        if not self._begun:
            self._begin(int(block.t_us[0]) * 1000)
        results = self.advance(end_ns)
        self._heard_ns = max(self._heard_ns, end_ns)
        return results + self._judged(self.sensors[block.mount].receive_block(block))

    def advance(self, now_ns: int) -> list[Result]:
        """What falls due up to now; the same whether asked once or often."""
        results: list[Result] = []
        self._now_ns = max(self._now_ns, now_ns)
        while self._next_s * SECOND_NS <= now_ns:
            if self._next_s * SECOND_NS - self._heard_ns > QUIET_NS:
                self._next_s = now_ns // SECOND_NS + 1
                break
            results.extend(self._second(self._next_s))
            self._next_s += 1
        return results

    def finish(self, now_ns: int) -> list[Result]:
        """The last strides, health and summary."""
        results = self.advance(now_ns)
        for sensor in self.sensors.values():
            results.extend(self._judged(sensor.flush()))
        # Two results of a kind never share a time: a finish comes a microsecond after what was told before.
        told_ns = max(self._reported_ns, self._link_ns)
        results.extend(self._report(max(self._now_ns, told_ns + 1000)))
        return results

    @property
    def now_us(self) -> int:
        """The latest run time seen."""
        return self._now_ns // 1000

    @property
    def strides(self) -> int:
        """Foot contacts so far, all sensors."""
        return self._strides

    @property
    def health(self) -> Mapping[Mount, SensorHealth]:
        """Each sensor's link and counters now."""
        return {health.mount: health for health in self._health(self.now_us, list(self.sensors.values()))}

    def _begin(self, start_ns: int) -> None:
        self._begun = True
        self._now_ns = self._heard_ns = start_ns
        self._reported_ns = start_ns
        self._next_s = start_ns // SECOND_NS + 1

    def _second(self, second: int) -> list[Result]:
        now_ns, t_us = second * SECOND_NS, second * 1_000_000
        results: list[Result] = []
        for mount, sensor in self.sensors.items():
            silence_s = sensor.silence_s(now_ns)
            if silence_s is not None:
                results.extend(self._engine.observe(Observation("silence_s", mount, t_us, silence_s)))
        if now_ns % PERIOD_NS:
            return results
        for mount, sensor in self.sensors.items():
            percent = None if sensor.stream is None else sensor.stream.battery_percent
            if percent is not None:
                results.extend(self._engine.observe(Observation("battery_percent", mount, t_us, percent)))
        return results + self._report(now_ns)

    def _report(self, now_ns: int) -> list[Result]:
        """Health of every sensor and the summary."""
        length_ns = now_ns - self._reported_ns
        # Less than a second tells no rate: the last one stands.
        if length_ns >= SECOND_NS:
            for sensor in self.sensors.values():
                sensor.close_period(length_ns / SECOND_NS)
        self._reported_ns = now_ns
        self._period.advance(now_ns)
        results: list[Result] = [*self._health(now_ns // 1000, list(self.sensors.values()))]
        results.append(self._summary(now_ns))
        return results

    def _health(self, t_us: int, sensors: Sequence[Sensor]) -> list[SensorHealth]:
        return [health for sensor in sensors if (health := sensor.health(t_us)) is not None]

    def _summary(self, now_ns: int) -> Summary:
        pipelines = [sensor.pipeline for sensor in self.sensors.values()]
        # Sensors see the same runner: the one that saw the most speaks for the times.
        spans = [(p.running_s, p.walking_s, p.idle_s) for p in pipelines]
        running_s, walking_s, idle_s = max(spans, key=sum, default=(0.0, 0.0, 0.0))
        return Summary(
            t_us=now_ns // 1000,
            activity=self._activity(now_ns),
            strides=self._strides,
            cadence_spm=self._period.cadence_spm(),
            contact_time_left_s=self._period.contact_time_s("left"),
            contact_time_right_s=self._period.contact_time_s("right"),
            peak_resultant_left_g=self._period.peak_resultant_g("left"),
            peak_resultant_right_g=self._period.peak_resultant_g("right"),
            shock_asymmetry_percent=self._engine.shock_asymmetry_percent(now_ns // 1000),
            running_s=running_s,
            walking_s=walking_s,
            idle_s=idle_s,
            alerts_open=len(self._engine.open),
            peak_resultant_left_at_least=self._period.peak_at_least("left"),
            peak_resultant_right_at_least=self._period.peak_at_least("right"),
        )

    def _activity(self, now_ns: int) -> Activity:
        """What the runner is doing, as the sensors that still send see it."""
        seen = {s.pipeline.activity for s in self.sensors.values() if s.present(now_ns)}
        return next((activity for activity in ACTIVITIES if activity in seen), "idle")

    def _judged(self, strides: Sequence[Stride]) -> list[Result]:
        """Each stride, followed by the alerts that it raised or cleared."""
        results: list[Result] = []
        for stride in strides:
            self._strides += 1
            self._period.push(stride, self._now_ns)
            results.append(stride)
            results.extend(self._engine.push(stride))
        return results
