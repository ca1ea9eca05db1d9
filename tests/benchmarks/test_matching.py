"""Pairing contacts with truth: what must hold for any two lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.matching import TOLERANCE_S, common_offset, judged
from kneeload.truth import match

Floats = NDArray[np.float64]

times = st.lists(st.integers(0, 20_000), max_size=40, unique=True).map(
    lambda ms: np.array(sorted(ms), dtype=np.float64) / 1e3
)


@given(found=times, true=times)
def test_every_contact_is_either_paired_once_or_left_over_once(found: Floats, true: Floats) -> None:
    pairs = match(found, true, tolerance_s=TOLERANCE_S)
    assert sorted([*pairs.found, *pairs.extra]) == list(range(found.size))
    assert sorted([*pairs.true, *pairs.missed]) == list(range(true.size))
    assert (np.abs(found[pairs.found] - true[pairs.true]) <= TOLERANCE_S).all()


@given(found=times, true=times)
def test_no_pair_is_left_that_could_have_been_made(found: Floats, true: Floats) -> None:
    pairs = match(found, true, tolerance_s=TOLERANCE_S)
    left = np.abs(found[pairs.extra][:, None] - true[pairs.missed][None, :])
    assert (left > TOLERANCE_S).all()


@given(true=times)
def test_a_truth_matches_itself(true: Floats) -> None:
    pairs = match(true, true, tolerance_s=TOLERANCE_S)
    assert pairs.missed.size == pairs.extra.size == 0
    assert (pairs.found == pairs.true).all()


@given(found=times, true=times, shift=st.integers(0, 1000))
def test_roles_and_time_origin_do_not_matter(found: Floats, true: Floats, shift: int) -> None:
    pairs, swapped = match(found, true, tolerance_s=0.0501), match(true, found, tolerance_s=0.0501)
    assert pairs.found.size == swapped.found.size
    later = match(found + shift, true + shift, tolerance_s=0.0501)
    assert later.missed.size == pairs.missed.size
    assert later.extra.size == pairs.extra.size


def test_an_extra_contact_beside_a_true_one_is_extra() -> None:
    pairs = match(np.array([1.0, 1.03, 2.0]), np.array([1.0, 2.0]), tolerance_s=TOLERANCE_S)
    assert pairs.extra.tolist() == [1]
    assert pairs.missed.size == 0


def test_contacts_outside_the_truth_and_in_its_holes_are_not_judged() -> None:
    contact = np.array([5.0, 6.0, 7.0, 11.0, 12.0])
    inside = judged(np.array([3.0, 4.4, 4.6, 7.45, 7.6, 9.0, 11.0, 13.0]), contact, contact + 0.4)
    assert inside.tolist() == [False, False, True, True, False, False, True, False]


def test_a_constant_lateness_is_found() -> None:
    true = np.arange(10.0)
    assert np.isclose(common_offset(true[2:] + 0.07, true), 0.07)
