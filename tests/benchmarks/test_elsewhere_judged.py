"""What is told of other people is judged where a truth can judge it, and no further."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.elsewhere.judged import (
    against_contacts,
    against_known_strides,
    against_ways,
    at_toe_offs,
    gait_of,
    peer_against_contacts,
)
from benchmarks.elsewhere.markers import MARKERS, Markers, at_events
from benchmarks.elsewhere.told import Told, tell
from benchmarks.elsewhere.truths import Ways, within_passes
from benchmarks.trial import Contacts, Trial
from firmware_sim.motion import Truth
from kneeload.truth import match
from tests.benchmarks.synthetic import walking

RATE_HZ = 200.0


@pytest.fixture(scope="module")
def walk() -> tuple[Trial, Truth]:
    return walking(RATE_HZ)


@pytest.fixture(scope="module")
def told(walk: tuple[Trial, Truth]) -> Told:
    return tell(walk[0], gyro=True)


def altered(told: Told, later_s: Mapping[int, float], *, without: tuple[int, ...] = ()) -> Told:
    """The same strides, some of their contacts later and some left out."""
    strides = [
        replace(stride, initial_contact_us=stride.initial_contact_us + round(1e6 * later_s.get(k, 0.0)))
        for k, stride in enumerate(told.strides)
        if k not in without
    ]
    return replace(told, strides=strides)


def test_a_walk_is_told_from_its_file_with_the_gyroscope_and_without(
    walk: tuple[Trial, Truth], told: Told
) -> None:
    trial, truth = walk
    blind = tell(trial, gyro=False)
    for one in (told, blind):
        pairs = match(one.contacts.initial_contact_s, truth.initial_contact_s, tolerance_s=0.05)
        assert pairs.found.size >= 25
    assert any(stride.stride_length_m for stride in told.strides)
    assert not any(stride.stride_length_m for stride in blind.strides)


def test_a_pass_ends_where_contacts_are_missing_from_the_truth() -> None:
    true_s = np.array([1.0, 2.0, 3.0, 6.0, 7.0, 8.0])
    found_s = np.array([0.5, 0.98, 2.5, 3.04, 3.5, 5.5, 6.0, 8.04, 8.5])
    assert within_passes(found_s, true_s).tolist() == [
        *(False, True, True, True, False),
        *(False, True, True, False),
    ]


def test_contacts_are_missed_extra_and_not_judged(told: Told) -> None:
    """The truth: our own contacts but for the first two and the last, the last of them with no toe-off."""
    whole = told.contacts
    off_s = whole.toe_off_s[2:-1] + 0.04
    off_s[-1] = np.nan
    truth = Contacts(whole.initial_contact_s[2:-1], off_s)
    row = against_contacts(altered(told, {5: 0.02, 8: 0.08}, without=(10,)), truth)
    assert (row.contacts, row.missed, row.extra, row.unjudged) == (len(whole) - 3, 2, 1, 3)
    assert row.initial_contact_ms.max() == pytest.approx(20)
    assert np.allclose(row.toe_off_ms, -40)
    assert row.toe_off_ms.size == row.initial_contact_ms.size - 1


def test_a_peer_that_is_late_throughout_is_paired_and_stays_late(told: Told) -> None:
    whole = told.contacts
    late = Contacts(whole.initial_contact_s + 0.08, whole.toe_off_s)
    row = peer_against_contacts(late, whole)
    assert (row.missed, row.extra) == (0, 0)
    assert row.initial_contact_ms.mean() == pytest.approx(80)


def test_a_lift_off_taken_for_the_landing_is_seen(told: Told) -> None:
    whole = told.contacts
    stance_s = float(whole.toe_off_s[7] - whole.initial_contact_s[7])
    assert at_toe_offs(told, whole) == 0
    assert at_toe_offs(altered(told, {7: stance_s + 0.02}), whole) == 1
    assert at_toe_offs(altered(told, {7: 0.5 * stance_s}), whole) == 0
    ends_before = Contacts(whole.initial_contact_s[:7], whole.toe_off_s[:7])
    early_s = float(whole.toe_off_s[6] - whole.initial_contact_s[7])
    assert at_toe_offs(altered(told, {7: early_s}), whole) == 1
    assert at_toe_offs(altered(told, {7: early_s}), ends_before) == 0


def test_a_length_is_compared_where_both_contacts_were_found(told: Told) -> None:
    contact_s = told.contacts.initial_contact_s
    rows = [k for k, stride in enumerate(told.strides) if k and stride.stride_length_m is not None]
    length_m = np.array([told.strides[k].stride_length_m for k in rows])
    ways = Ways(np.array([(contact_s[k - 1], contact_s[k]) for k in rows]), length_m / 1.05)
    assert np.allclose(against_ways(told, ways), 5)
    gone, late = rows[4], rows[10]
    errors = against_ways(altered(told, {late: 0.08}, without=(gone,)), ways)
    unknown = [rows.index(k) for k in (gone, gone + 1, late, late + 1)]
    assert np.flatnonzero(np.isnan(errors)).tolist() == unknown


def test_known_strides_need_both_their_contacts(told: Told) -> None:
    contact_s = told.contacts.initial_contact_s
    known_s = np.array([(contact_s[k], contact_s[k + 1]) for k in (4, 5, 9, 14)])
    row = against_known_strides(altered(told, {5: 0.01, 15: 0.02}, without=(10,)), known_s)
    assert (row.strides, row.missed) == (4, 1)
    assert row.stride_time_ms == pytest.approx([10, -10, 20], abs=0.01)
    assert np.sort(row.initial_contact_ms) == pytest.approx([0, 0, 0, 0, 10, 20], abs=0.01)


def test_half_and_missed_strides_are_octave_errors(told: Told) -> None:
    whole = gait_of(told, told)
    assert (whole.run, whole.octave, whole.alone, whole.agree) == (0, 0, 0, len(told.strides))
    assert whole.longest_s < 1.3 * whole.median_s
    torn = gait_of(altered(told, {12: -0.45 * whole.median_s}, without=(8,)), told)
    assert torn.octave == 2
    assert torn.longest_s == pytest.approx(2 * whole.median_s, rel=0.1)
    assert (torn.alone, torn.agree) == (1, len(told.strides) - 2)
    ran = replace(told, strides=[replace(told.strides[0], activity="run"), *told.strides[1:]])
    assert gait_of(ran, told).run == 1


def test_a_recording_without_strides_has_no_stride_time(told: Told) -> None:
    empty = gait_of(replace(told, strides=[]), told)
    assert (empty.strides, empty.octave, empty.agree) == (0, 0, 0)
    assert np.isnan(empty.median_s)


def test_markers_at_an_event_are_told_from_their_lowest_in_the_stance() -> None:
    """A foot that slides at 2 m/s and rises by 0.1 m/s from 10 mm at contact."""
    t_s = np.arange(0, 3, 0.01)
    place_m = np.column_stack([2.0 * t_s, 0.0 * t_s, 0.01 + 0.1 * np.maximum(t_s - 1.0, 0.0)])
    markers = Markers(t_s, dict.fromkeys(MARKERS, place_m))
    truth = Contacts(np.array([1.0, 2.5]), np.array([1.5, np.nan]))
    found = Contacts(np.array([1.02, 2.5]), np.array([1.4, 2.9]))
    at = at_events(markers, truth, found)
    heights = {event: row.height_mm["heel"].tolist() for event, row in at.items()}
    assert heights == {
        "contact, motion capture": pytest.approx([0]),
        "contact, kneeload": pytest.approx([2]),
        "toe-off, motion capture": pytest.approx([50]),
        "toe-off, kneeload": pytest.approx([40]),
    }
    assert all(row.speed_m_per_s["toe"] == pytest.approx([2]) for row in at.values())
