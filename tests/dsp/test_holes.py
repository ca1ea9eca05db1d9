"""Contacts whose own samples were lost: the rhythm says where they were."""

import numpy as np
import pytest

from dsp.mount import Mount
from firmware_sim.plan import FootStrike, Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import strides_of, without
from tests.dsp.simulated import simulated

BEFORE_S, AFTER_S = 0.03, 0.05  # a contact: what is lost
EVERY = 4


@pytest.mark.parametrize("mount", [Mount.LEFT_SHOE, Mount.RIGHT_SHIN])
@pytest.mark.parametrize("strike", ["fore", "rear"])
def test_a_lost_contact_is_where_the_beat_has_it(mount: Mount, strike: FootStrike) -> None:
    """With a gyroscope: a swing was there on either side of the hole."""
    run = Phase(activity="run", duration_s=30.0, speed_kmh=13.0, foot_strike=strike)
    whole, truth = simulated(mount, Phase(activity="stand", duration_s=4.0), run, seed=6)
    after_s = whole.t_us[:, None] / 1e6 - truth.initial_contact_s[3::EVERY]
    gone = np.any((after_s > -BEFORE_S) & (after_s < AFTER_S), axis=1)
    assert np.count_nonzero(gone) > 100
    verdict = judge(strides_of([without(whole, gone)]), truth.initial_contact_s, truth.toe_off_s)
    assert (verdict.missed, verdict.extra) == (0, 0)


@pytest.mark.parametrize("mount", [Mount.LEFT_SHOE, Mount.RIGHT_SHIN])
def test_no_stride_time_begins_at_a_contact_whose_own_samples_were_lost(mount: Mount) -> None:
    """Its moment is not known well enough, also where the samples after it are all there."""
    run = Phase(activity="run", duration_s=30.0, speed_kmh=11.0)
    whole, truth = simulated(mount, Phase(activity="stand", duration_s=4.0), run, seed=2)
    after_s = whole.t_us[:, None] / 1e6 - truth.initial_contact_s[3::EVERY]
    gone = np.any((after_s > -0.045) & (after_s < -0.005), axis=1)
    strides = strides_of([without(whole, gone)])
    times_s = np.array([np.nan if s.stride_time_s is None else s.stride_time_s for s in strides])
    torn = [
        int(np.argmin([abs(s.initial_contact_us / 1e6 - at) for s in strides]))
        for at in truth.initial_contact_s[3:-3:EVERY]
    ]
    assert len(torn) > 8
    assert np.isnan(times_s[torn]).all()
    assert np.isnan(times_s[[k + 1 for k in torn]]).all()
    assert np.isfinite(times_s[[k + 2 for k in torn]]).all()
