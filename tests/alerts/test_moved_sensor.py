"""A sensor that slips in a run, through signal processing and rules."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from tests.alerts.simulated import STAND, alerts_of, run
from tests.alerts.strides import words
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

PHASES = (STAND, run(1, 11), run(1, 11), STAND, run(1, 11))


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
def test_it_is_told_once_and_forgiven_after_standing(mount: Mount) -> None:
    block, _ = simulated(mount, *PHASES)
    slips_us, stands_us = (round(1e6 * sum(phase.duration_s for phase in PHASES[:k])) for k in (2, 3))
    since = block.t_us > slips_us
    turn = Rotation.from_euler("xyz", [35.0, 20.0, 35.0], degrees=True)
    assert block.gyro_dps is not None
    acc_g, gyro_dps = block.acc_g.copy(), block.gyro_dps.copy()
    acc_g[since], gyro_dps[since] = turn.apply(acc_g[since]), turn.apply(gyro_dps[since])
    strides = strides_of([replace(block, acc_g=np.ascontiguousarray(acc_g), gyro_dps=gyro_dps)])
    moved = [alert for alert in alerts_of(AlertEngine(RULES), strides) if alert.rule == "sensor-moved"]
    assert words(moved) == [("sensor-moved", "raised"), ("sensor-moved", "cleared")]
    assert 0 <= moved[0].t_us - slips_us <= 30e6
    assert 0 <= moved[1].t_us - stands_us <= 30e6


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
def test_one_that_stays_where_it_is_is_not_told(mount: Mount) -> None:
    for seed in range(2):
        strides = strides_of([simulated(mount, *PHASES, seed=seed)[0]])
        assert "sensor-moved" not in {alert.rule for alert in alerts_of(AlertEngine(RULES), strides)}
