"""What is said of the peaks marked in a waveform is true of these strides."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dsp.stride import Stride
from kneeload.review.caption import caption
from kneeload.review.page import page
from kneeload.review.run_data import Waveform
from tests.sample_run import SHINS, sample_run_data, sample_strides

__all__: list[str] = []

LEFT, RIGHT = SHINS
AT_US = 100_000_000
ORDINARY, LOW_RATE, CLIPPED = "most are a little lower", "well above the samples or below", "cut off"
AROUND = [
    replace(s, clipped=False) for s in sample_strides(LEFT) if abs(s.initial_contact_us - AT_US) < 2_000_000
]


def waveform() -> Waveform:
    t_us = np.arange(AT_US - 3_000_000, AT_US + 3_000_000, 5_000, dtype=np.int64)
    return Waveform(LEFT, t_us, np.ones((len(t_us), 3)))


@pytest.mark.parametrize(
    ("strides", "said"),
    [
        (AROUND, {ORDINARY}),
        ([replace(s, low_rate=True) for s in AROUND], {LOW_RATE}),
        ([replace(AROUND[0], clipped=True), *AROUND[1:]], {ORDINARY, CLIPPED}),
        ([replace(s, low_rate=True, clipped=True) for s in AROUND], {LOW_RATE, CLIPPED}),
        ([replace(s, peak_resultant_g=None) for s in AROUND], set()),
        ([], set()),
    ],
    ids=["ordinary", "low rate", "clipped", "both", "no peaks", "no strides"],
)
def test_the_caption_says_how_marks_and_samples_differ(strides: Sequence[Stride], said: set[str]) -> None:
    text = caption([waveform()], strides)
    assert text.startswith("Acceleration around it, as the sensor sent it.")
    assert {words for words in (ORDINARY, LOW_RATE, CLIPPED) if words in text} == said


def test_strides_that_are_not_drawn_have_no_say() -> None:
    elsewhere = [
        replace(s, initial_contact_us=s.initial_contact_us + 60_000_000, clipped=True) for s in AROUND
    ]
    other = [replace(s, mount=RIGHT, low_rate=True) for s in AROUND]
    assert caption([waveform()], [*AROUND, *elsewhere, *other]) == caption([waveform()], AROUND)


def test_each_alerts_waveform_has_its_own_caption() -> None:
    data = sample_run_data()
    slow = tuple(replace(s, low_rate=s.initial_contact_us > 250_000_000) for s in data.strides)
    text = page(sample_run_data(strides=slow), plotly="")
    assert text.count(ORDINARY) == 1
    assert text.count(LOW_RATE) == 1
