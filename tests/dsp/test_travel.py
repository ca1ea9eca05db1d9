"""Steps on the spot are no strides (but at a shin without a gyroscope); those that lead somewhere all are."""

from dataclasses import replace

import numpy as np
import pytest

from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from dsp.runner import Runner
from dsp.travel import Measured, Travel
from firmware_sim.plan import Activity, Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import pieces, strides_of
from tests.dsp.simulated import simulated
from tests.kneeload.examples import stride as a_stride

STAND = Phase(activity="stand", duration_s=4.0)
RUN = Phase(activity="run", duration_s=15.0, speed_kmh=9.0)
WALK = Phase(activity="walk", duration_s=15.0)
# mount, gyroscope
SENSORS = [(Mount.LEFT_SHIN, True), (Mount.RIGHT_SHOE, True), (Mount.RIGHT_SHOE, False)]
ON_THE_SPOT: list[tuple[Activity, float]] = [
    ("march-in-place", 80.0),
    ("march-in-place", 100.0),
    ("march-in-place", 130.0),
    ("jog-in-place", 150.0),
    ("jog-in-place", 165.0),
    ("jog-in-place", 190.0),
]


# A shoe's strides, "-" on the spot, "+" travels, "?" not known, "|" the bout ends; and which are told.
RULES = [
    ("+++", "012"),
    ("?+-+", "0123"),
    ("-+", "01"),  # a start from standing
    ("----", ""),
    ("---|", ""),
    ("?---+", "01234"),
    ("?----+", "5"),
    ("+---|", "0123"),  # the last steps before a stop
    ("+----|", "0"),
    ("+----+", "05"),
    ("+-----?-+", "08"),
    ("??", ""),
    ("???", "012"),
    ("??|", "01"),
    ("-???", ""),
    ("-?????", "012345"),
    ("--????", ""),
    ("+-?+", "0123"),
    ("----??????+", "456789A"),  # a clipped run after steps on the spot
    ("----?????|", ""),
    ("+|--|", "0"),
    ("+|?+", "012"),
]


