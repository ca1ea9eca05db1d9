"""A run from its packets: what comes out, when, and that nothing else decides it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.rules import RULES, with_overrides
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from dsp.stride import Stride
from firmware_sim.plan import Phase, Plan
from ingest.packet import QUIET_NS, Kind, Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from kneeload.monitor import Monitor
from kneeload.results import Result, SensorHealth, Summary
from tests.kneeload.virtual_packets import FAMILY, running, virtual_packets

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN
Kept = TypeVar("Kept")
SECOND_NS = 1_000_000_000
RUN_S = 21.5


@cache
def both_legs() -> tuple[Packet, ...]:
    plan = Plan.of(Phase(activity="run"))
    return tuple(virtual_packets({LEFT: plan, RIGHT: plan}, RUN_S))


def run(packets: Sequence[Packet], *, finish_s: float = RUN_S, asked_s: Sequence[float] = ()) -> list[Result]:
    """All results; asked_s: times at which somebody also asks what fell due."""
    monitor = Monitor({LEFT: FAMILY, RIGHT: FAMILY})
    results: list[Result] = []
    waiting = sorted(asked_s)
    for packet in packets:
        while waiting and waiting[0] * 1e9 < packet.arrival_ns:
            results += monitor.advance(round(waiting.pop(0) * 1e9))
        results += monitor.receive(packet)
    for asked in waiting:
        results += monitor.advance(round(asked * 1e9))
    return results + monitor.finish(round(finish_s * 1e9))


def of(results: Sequence[Result], kind: type[Kept]) -> list[Kept]:
    return [result for result in results if isinstance(result, kind)]


def test_strides_are_those_of_the_pipeline() -> None:
    strides = [stride for stride in of(run(both_legs()), Stride) if stride.mount is LEFT]
    stream, pipeline = SensorStream(LEFT, FAMILIES[FAMILY]), StridePipeline(LEFT)
    expected: list[Stride] = []
    for packet in both_legs():
        if packet.mount is LEFT and (block := stream.receive(packet)) is not None:
            expected += pipeline.push(block)
    assert strides == expected + pipeline.flush()
    assert len(strides) > 20


def test_a_recording_gives_the_same_strides_as_its_packets() -> None:
    live = [stride for stride in of(run(both_legs()), Stride) if stride.mount is RIGHT]
    stream, monitor = SensorStream(RIGHT, FAMILIES[FAMILY]), Monitor({RIGHT: None})
    results: list[Result] = []
    for packet in both_legs():
        if packet.mount is RIGHT and (block := stream.receive(packet)) is not None:
            results += monitor.receive_block(block)
    results += monitor.finish(monitor.now_us * 1000)
    assert of(results, Stride) == live
    assert of(results, SensorHealth) == []
    assert of(results, Summary)[-1].strides == len(live)


def test_summaries_and_health_come_on_the_five_second_grid_and_at_the_end() -> None:
    results = run(both_legs())
    grid_us = [5_000_000, 10_000_000, 15_000_000, 20_000_000, 21_500_000]
    assert [summary.t_us for summary in of(results, Summary)] == grid_us
    for mount in (LEFT, RIGHT):
        health = [health for health in of(results, SensorHealth) if health.mount is mount]
        # The link came up at 0.
        assert [one.t_us for one in health] == [0, *grid_us]
        assert all(one.connected for one in health)
        assert health[2].rate_hz == pytest.approx(208, abs=8)
        assert health[-1].lost_percent == 0
        assert health[-1].battery_percent == 85


def test_what_comes_too_late_for_its_period_is_no_negative_loss_of_the_next() -> None:
    late_ns = 5_200_000_000
    packets = [packet for packet in both_legs() if packet.mount is LEFT]
    (last_of_first,) = [p for p in packets if p.kind is Kind.DATA and p.arrival_ns <= 4_950_000_000][-1:]
    packets.remove(last_of_first)
    packets.append(replace(last_of_first, arrival_ns=late_ns))
    health = of(run(sorted(packets, key=lambda packet: packet.arrival_ns)), SensorHealth)
    first, second = [one for one in health if one.mount is LEFT and one.t_us in (5_000_000, 10_000_000)]
    assert first.lost_percent is not None
    assert first.lost_percent > 0
    assert (second.lost_percent, second.samples_lost) == (0, 0)


def test_a_finish_on_the_grid_has_a_summary_of_its_own() -> None:
    results = run(both_legs(), finish_s=25)
    before, last = of(results, Summary)[-2:]
    assert (before.t_us, last.t_us) == (25_000_000, 25_000_001)
    assert last.strides == len(of(results, Stride))
    before_health, last_health = (of(results, SensorHealth)[-4], of(results, SensorHealth)[-2])
    assert last_health == replace(before_health, t_us=25_000_001)


def test_the_summary_speaks_of_its_five_seconds() -> None:
    results = run(both_legs())
    third = of(results, Summary)[2]
    assert third.activity == "run"
    assert third.cadence_spm == pytest.approx(165, rel=0.05)
    assert third.contact_time_left_s == pytest.approx(0.27, rel=0.2)
    assert third.peak_resultant_right_g == pytest.approx(7, rel=0.4)
    before = results[: results.index(third)]
    assert third.strides == len(of(before, Stride))
    assert third.alerts_open == 0
    assert 10 <= third.running_s + third.walking_s + third.idle_s <= 15


def test_a_summary_says_when_a_median_is_over_clipped_peaks() -> None:
    for rail_g, at_least in ((100.0, False), (3.0, True)):
        stream, monitor = SensorStream(RIGHT, FAMILIES[FAMILY]), Monitor({RIGHT: None})
        results: list[Result] = []
        for packet in both_legs():
            if packet.mount is RIGHT and (block := stream.receive(packet)) is not None:
                results += monitor.receive_block(
                    replace(block, acc_g=np.clip(block.acc_g, -rail_g, rail_g), acc_range_g=None)
                )
        told = of(results, Summary)
        assert [s.peak_resultant_right_at_least for s in told[2:]] == [at_least] * len(told[2:])
        assert {s.peak_resultant_left_at_least for s in told} == {None}


def test_alerts_follow_their_stride() -> None:
    rules = with_overrides(RULES, {"shock-high": type("Set", (), {"window": 1})()})
    rules = tuple(replace(rule, first_shin=3.0) if rule.id == "shock-high" else rule for rule in rules)
    monitor = Monitor({LEFT: FAMILY}, rules)
    results: list[Result] = []
    for packet in running(LEFT, 15):
        results += monitor.receive(packet)
    raised = next(result for result in results if isinstance(result, Alert))
    stride = results[results.index(raised) - 1]
    assert isinstance(stride, Stride)
    assert (raised.t_us, raised.value) == (stride.initial_contact_us, stride.peak_resultant_g)
    assert [of(monitor.finish(monitor.now_us * 1000), Summary)[-1].alerts_open] == [1]


def test_a_silent_sensor_is_told_once_and_its_return_once() -> None:
    packets = [
        packet
        for packet in both_legs()
        if packet.mount is RIGHT or not 5 * SECOND_NS < packet.arrival_ns < 14 * SECOND_NS
    ]
    alerts = of(run(packets), Alert)
    assert [(alert.rule, alert.state, alert.mount, alert.t_us) for alert in alerts] == [
        ("sensor-silent", "raised", LEFT, 10_000_000),
        ("sensor-silent", "cleared", LEFT, 15_000_000),
    ]


def test_a_sensor_that_never_came_is_told_after_a_grace() -> None:
    right = [packet for packet in both_legs() if packet.mount is RIGHT]
    assert of(run(right), Alert) == []
    (alert,) = of(run(right, finish_s=40), Alert)[:1]
    assert (alert.rule, alert.mount) == ("sensor-silent", LEFT)
    assert 25_000_000 <= alert.t_us <= 26_000_000
    assert alert.value == alert.t_us / 1e6, "all of it was silence"


def test_health_comes_at_once_when_the_link_changes() -> None:
    lost = Packet(LEFT, FAMILY, Kind.LINK, 7_300_000_000, b"lost")
    packets = sorted([*both_legs(), lost, lost], key=lambda packet: packet.arrival_ns)
    told = [health for health in of(run(packets), SensorHealth) if health.t_us == 7_300_000]
    assert [(health.mount, health.connected) for health in told] == [(LEFT, False)]


def test_a_link_that_ends_with_the_run_is_told_apart_from_the_last_report() -> None:
    lost = Packet(LEFT, FAMILY, Kind.LINK, 20_300_000_000, b"lost")
    results = run([*(p for p in both_legs() if p.arrival_ns < lost.arrival_ns), lost], finish_s=20.3)
    health = [result for result in of(results, SensorHealth) if result.mount is LEFT]
    assert [told.connected for told in health[-3:]] == [True, False, False]
    assert health[-1].t_us > health[-2].t_us


def test_low_battery_is_told() -> None:
    low = Packet(LEFT, FAMILY, Kind.BATTERY, 1_000_000, bytes([9]))
    packets = sorted([*both_legs(), low], key=lambda packet: packet.arrival_ns)
    assert [(alert.rule, alert.t_us) for alert in of(run(packets), Alert)] == [("battery-low", 15_000_000)]


def test_a_host_that_slept_says_nothing_about_the_night() -> None:
    monitor = Monitor({LEFT: FAMILY})
    for packet in running(LEFT, 3):
        monitor.receive(packet)
    night = monitor.finish(30 * 86_400 * SECOND_NS)
    assert len(of(night, Summary)) <= QUIET_NS / SECOND_NS / 5 + 2
    assert of(night, Summary)[-1].t_us == 30 * 86_400 * 1_000_000


GARBAGE = st.lists(
    st.tuples(
        st.integers(0, round(RUN_S * 1e9)),
        st.sampled_from([LEFT, RIGHT]),
        st.sampled_from(Kind),
        st.binary(max_size=60),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(garbage=GARBAGE, asked_s=st.lists(st.floats(0, RUN_S), max_size=40))
def test_results_depend_on_packets_and_finish_alone(
    garbage: list[tuple[int, Mount, Kind, bytes]], asked_s: list[float]
) -> None:
    extra = [Packet(mount, FAMILY, kind, arrival_ns, data) for arrival_ns, mount, kind, data in garbage]
    packets = sorted([*both_legs()[::2], *extra], key=lambda packet: packet.arrival_ns)
    assert run(packets, asked_s=asked_s) == run(packets)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(Kind), st.integers(0, 3 * SECOND_NS), st.binary(max_size=300)), max_size=30
    )
)
def test_no_bytes_stop_a_run(pieces: list[tuple[Kind, int, bytes]]) -> None:
    monitor = Monitor({LEFT: FAMILY})
    arrival_ns = 0
    for kind, later_ns, data in pieces:
        arrival_ns += later_ns
        monitor.receive(Packet(LEFT, FAMILY, kind, arrival_ns, data))
    last = of(monitor.finish(arrival_ns), SensorHealth)[-1]
    assert last.packets_received == sum(kind is Kind.DATA for kind, _, _ in pieces)
