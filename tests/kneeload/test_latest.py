"""What is shown of a run that goes on: what still holds of what was computed before."""

from dsp.mount import Mount
from kneeload.latest import Latest
from tests.kneeload.examples import alert, health, stride, summary

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN


def test_of_each_kind_and_sensor_the_last_holds() -> None:
    latest = Latest()
    latest.take([stride(0), health(5), summary(5), stride(0, RIGHT)])
    latest.take([stride(1), health(10), health(10, RIGHT), summary(10)])
    expected = [stride(1), stride(0, RIGHT), health(10), health(10, RIGHT), summary(10)]
    assert sorted(map(repr, latest.results)) == sorted(map(repr, expected))


def test_of_alerts_those_hold_that_are_open_in_the_order_in_which_they_were_raised() -> None:
    latest = Latest()
    latest.take([alert(1), alert(2, mount=RIGHT), alert(3, "battery-low"), stride(0)])
    assert latest.results == [stride(0), alert(1), alert(2, mount=RIGHT), alert(3, "battery-low")]
    latest.take([alert(4, raised=False)])
    assert latest.results == [stride(0), alert(2, mount=RIGHT), alert(3, "battery-low")]
    latest.take([alert(5)])
    assert latest.results == [stride(0), alert(2, mount=RIGHT), alert(3, "battery-low"), alert(5)]
