"""A leg that is believed to swing the other way is found out."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.params import Params
from dsp.swing import advance_swing, open_swing
from dsp.swinging import SAME_SIDE, Swinging, Way, swinging
from firmware_sim.plan import Activity, Phase
from tests.dsp.rows import signals_of
from tests.dsp.simulated import simulated

RATE_HZ = 200.0
MOUNTS = [Mount.LEFT_SHIN, Mount.LEFT_SHOE]


@pytest.mark.parametrize("activity", ["walk", "run"])
@pytest.mark.parametrize("mount", MOUNTS)
def test_a_bout_that_began_the_wrong_way_round_ends_after_a_few_swings(
    mount: Mount, activity: Activity
) -> None:
    block, _ = simulated(mount, Phase(activity=activity, duration_s=60.0), rate_hz=RATE_HZ)
    assert block.gyro_dps is not None
    signals = signals_of(np.hstack([block.acc_g, block.gyro_dps]).T, RATE_HZ)
    now = round(6 * RATE_HZ)
    bout = open_swing(signals, now, 0, Params(), Way())
    assert bout is not None
    x, y, z = bout.axis
    wrong = replace(bout, axis=(-x, -y, -z), queue=())
    swings, ended = 0, None
    while ended is None:
        cycle, ended = advance_swing(signals, wrong, len(block), Params())
        swings += cycle is not None
    assert swings <= 4
    assert ended < 12 * RATE_HZ


def swaying(soft: float) -> NDArray[np.float64]:
    """(6, n): a leg that turns alike both ways; a jolt after one way, one of `soft` of it after the other."""
    t_s = np.arange(0.0, 20.0, 1 / RATE_HZ)
    phase = (t_s / 1.2) % 1.0
    rate_dps = 300.0 * np.sin(2 * np.pi * phase)
    jolt_g = 3.0 * np.exp(-(((phase - 0.55) / 0.02) ** 2)) + 3.0 * soft * np.exp(
        -(((phase - 0.05) / 0.02) ** 2)
    )
    still = np.zeros_like(t_s)
    return np.stack([still, 1.0 + jolt_g, still, still, still, rate_dps])


@pytest.mark.parametrize(("soft", "opens"), [(0.0, True), (0.7, False), (1.0, False)])
def test_no_bout_opens_while_it_is_unclear_which_way_swings(soft: float, opens: bool) -> None:
    """Where it is not known at all it is no swing; at 0.7 there is some evidence."""
    signals, now = signals_of(swaying(soft), RATE_HZ), round(8 * RATE_HZ)
    assert (swinging(signals, now - round(4 * RATE_HZ), now, Params()) is None) is (soft == 1.0)
    assert (open_swing(signals, now, 0, Params(), Way()) is not None) is opens


def test_a_side_that_is_found_again_and_again_is_known_in_the_end() -> None:
    """Beyond doubt at once; else when it was the same for so long that no turn lasts; not across a pause."""
    unclear = Swinging(200.0, 0.6, (0.0, 0.0, 1.0), False, np.eye(3))
    other = unclear._replace(axis=(0.0, 0.0, -1.0))
    way = Way()
    assert way.sure(unclear._replace(clear=True))
    way = Way()
    assert not any(way.sure(found) for found in [unclear] * (SAME_SIDE - 1))
    assert way.sure(unclear)
    for between in (other, None):
        way = Way()
        assert not any(way.sure(found) for found in [*[unclear] * (SAME_SIDE - 1), between])
        assert not any(way.sure(found) for found in [unclear] * (SAME_SIDE - 1))