@pytest.mark.parametrize(("ways", "told"), RULES)
def test_what_is_told_of_strides_that_lead_somewhere_and_nowhere(ways: str, told: str) -> None:
    runner, travel, strides = Runner(), Travel(), []
    names = "0123456789AB"
    number = 0
    for way in ways:
        if way == "|":
            strides += travel.close(runner)
            continue
        before = runner.tally
        stride = replace(a_stride(runner.strides, Mount.RIGHT_SHOE), initial_contact_us=number)
        runner.strides, number = runner.strides + 1, number + 1
        runner.spend(0.7)
        strides += travel.tell(Measured(stride, {"-": False, "+": True, "?": None}[way]), runner, before)
    assert "".join(names[stride.initial_contact_us] for stride in strides) == told
    assert [stride.stride for stride in strides] == list(range(len(strides)))
    kept = runner.tally if not travel.held else travel.before
    assert (kept.strides, kept.run_us + kept.walk_us) == (len(strides), 700_000 * len(strides))


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
@pytest.mark.parametrize(("activity", "cadence_spm"), ON_THE_SPOT)
def test_steps_on_the_spot_are_no_strides(
    mount: Mount, gyro: bool, activity: Activity, cadence_spm: float
) -> None:
    phase = Phase(activity=activity, duration_s=40.0, cadence_spm=cadence_spm)
    block, _ = simulated(mount, STAND, phase, STAND, gyro=gyro, seed=3)
    pipeline = StridePipeline(mount)
    assert [pipeline.push(piece) for piece in pieces(block, [len(block) // 3, len(block) // 2])] == [[]] * 3
    assert pipeline.activity == "idle"
    assert pipeline.flush() == []
    assert pipeline.running_s == pipeline.walking_s == 0.0
    assert pipeline.idle_s == pytest.approx(48.0, abs=0.1)


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
@pytest.mark.parametrize("gait", [RUN, WALK], ids=lambda phase: phase.activity)
def test_on_the_spot_at_a_traffic_light(mount: Mount, gyro: bool, gait: Phase) -> None:
    """Numbered without a gap, all of the run, none of the light but the few before it was known."""
    light = Phase(activity="jog-in-place", duration_s=20.0)
    block, true = simulated(mount, STAND, gait, light, gait, STAND, gyro=gyro, seed=5)
    pipeline = StridePipeline(mount)
    strides = pipeline.push(block) + pipeline.flush()
    verdict = judge(strides, true.initial_contact_s, true.toe_off_s)
    assert verdict.missed == 0
    assert verdict.extra <= 2  # the first step that leads nowhere, and the foot that comes down to stand
    assert [stride.stride for stride in strides] == list(range(len(strides)))
    moving_s = pipeline.running_s if gait is RUN else pipeline.walking_s
    assert moving_s == pytest.approx(30.0, abs=3.0)


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_what_is_held_back_is_told_as_soon_as_the_leg_travels(mount: Mount, gyro: bool) -> None:
    light = Phase(activity="jog-in-place", duration_s=20.0)
    block, true = simulated(mount, STAND, light, RUN, gyro=gyro, seed=6)
    pipeline = StridePipeline(mount)
    told = [
        (stride.initial_contact_us / 1e6, piece.t_us[-1] / 1e6)
        for piece in pieces(block, list(range(10, len(block), 10)))
        for stride in pipeline.push(piece)
    ]
    assert len(told) >= 15
    assert max(now_s - at_s for at_s, now_s in told) < 2.5
    assert np.median([now_s - at_s for at_s, now_s in told]) < 0.8
    assert min(at_s for at_s, _ in told) > true.initial_contact_s[0] - 1.0


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_a_warm_up_on_the_spot_teaches_nothing(mount: Mount, gyro: bool) -> None:
    jog = Phase(activity="jog-in-place", duration_s=15.0)
    run = Phase(activity="run", duration_s=30.0, speed_kmh=13.0, cadence_spm=182.0)
    block, _ = simulated(mount, STAND, jog, run, gyro=gyro, seed=8)
    strides = strides_of([block])
    assert sum(stride.axis_method != "standing" for stride in strides) <= 1
    cadence = [stride.cadence_spm for stride in strides[2:]]
    assert None not in cadence
    assert np.abs(np.array(cadence) - 182.0).max() < 8.0


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_who_jogs_on_the_spot_is_idle_until_the_run_goes_on(mount: Mount, gyro: bool) -> None:
    light = Phase(activity="jog-in-place", duration_s=15.0)
    block, _ = simulated(mount, STAND, RUN, light, RUN, gyro=gyro, seed=10)
    pipeline, told = StridePipeline(mount), {}
    for piece in pieces(block, list(range(100, len(block), 100))):
        pipeline.push(piece)
        told[round(piece.t_us[-1] / 1e6, 1)] = pipeline.activity
    assert {activity for at_s, activity in told.items() if 10.0 < at_s < 19.0} == {"run"}
    assert {activity for at_s, activity in told.items() if 24.5 < at_s < 34.0} == {"idle"}
    assert {activity for at_s, activity in told.items() if 37.0 < at_s < 48.0} == {"run"}


@pytest.mark.parametrize(("mount", "gyro"), SENSORS)
def test_times_told_never_run_backwards(mount: Mount, gyro: bool) -> None:
    light = Phase(activity="jog-in-place", duration_s=12.0)
    block, _ = simulated(mount, STAND, RUN, light, WALK, light, STAND, gyro=gyro, seed=9)
    pipeline, told = StridePipeline(mount), []
    for piece in pieces(block, list(range(40, len(block), 40))):
        pipeline.push(piece)
        told.append((pipeline.running_s, pipeline.walking_s))
    assert (np.diff(told, axis=0) >= 0.0).all()


def test_a_shin_without_a_gyroscope_is_believed_at_once() -> None:
    jog = Phase(activity="jog-in-place", duration_s=20.0, cadence_spm=165.0)
    block, _ = simulated(Mount.LEFT_SHIN, STAND, jog, STAND, gyro=False, seed=3)
    pipeline = StridePipeline(Mount.LEFT_SHIN)
    told, seen = [], set()
    for piece in pieces(block, list(range(20, len(block), 20))):
        told.append((piece, pipeline.push(piece)))
        if 10.0 < piece.t_us[-1] / 1e6 < 20.0:
            seen.add(pipeline.activity)
    assert seen == {"run"}
    delays_s = [(piece.t_us[-1] - s.initial_contact_us) / 1e6 for piece, strides in told for s in strides]
    assert len(delays_s) == pytest.approx(20.0 * 165.0 / 120.0, abs=2.0)
    assert np.median(delays_s) < 0.8


def test_a_clipped_run_after_steps_on_the_spot_is_told() -> None:
    march = Phase(activity="march-in-place", duration_s=12.0)
    block, true = simulated(Mount.RIGHT_SHOE, STAND, march, RUN, STAND, acc_range_g=6.0, seed=7)
    strides = strides_of([block])
    assert sum(stride.clipped for stride in strides) > 0.8 * len(strides)
    assert abs(len(strides) - true.initial_contact_s.size) <= 2


def test_a_sensor_that_cannot_say_where_it_goes_is_believed() -> None:
    """Clipped strides have no way; they are told all the same."""
    block, true = simulated(Mount.RIGHT_SHOE, STAND, RUN, STAND, acc_range_g=3.0, seed=7)
    strides = strides_of([block])
    assert all(stride.stride_length_m is None for stride in strides)
    assert abs(len(strides) - true.initial_contact_s.size) <= 1
