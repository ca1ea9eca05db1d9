"""What is said of a figure's level follows from where the sensor is worn, its gyroscope and the gait."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dsp.mount import Mount
from dsp.stride import Activity, Stride
from kneeload.review.cautions import CAUTIONS, cautions_of, gyroscopes
from kneeload.review.metrics import METRICS
from kneeload.review.page import page
from tests.sample_run import sample_run_data, sample_strides

__all__: list[str] = []

SHIN, SHOE = Mount.LEFT_SHIN, Mount.LEFT_SHOE
UNCHECKED, TENTH = "was not checked on a person", "off by a tenth"


def strides_of(mount: Mount, *, gyroscope: bool, activity: Activity = "run") -> tuple[Stride, ...]:
    return tuple(
        replace(s, peak_swing_dps=400.0 if gyroscope else None)
        for s in sample_strides(mount)
        if s.activity == activity
    )


def contact_card(strides: Sequence[Stride]) -> str:
    text = page(sample_run_data(strides=tuple(strides), health=(), alerts=(), waveforms={}), plotly="")
    cards = re.findall(r'<section class="metric">.*?</section>', text, re.DOTALL)
    (card,) = [card for card in cards if "<h3>Contact time" in card]
    return str(card)


@pytest.mark.parametrize(
    ("strides", "said"),
    [
        (strides_of(SHIN, gyroscope=False), {TENTH}),
        (strides_of(SHIN, gyroscope=True), {TENTH}),
        (strides_of(SHOE, gyroscope=True), {UNCHECKED}),
        (strides_of(SHOE, gyroscope=False), {UNCHECKED}),
        (strides_of(SHOE, gyroscope=True, activity="walk"), {TENTH}),
        (strides_of(SHOE, gyroscope=False, activity="walk"), {UNCHECKED}),
        (
            (*strides_of(SHOE, gyroscope=True), *strides_of(Mount.RIGHT_SHOE, gyroscope=False)),
            {UNCHECKED},
        ),
    ],
    ids=["shin", "shin, gyro", "shoe, gyro", "shoe", "shoe, walk, gyro", "shoe, walk", "one of two"],
)
def test_contact_time_says_how_far_its_level_can_be_read(strides: Sequence[Stride], said: set[str]) -> None:
    card = contact_card(strides)
    assert {words for words in (UNCHECKED, TENTH) if words in card} == said
    assert "Single strides may be off by tens of milliseconds." in card


def test_shins_with_and_without_a_gyroscope_were_not_checked_on_the_same() -> None:
    assert "treadmill" in contact_card(strides_of(SHIN, gyroscope=False))
    assert "simulated legs only" in contact_card(strides_of(SHIN, gyroscope=True))


def test_one_stride_that_turned_shows_a_gyroscope() -> None:
    strides = strides_of(SHOE, gyroscope=False)
    assert gyroscopes(strides) == {False}
    assert gyroscopes([replace(strides[0], peak_swing_dps=400.0), *strides]) == {True}
    assert gyroscopes([]) == set()


def test_every_caution_belongs_to_a_metric_and_can_be_said() -> None:
    for row in CAUTIONS:
        assert row.metric in {metric.name for metric in METRICS}
        said = cautions_of(
            row.metric,
            segment=row.segment,
            activity=row.activity or "run",
            gyroscope=[row.gyroscope or False],
        )
        assert row.words in said
    assert cautions_of("cadence_spm", segment="shoe", activity="run", gyroscope=[True]) == ""
