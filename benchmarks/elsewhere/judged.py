"""Contacts and stride lengths held against motion capture, else what is told against itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere.told import Told
from benchmarks.elsewhere.truths import Ways, within_passes
from benchmarks.matching import TOLERANCE_S, common_offset
from benchmarks.score import Score, score
from benchmarks.trial import Contacts
from dsp.stride import Activity
from kneeload.truth import match

__all__ = [
    "Gait",
    "KnownStrides",
    "against_contacts",
    "against_known_strides",
    "against_ways",
    "at_toe_offs",
    "gait_of",
    "peer_against_contacts",
]

Floats = NDArray[np.float64]

ENDS = 2
"""Contacts left out at either end of a recording: steps out of standing and into it."""
SHORT, LONG = 0.6, 1.6
"""Of the median stride: half a stride and two strides are beyond."""
AGREES_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class KnownStrides:
    """Errors are found minus true, ms; missed: strides of which one contact or both were not found."""

    strides: int
    missed: int
    initial_contact_ms: Floats
    stride_time_ms: Floats


@dataclass(frozen=True, slots=True)
class Gait:
    """What was told of one sensor. longest_s: between contacts; octave: stride times beyond SHORT and LONG.

    agree, alone: contacts that are within AGREES_S of one told with the gyroscope, and those that are not.
    """

    strides: int
    run: int
    median_s: float
    longest_s: float
    octave: int
    agree: int
    alone: int


def against_contacts(told: Told, truth: Contacts) -> Score:
    activities: list[Activity] = [stride.activity for stride in told.strides]
    return _score(told.contacts, truth, activities=activities)


def at_toe_offs(told: Told, truth: Contacts) -> int:
    """How many of the extra contacts are within TOLERANCE_S of a true toe-off."""
    found_s = told.contacts.initial_contact_s
    found_s = found_s[within_passes(found_s, truth.initial_contact_s)]
    extra = match(found_s, truth.initial_contact_s, tolerance_s=TOLERANCE_S).extra
    apart_s = np.abs(found_s[extra][:, None] - truth.toe_off_s[np.isfinite(truth.toe_off_s)])
    return int((apart_s <= TOLERANCE_S).any(axis=1).sum())


def peer_against_contacts(found: Contacts, truth: Contacts) -> Score:
    """Peers are paired after taking off their constant lateness, where that helps them."""
    offset_s = common_offset(found.initial_contact_s, truth.initial_contact_s)
    scores = [_score(found, truth, offset_s=offset) for offset in (0.0, offset_s)]
    return min(scores, key=lambda row: row.missed + row.extra)


def _score(
    found: Contacts, truth: Contacts, *, activities: list[Activity] | None = None, offset_s: float = 0.0
) -> Score:
    inside = within_passes(found.initial_contact_s - offset_s, truth.initial_contact_s)
    return score(found, truth, activity="walk", activities=activities, offset_s=offset_s, inside=inside)


def against_ways(told: Told, ways: Ways) -> Floats:
    """(n,) % error of the length of each stride of the truth.

    NaN where no length was told, or where its two contacts were not found one right after the other.
    """
    errors = np.full(ways.length_m.size, np.nan)
    at = _found_at(told.contacts.initial_contact_s, ways.contacts_s)
    for k, (before, contact) in enumerate(at.tolist()):
        length_m = told.strides[contact].stride_length_m
        if before >= 0 and contact == before + 1 and length_m is not None:
            errors[k] = 100 * (length_m / ways.length_m[k] - 1)
    return errors


def _found_at(found_s: Floats, contacts_s: Floats) -> NDArray[np.intp]:
    """For each of the true contacts the place of the found one that is paired with it, -1 where none is."""
    true_s = np.unique(contacts_s)
    pairs = match(found_s, true_s, tolerance_s=TOLERANCE_S)
    at = np.full(true_s.size, -1, dtype=np.intp)
    at[pairs.true] = pairs.found
    return at[np.searchsorted(true_s, contacts_s)]


def against_known_strides(told: Told, known_s: Floats) -> KnownStrides:
    """known_s: (n, 2) s, the contacts at both ends of each stride."""
    found_s = told.contacts.initial_contact_s
    at = _found_at(found_s, known_s)
    errors_ms = np.full(known_s.shape, np.nan)
    errors_ms[at >= 0] = 1e3 * (found_s[at[at >= 0]] - known_s[at >= 0])
    _, once = np.unique(known_s, return_index=True)
    contact_ms = errors_ms.reshape(-1)[once]
    time_ms = errors_ms[:, 1] - errors_ms[:, 0]
    known = np.isfinite(time_ms)
    return KnownStrides(
        len(known_s), int((~known).sum()), contact_ms[np.isfinite(contact_ms)], time_ms[known]
    )


def gait_of(told: Told, with_gyro: Told) -> Gait:
    """with_gyro: the same trial told with its gyroscope; nan where there are too few contacts."""
    contact_s = told.contacts.initial_contact_s
    times_s = np.diff(contact_s[ENDS : contact_s.size - ENDS])
    median_s = float(np.median(times_s)) if times_s.size else float("nan")
    pairs = match(contact_s, with_gyro.contacts.initial_contact_s, tolerance_s=AGREES_S)
    return Gait(
        strides=len(told.strides),
        run=sum(stride.activity == "run" for stride in told.strides),
        median_s=median_s,
        longest_s=float(times_s.max()) if times_s.size else float("nan"),
        octave=int(((times_s < SHORT * median_s) | (times_s > LONG * median_s)).sum()),
        agree=pairs.found.size,
        alone=pairs.extra.size,
    )
