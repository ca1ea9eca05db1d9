"""At a shoe the faster it is sampled the sooner a landing's jerk peaks, and the contact: docs/metrics.md."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from dsp.block import ImuBlock
from dsp.mount import Mount
from tests.dsp.recordings import recording, strides_of
from tests.dsp.test_recordings import vicon_trials


def at_half_the_rate(block: ImuBlock) -> ImuBlock:
    """Low-passed with zero phase, then every other sample."""
    assert block.gyro_dps is not None
    acc_g, gyro_dps = (signal.decimate(x, 2, ftype="fir", axis=0) for x in (block.acc_g, block.gyro_dps))
    return replace(
        block,
        t_us=block.t_us[::2],
        acc_g=np.ascontiguousarray(acc_g),
        gyro_dps=np.ascontiguousarray(gyro_dps),
        rate_hz=0.5 * block.rate_hz,
    )


@pytest.mark.parametrize(("gait", "said_ms"), [("walk", 17.0), ("run", 6.0)])
def test_the_same_contacts_come_later_at_half_the_rate(gait: str, said_ms: float) -> None:
    """200 and 100 Hz; toe-offs stay where they are."""
    later_ms, toe_off_ms = [], []
    for trial in (name for name, _, _ in vicon_trials() if gait in name):
        whole = recording(f"vicon_shoe/{trial}", Mount.LEFT_SHOE, 200.0)
        strides = {stride.initial_contact_us: stride for stride in strides_of([whole])}
        at_us = np.array(list(strides))
        for stride in strides_of([at_half_the_rate(whole)]):
            nearest = strides[int(at_us[np.abs(at_us - stride.initial_contact_us).argmin()])]
            if abs(stride.initial_contact_us - nearest.initial_contact_us) < 150_000:
                later_ms.append((stride.initial_contact_us - nearest.initial_contact_us) / 1e3)
                if stride.toe_off_us is not None and nearest.toe_off_us is not None:
                    toe_off_ms.append((stride.toe_off_us - nearest.toe_off_us) / 1e3)
    assert len(later_ms) > 150
    assert np.median(later_ms) == pytest.approx(said_ms, abs=1.5)
    assert np.median(toe_off_ms) == pytest.approx(0.0, abs=1.0)
