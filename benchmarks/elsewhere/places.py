"""One leg told at two places: a shin sensor held against the shoe sensor below it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere.told import Told
from dsp.stride import Stride
from kneeload.truth import match

__all__ = ["APART_S", "Places", "both_places"]

Floats = NDArray[np.float64]

APART_S = 0.15
"""One contact, told at shin and shoe: both find it on their own, and neither is the truth."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """both, shin_alone, shoe_alone: contacts; times are the shin's less the shoe's, ms.

    shin_m, shoe_m: lengths of the strides that both have one of.
    """

    both: int
    shin_alone: int
    shoe_alone: int
    initial_contact_ms: Floats
    toe_off_ms: Floats
    shin_m: Floats
    shoe_m: Floats


def both_places(shin: Told, shoe: Told) -> Places:
    pairs = match(shin.contacts.initial_contact_s, shoe.contacts.initial_contact_s, tolerance_s=APART_S)
    ours = [shin.strides[k] for k in pairs.found.tolist()]
    theirs = [shoe.strides[k] for k in pairs.true.tolist()]
    lengths = np.array([(_length_m(a), _length_m(b)) for a, b in zip(ours, theirs, strict=True)]).reshape(
        -1, 2
    )
    known = np.isfinite(lengths).all(axis=1)
    off_ms = np.array([_off_ms(a, b) for a, b in zip(ours, theirs, strict=True)])
    return Places(
        both=len(ours),
        shin_alone=len(shin.strides) - len(ours),
        shoe_alone=len(shoe.strides) - len(ours),
        initial_contact_ms=np.array(
            [(a.initial_contact_us - b.initial_contact_us) / 1e3 for a, b in zip(ours, theirs, strict=True)]
        ),
        toe_off_ms=off_ms[np.isfinite(off_ms)],
        shin_m=lengths[known, 0],
        shoe_m=lengths[known, 1],
    )


def _off_ms(a: Stride, b: Stride) -> float:
    if a.toe_off_us is None or b.toe_off_us is None:
        return float("nan")
    return (a.toe_off_us - b.toe_off_us) / 1e3


def _length_m(stride: Stride) -> float:
    return float("nan") if stride.stride_length_m is None else stride.stride_length_m
