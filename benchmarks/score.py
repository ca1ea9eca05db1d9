"""What a method got right and wrong on one trial, and the figures of many trials together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import TOLERANCE_S, judged
from benchmarks.trial import Contacts
from dsp.stride import Activity
from kneeload.truth import match

__all__ = ["Figures", "Score", "figures", "score"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """One method on one trial. Errors are found minus true, ms, one for each matched contact."""

    contacts: int
    missed: int
    extra: int
    unjudged: int
    initial_contact_ms: Floats
    toe_off_ms: Floats
    contact_time_ms: Floats
    cadence_error_spm: float
    wrong_activity: int
    with_activity: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The table row of one method over trials; NaN where the method does not give the quantity."""

    contacts: int
    missed_per_1000: float
    extra_per_1000: float
    unjudged: int
    initial_contact_bias_ms: float
    initial_contact_sd_ms: float
    toe_off_bias_ms: float
    toe_off_sd_ms: float
    contact_time_bias_ms: float
    contact_time_sd_ms: float
    cadence_error_spm: float
    wrong_activity_percent: float


def score(
    found: Contacts,
    truth: Contacts,
    *,
    activity: Activity,
    activities: Sequence[Activity] | None = None,
    offset_s: float = 0.0,
    borne_out: NDArray[np.bool_] | None = None,
    inside: NDArray[np.bool_] | None = None,
) -> Score:
    """offset_s is taken from the found contacts for the pairing alone; the errors still contain it.

    borne_out: which true contacts count; those found nearest to one of the others are not judged.
    inside: (n,) which found contacts are judged; None: those of matching.judged.
    """
    if inside is None:
        inside = judged(found.initial_contact_s - offset_s, truth.initial_contact_s, truth.toe_off_s)
    if borne_out is not None:
        apart = np.abs(found.initial_contact_s[:, None] - offset_s - truth.initial_contact_s)
        inside = inside & borne_out[apart.argmin(axis=1)]
        truth = Contacts(truth.initial_contact_s[borne_out], truth.toe_off_s[borne_out])
    contact_s, toe_off_s = found.initial_contact_s[inside], found.toe_off_s[inside]
    pairs = match(contact_s - offset_s, truth.initial_contact_s, tolerance_s=TOLERANCE_S)
    true_contact_s, true_toe_off_s = truth.initial_contact_s[pairs.true], truth.toe_off_s[pairs.true]
    contact_ms = 1e3 * (contact_s[pairs.found] - true_contact_s)
    off_ms = 1e3 * (toe_off_s[pairs.found] - true_toe_off_s)
    known = (
        [a for a, ok in zip(activities, inside.tolist(), strict=True) if ok] if activities is not None else []
    )
    return Score(
        contacts=len(truth),
        missed=pairs.missed.size,
        extra=pairs.extra.size,
        unjudged=int(np.count_nonzero(~inside)),
        initial_contact_ms=contact_ms,
        toe_off_ms=off_ms[np.isfinite(off_ms)],
        contact_time_ms=(off_ms - contact_ms)[np.isfinite(off_ms)],
        cadence_error_spm=_cadence_spm(contact_s) - _cadence_spm(truth.initial_contact_s),
        wrong_activity=sum(a != activity for a in known),
        with_activity=len(known),
    )


def figures(scores: Iterable[Score]) -> Figures:
    """Pools contacts, not trials: a constant that differs between trials is part of the scatter."""
    rows = list(scores)
    contacts = sum(row.contacts for row in rows)
    asked = sum(row.with_activity for row in rows)
    cadence = np.abs([row.cadence_error_spm for row in rows])
    contact, off, time = (
        np.concatenate([getattr(row, name) for row in rows])
        for name in ("initial_contact_ms", "toe_off_ms", "contact_time_ms")
    )
    return Figures(
        contacts=contacts,
        missed_per_1000=1e3 * sum(row.missed for row in rows) / contacts,
        extra_per_1000=1e3 * sum(row.extra for row in rows) / contacts,
        unjudged=sum(row.unjudged for row in rows),
        initial_contact_bias_ms=_mean(contact),
        initial_contact_sd_ms=_sd(contact),
        toe_off_bias_ms=_mean(off),
        toe_off_sd_ms=_sd(off),
        contact_time_bias_ms=_mean(time),
        contact_time_sd_ms=_sd(time),
        cadence_error_spm=float(np.nanmax(cadence)) if np.isfinite(cadence).any() else float("nan"),
        wrong_activity_percent=(
            100 * sum(row.wrong_activity for row in rows) / asked if asked else float("nan")
        ),
    )


def _cadence_spm(contact_s: Floats) -> float:
    return 120 / float(np.median(np.diff(contact_s))) if contact_s.size > 2 else float("nan")


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def _sd(values: Floats) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")
