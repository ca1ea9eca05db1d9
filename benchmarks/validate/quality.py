"""Whether `quality` tells the right contacts from the wrong ones, by what is true of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.matching import TOLERANCE_S, judged
from benchmarks.sheet import Sheet, number
from benchmarks.trial import Contacts
from benchmarks.validate.ours import contacts_of
from dsp.stride import Stride
from kneeload.truth import match

__all__ = ["BANDS", "Graded", "graded", "quality_sheet", "together", "winner_sheet"]

Floats = NDArray[np.float64]

HEADERS = ("contacts", "share %", "of them no contact %", "off by up to, ms (9 of 10)")
OFF = "Off: of the right contacts, from the median error of the row's recordings."
BANDS = ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.01))


@dataclass(frozen=True, slots=True, eq=False)
class Graded:
    """quality, method: (n,); error_ms: (n,) of the initial contact, NaN where there was no contact at all."""

    quality: Floats
    error_ms: Floats
    method: NDArray[np.str_]


def graded(strides: Sequence[Stride], truth: Contacts) -> Graded:
    """Of the contacts that the truth can judge."""
    contact_s = contacts_of(strides).initial_contact_s
    error_ms = np.full(contact_s.size, np.nan)
    inside = judged(contact_s, truth.initial_contact_s, truth.toe_off_s)
    places = np.flatnonzero(inside)
    pairs = match(contact_s[places], truth.initial_contact_s, tolerance_s=TOLERANCE_S)
    found = places[pairs.found]
    error_ms[found] = 1e3 * (contact_s[found] - truth.initial_contact_s[pairs.true])
    quality = np.array([stride.quality for stride in strides], dtype=np.float64)
    method = np.array([stride.contact_method for stride in strides], dtype=np.str_)
    return Graded(quality[places], error_ms[places], method[places])


def together(rows: Iterable[Graded]) -> Graded:
    several = list(rows)
    empty = np.empty(0)
    return Graded(
        np.concatenate([empty, *(row.quality for row in several)]),
        np.concatenate([empty, *(row.error_ms for row in several)]),
        np.concatenate([np.empty(0, dtype=np.str_), *(row.method for row in several)]),
    )


Group = tuple[str, Graded]


def quality_sheet(title: str, groups: Iterable[Group]) -> Sheet:
    """One row a group and band of quality."""
    bands = [
        (
            name,
            f"{low:g} to {min(high, 1.0):g}",
            *_row(group, (group.quality >= low) & (group.quality < high)),
        )
        for name, group in groups
        for low, high in BANDS
        if ((group.quality >= low) & (group.quality < high)).any()
    ]
    return Sheet(
        title,
        ("recording", "quality", *HEADERS),
        tuple(bands),
        notes=(
            OFF,
            "The first three contacts of a gait have too little to be compared with: 0.64 at the most.",
        ),
    )


def winner_sheet(title: str, groups: Iterable[Group]) -> Sheet:
    """One row a group and method of the initial contact."""
    rows = [
        (name, method, *_row(group, group.method == method))
        for name, group in groups
        for method in np.unique(group.method).tolist()
    ]
    return Sheet(
        title,
        ("recording", "landmark", *HEADERS),
        tuple(rows),
        notes=(OFF, "expected: the samples are missing, the rhythm says when it was."),
    )


def _row(group: Graded, of: NDArray[np.bool_]) -> tuple[str, str, str, str]:
    """As HEADERS has them, of these contacts of the group."""
    usual_ms = float(np.nanmedian(group.error_ms)) if np.isfinite(group.error_ms).any() else 0.0
    off_ms = np.abs(group.error_ms[of] - usual_ms)
    right = off_ms[np.isfinite(off_ms)]
    return (
        str(int(of.sum())),
        number(100 * float(of.mean())),
        number(100 * float(np.isnan(off_ms).mean())),
        number(float(np.percentile(right, 90)) if right.size else float("nan")),
    )
