"""A foot that is lifted and set down without a swing about its usual axis has still stepped."""

from dataclasses import replace

import numpy as np
import pytest

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

RATE_HZ = 200.0
STEP_S = 0.45  # from the lift to the landing


@pytest.fixture(scope="module")
def stroll() -> ImuBlock:
    """Stands, walks, stands."""
    phases = (
        Phase(activity="stand", duration_s=4),
        Phase(activity="walk", duration_s=20, speed_kmh=5),
        Phase(activity="stand", duration_s=5),
    )
    return simulated(Mount.RIGHT_SHOE, *phases, rate_hz=RATE_HZ)[0]


def with_step(block: ImuBlock, lifts_s: float, *, turns_dps: float, jolts_g: float) -> ImuBlock:
    """Half a sine of turning about the sensor's first axis, then two samples that jolt along its third."""
    assert block.gyro_dps is not None
    t_s = block.t_us / 1e6 - lifts_s
    acc_g, gyro_dps = block.acc_g.copy(), block.gyro_dps.copy()
    lifted = (t_s >= 0.0) & (t_s < STEP_S)
    gyro_dps[lifted, 0] += turns_dps * np.sin(np.pi * t_s[lifted] / STEP_S)
    acc_g[(t_s >= STEP_S) & (t_s < STEP_S + 2.5 / RATE_HZ), 2] += jolts_g
    return replace(block, acc_g=acc_g, gyro_dps=gyro_dps)


def step_times_s(block: ImuBlock) -> tuple[float, float]:
    """Lifts of a first and of a closing step, about a stride from the strides there are."""
    contacts = [s.initial_contact_us / 1e6 for s in strides_of([block])]
    return contacts[0] - 1.65, contacts[-1] + 0.5


@pytest.mark.parametrize("which", [0, 1])
def test_a_small_step_beside_the_bout_is_a_contact(stroll: ImuBlock, which: int) -> None:
    lifts_s = step_times_s(stroll)[which]
    usual = strides_of([stroll])
    found = strides_of([with_step(stroll, lifts_s, turns_dps=250.0, jolts_g=3.0)])
    assert len(found) == len(usual) + 1
    step = found[0] if which == 0 else found[-1]
    assert step.initial_contact_us / 1e6 == pytest.approx(lifts_s + STEP_S, abs=0.05)
    assert step.activity == "walk"


@pytest.mark.parametrize(("turns_dps", "jolts_g"), [(250.0, 0.0), (0.0, 3.0), (60.0, 3.0)])
@pytest.mark.parametrize("which", [0, 1])
def test_what_only_turns_or_only_jolts_is_none(
    stroll: ImuBlock, which: int, turns_dps: float, jolts_g: float
) -> None:
    lifts_s = step_times_s(stroll)[which]
    found = strides_of([with_step(stroll, lifts_s, turns_dps=turns_dps, jolts_g=jolts_g)])
    assert len(found) == len(strides_of([stroll]))


def test_what_stirs_long_after_the_last_stride_is_none(stroll: ImuBlock) -> None:
    usual = strides_of([stroll])
    last_s = usual[-1].initial_contact_us / 1e6
    found = strides_of([with_step(stroll, last_s + 1.8, turns_dps=250.0, jolts_g=3.0)])
    assert len(found) == len(usual)
