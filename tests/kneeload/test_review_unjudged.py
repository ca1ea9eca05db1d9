"""A run without alerts says what nobody looked at, from what the run really has."""

from dataclasses import replace

import pytest

from alerts.baseline import Usual
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.brief import brief_section
from kneeload.review.unjudged import unjudged
from tests.sample_run import SHINS, sample_run_data, sample_strides

__all__: list[str] = []

USUAL = {
    (metric, mount): Usual(value, 0.5, 5)
    for mount in SHINS
    for metric, value in (("cadence_spm", 165.0), ("peak_resultant_g", 7.5), ("ringing", 0.1))
}


def running(*mounts: Mount, most: int = 400) -> tuple[Stride, ...]:
    """Clean running strides."""
    chosen = []
    for mount in mounts:
        own = [replace(s, gap=False, clipped=False, quality=0.9) for s in sample_strides(mount)]
        chosen += [s for s in own if s.activity == "run" and s.peak_resultant_g is not None][:most]
    return tuple(sorted(chosen, key=lambda s: s.initial_contact_us))


def said(*strides: Stride, **changes: object) -> list[str]:
    data = sample_run_data(SHINS, strides=strides, health=(), alerts=(), waveforms={}, **changes)
    return unjudged(data)


def test_where_all_is_known_nothing_is_left_out() -> None:
    assert said(*running(*SHINS), usual=USUAL) == []
    data = sample_run_data(strides=running(*SHINS), usual=USUAL, alerts=(), waveforms={})
    text = brief_section(data, ())
    assert "No alert: nothing that was judged went beyond its limit." in text
    assert "Not judged" not in text


def test_a_short_first_run_says_that_nothing_is_usual_yet() -> None:
    assert said(*running(*SHINS, most=279)) == [
        "cadence (what is usual was not known)",
        "left against right (what is usual was not known)",
        "the strap (what is usual was not known)",
    ]


def test_a_run_that_learned_says_from_what() -> None:
    assert said(*running(*SHINS)) == [
        "changes in the first minutes, from which this run learned what is usual"
    ]


def test_walking_and_doubtful_contacts_are_counted() -> None:
    strides = list(running(*SHINS))
    strides[:7] = [replace(s, activity="walk") for s in strides[:7]]
    strides[7] = replace(strides[7], quality=0.4)
    assert said(*strides, usual=USUAL) == [
        f"walking (7 of {len(strides)} foot contacts)",
        "1 doubtful foot contact",
    ]


def test_of_one_foot_strides_are_counted() -> None:
    one = [replace(s, activity="walk") for s in running(SHINS[0], most=300)]
    assert said(*one)[0] == "walking (300 of 300 strides)"


def test_a_slow_sensor_has_no_strap_that_is_watched() -> None:
    left, right = SHINS
    slow = [replace(s, ringing=None) for s in running(left)]
    assert said(*slow, *running(right), usual=USUAL) == [
        "the strap at the left shin (that needs 190 samples a second)"
    ]


def test_one_side_cannot_be_compared() -> None:
    assert said(*running(SHINS[0]), usual=USUAL) == ["left against right (only one side had a sensor)"]


@pytest.mark.parametrize("off", ["cadence-low", "strap-loose"])
def test_what_is_switched_off_is_said_once(off: str) -> None:
    kept = tuple(rule for rule in RULES if rule.id != off)
    (title,) = [rule.title for rule in RULES if rule.id == off]
    words = said(*running(*SHINS, most=100), rules=kept)
    assert words[-1] == f"what is switched off ({title})"
    assert len(words) == 3
