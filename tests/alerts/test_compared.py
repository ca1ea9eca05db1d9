"""What is held against what: the sides of one segment, and step rates at one speed."""

from dataclasses import replace

from alerts.baseline import Usual
from alerts.engine import AlertEngine
from alerts.observation import Metric
from alerts.rules import RULES
from alerts.sensor_strides import SensorStrides
from dsp.mount import Mount
from tests.alerts.strides import Run

SHINS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
SHOES = (Mount.LEFT_SHOE, Mount.RIGHT_SHOE)


def test_the_sides_of_the_segment_that_has_both_first_are_compared_and_no_others() -> None:
    """What the shoes do against each other is not held against what is usual of the shins."""
    usual: dict[tuple[Metric, Mount], Usual] = {("peak_resultant_g", shin): Usual(7.0, 0.7) for shin in SHINS}
    usual |= {("peak_resultant_g", shoe): Usual(20.0, 2.0) for shoe in SHOES}
    run = Run(AlertEngine(RULES, baseline=usual))
    assert run.steps(50, mounts=SHINS) == []
    apart = {Mount.LEFT_SHOE: 18.5, Mount.RIGHT_SHOE: 23.0}
    for stride in run.strides(200, mounts=(*SHOES, *SHINS)):
        assert run.engine.push(replace(stride, peak_resultant_g=apart.get(stride.mount, 7.0))) == []
    assert run.engine.shock_asymmetry_percent(run.t_us) == 0.0


def test_the_speed_that_a_step_rate_goes_with_is_that_of_now() -> None:
    """Five strides after a change it is the new one, and one odd stride does not move it."""
    run, sensor = Run(AlertEngine(())), SensorStrides()
    for count, speed_m_per_s in ((40, 3.5), (5, 2.5)):
        for stride in run.strides(count, mounts=SHOES[:1], speed_m_per_s=speed_m_per_s):
            sensor = sensor.push(stride)
    assert sensor.speed_m_per_s(run.t_us) == 2.5
    for stride in run.strides(1, mounts=SHOES[:1], speed_m_per_s=9.0):
        sensor = sensor.push(stride)
    assert sensor.speed_m_per_s(run.t_us) == 2.5
