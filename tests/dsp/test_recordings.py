"""Real legs: what was reached on each kind of recording may not get worse."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from dsp.mount import Mount
from tests.dsp.judging import judge
from tests.dsp.recordings import ROOT, recording, strides_of, truth

RUNS = ("run-01", "run-02", "run-07")
WALKS = ("walk-03", "walk-04", "walk-05", "walk-06")
# walk-17-1-lf lost 2.7 s of samples without a trace in its times: its second half cannot be judged.
FEET = tuple(
    f"walk-{n}-1-{side}" for n in (1, 5, 9, 13, 17) for side in ("lf", "rf") if (n, side) != (17, "lf")
)


@pytest.mark.parametrize(
    ("trials", "activity", "contact_sd_ms", "toe_off_sd_ms", "stance_bias_ms", "stance_sd_ms"),
    [(RUNS, "run", 5.0, 9.0, 7.0, 11.0), (WALKS, "walk", 5.5, 5.0, 5.0, 7.0)],
)
def test_shank_against_force(
    trials: tuple[str, ...],
    activity: str,
    contact_sd_ms: float,
    toe_off_sd_ms: float,
    stance_bias_ms: float,
    stance_sd_ms: float,
) -> None:
    verdicts = []
    for name in trials:
        strides = strides_of([recording(f"treadmill_shank/{name}", Mount.LEFT_SHIN, 142.857)])
        assert {s.activity for s in strides} == {activity}
        verdicts.append(judge(strides, *truth(f"treadmill_shank/{name}")))
    assert sum(v.missed + v.extra for v in verdicts) == 0
    contact = np.concatenate([v.contact_ms for v in verdicts])
    stance = np.concatenate([v.stance_ms for v in verdicts])
    assert contact.std() < contact_sd_ms
    assert abs(contact.mean()) < 20.0  # the recording's own delay is uncertain by 15 ms
    assert np.concatenate([v.toe_off_ms for v in verdicts]).std() < toe_off_sd_ms
    assert abs(stance.mean()) < stance_bias_ms
    assert stance.std() < stance_sd_ms


# That one ends in three strides of a second and more; that one begins with a step.
WITHOUT_FLIGHT = {"run-2017-11-27-11-14-52": 2, "run-2017-11-27-11-23-18": 1}


def vicon_trials() -> list[tuple[str, str, int]]:
    path = ROOT / "vicon_shoe" / "trials.csv"
    if not path.is_file():
        return [("missing", "run", 0)]
    with path.open() as file:
        return [(row["trial"], row["activity"], int(row["strides"])) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("trial", "activity", "count"), vicon_trials())
def test_shoe_counts_every_trial(trial: str, activity: str, count: int) -> None:
    strides = strides_of([recording(f"vicon_shoe/{trial}", Mount.RIGHT_SHOE, 200.0)])
    assert len(strides) == count
    assert sum(s.activity != activity for s in strides) <= WITHOUT_FLIGHT.get(trial, 0)


def test_walking_feet() -> None:
    verdicts = []
    for name in FEET:
        mount = Mount.LEFT_SHOE if name.endswith("lf") else Mount.RIGHT_SHOE
        strides = strides_of([recording(f"walk_feet/{name}", mount, 100.0)])
        assert {s.activity for s in strides} == {"walk"}
        verdicts.append(judge(strides, *truth(f"walk_feet/{name}")))
    # What is left: a step in a turn, whose truth lies where nothing jolts.
    assert sum(v.missed for v in verdicts) <= 1
    assert sum(v.extra for v in verdicts) <= 1
    assert np.concatenate([v.contact_ms for v in verdicts]).std() < 16.0
    assert np.concatenate([v.toe_off_ms for v in verdicts]).std() < 18.0


def test_walking_feet_by_acceleration_alone() -> None:
    verdicts = []
    for name in FEET:
        mount = Mount.LEFT_SHOE if name.endswith("lf") else Mount.RIGHT_SHOE
        block = replace(recording(f"walk_feet/{name}", mount, 100.0), gyro_dps=None)
        verdicts.append(judge(strides_of([block]), *truth(f"walk_feet/{name}")))
    # First and last steps that are no swing are seen by a gyroscope only.
    assert sum(v.missed for v in verdicts) <= 6
    assert sum(v.extra for v in verdicts) <= 3


def test_radio_stream_with_holes_and_rails() -> None:
    block = recording("ble_foot/run", Mount.LEFT_SHOE, 100.0)
    strides = strides_of([block])
    assert abs(len(strides) - 141) <= 1
    assert {s.activity for s in strides} == {"run"}
    railed_us = block.t_us[(np.abs(block.acc_g) > 15.95).any(axis=1)]
    flagged = [s.initial_contact_us for s in strides if s.clipped]
    for at in railed_us:
        assert min(abs(at - c) for c in flagged) < 120_000, at
    assert all(s.gap for s in strides)
    cadence = np.median([s.cadence_spm for s in strides if s.cadence_spm])
    assert cadence == pytest.approx(169.5, abs=1.0)


def test_a_known_range_finds_at_least_what_a_guessed_one_does() -> None:
    guessed = strides_of([recording("ble_foot/run", Mount.LEFT_SHOE, 100.0)])
    told = strides_of([recording("ble_foot/run", Mount.LEFT_SHOE, 100.0, acc_range_g=16.0)])
    # Until a first clipped sample the range is a guess: a peak that ends near a usual one is marked.
    assert sum(a.clipped and not b.clipped for a, b in zip(guessed, told, strict=True)) <= 1
    assert sum(b.clipped for b in told) - sum(a.clipped for a in guessed) <= 3


def test_long_run_with_stops() -> None:
    strides = strides_of([recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0)])
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    assert not np.any((at > 302.0) & (at < 313.0))  # stood still
    assert not np.any((at > 410.0) & (at < 483.0))
    steady = np.array(
        [s.stride_time_s for s in strides if s.stride_time_s and 100 < s.initial_contact_us / 1e6 < 280]
    )
    assert steady.min() > 0.6  # an octave up would be 0.38 s
    assert steady.max() < 0.95


@pytest.mark.parametrize(
    ("name", "rate_hz"),
    [
        *((f"vicon_shoe/{trial}", 200.0) for trial, activity, _ in vicon_trials() if activity == "run"),
        ("ble_foot/run", 100.0),
    ],
)
def test_a_running_shoe_leaves_the_ground_at_one_time_with_and_without_a_gyroscope(
    name: str, rate_hz: float
) -> None:
    """The pitch rate and the resultant are two sensors; no recording of a running shoe has a force plate."""
    block = recording(name, Mount.RIGHT_SHOE, rate_hz)
    turning, alone = strides_of([block]), strides_of([replace(block, gyro_dps=None)])
    at_us = np.array([s.initial_contact_us for s in alone])
    apart_ms = [
        (other.toe_off_us - one.toe_off_us) / 1000.0
        for one in turning
        if abs(
            (other := alone[int(np.abs(at_us - one.initial_contact_us).argmin())]).initial_contact_us
            - one.initial_contact_us
        )
        < 50_000
        and one.toe_off_us is not None
        and other.toe_off_us is not None
    ]
    assert len(apart_ms) > 8
    assert abs(np.median(apart_ms)) < 12.0


def test_one_of_two_bursts_is_taken_for_a_runner_s_push_off() -> None:
    """The second, in the air, is steeper in every other stride of this run and 0.1 s later."""
    strides = strides_of([recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0)])
    contact_s = np.array([s.contact_time_s for s in strides if s.activity == "run" and s.contact_time_s])
    assert contact_s.size > 700
    assert np.quantile(np.abs(contact_s / np.median(contact_s) - 1.0), 0.9) < 0.12


def test_nearly_all_strides_of_walking_feet_have_a_length() -> None:
    """Also where the next swing begins sooner than the usual stance lasts, and its toe-off is not seen."""
    known = total = 0
    for name in FEET:
        mount = Mount.LEFT_SHOE if name.endswith("lf") else Mount.RIGHT_SHOE
        strides = [s for s in strides_of([recording(f"walk_feet/{name}", mount, 100.0)]) if s.stride_time_s]
        known += sum(s.stride_length_m is not None for s in strides)
        total += len(strides)
    assert known >= 0.95 * total
