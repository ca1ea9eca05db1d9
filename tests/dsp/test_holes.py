"""Contacts whose own samples were lost: the rhythm says where they were."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import FootStrike, Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

HOLE_S = (-0.03, 0.05)  # around a contact
EVERY = 4


def with_holes(whole: ImuBlock, contact_s: NDArray[np.float64]) -> list[ImuBlock]:
    """The stream without what was measured around every fourth contact."""
    t_s = whole.t_us / 1e6
    begins = np.searchsorted(t_s, contact_s[3::EVERY] + HOLE_S[0])
    ends = np.searchsorted(t_s, contact_s[3::EVERY] + HOLE_S[1])
    blocks = []
    for a, b, lost in zip([0, *ends], [*begins, len(whole)], [0, *(ends - begins)], strict=True):
        blocks.append(
            replace(
                whole,
                t_us=whole.t_us[a:b],
                acc_g=whole.acc_g[a:b],
                gyro_dps=None if whole.gyro_dps is None else whole.gyro_dps[a:b],
                lost_before=int(lost),
                restart=bool(a == 0),
            )
        )
    return blocks


@pytest.mark.parametrize("mount", [Mount.LEFT_SHOE, Mount.RIGHT_SHIN])
@pytest.mark.parametrize("strike", ["fore", "rear"])
def test_a_lost_contact_is_where_the_beat_has_it(mount: Mount, strike: FootStrike) -> None:
    """With a gyroscope: a swing was there on either side of the hole."""
    run = Phase(activity="run", duration_s=30.0, speed_kmh=13.0, foot_strike=strike)
    whole, truth = simulated(mount, Phase(activity="stand", duration_s=4.0), run, seed=6)
    strides = strides_of(with_holes(whole, truth.initial_contact_s))
    verdict = judge(strides, truth.initial_contact_s, truth.toe_off_s)
    assert (verdict.missed, verdict.extra) == (0, 0)
