"""Tables of what was found on other people."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere.feet import FEET, Foot
from benchmarks.elsewhere.judged import AGREES_S, ENDS, LONG, SHORT, Gait, KnownStrides
from benchmarks.elsewhere.markers import MARKERS
from benchmarks.elsewhere.places import APART_S, Places
from benchmarks.elsewhere.results import WAYS, Elsewhere
from benchmarks.elsewhere.truths import TURN
from benchmarks.matching import TOLERANCE_S
from benchmarks.score import Score, figures
from benchmarks.sheet import Sheet, number
from benchmarks.validate.recorded import OURS
from benchmarks.validate.recorded_sheets import FIGURE_HEADERS, figure_row

__all__ = ["elsewhere_sheets", "mean_sd"]

Floats = NDArray[np.float64]

GYRO = {True: "with gyroscope", False: "without gyroscope"}


def elsewhere_sheets(found: Elsewhere) -> list[Sheet]:
    return [_contacts(found), _markers(found), _lengths(found), _known(found), _places(found), _gaits(found)]


def mean_sd(values: Floats) -> tuple[float, float]:
    """NaN where there are too few."""
    return (
        float(values.mean()) if values.size else float("nan"),
        float(values.std(ddof=1)) if values.size > 1 else float("nan"),
    )


def _contacts(found: Elsewhere) -> Sheet:
    rows = []
    for gyro in WAYS:
        scores = {foot: found.contacts[foot, gyro] for foot in FEET}
        rows.append(_scored(f"{OURS}, {GYRO[gyro]}", list(scores.values())))
        rows += [_scored(f"… {foot} foot", [score]) for foot, score in scores.items()]
    lift_offs = {gyro: sum(found.lift_offs[foot, gyro] for foot in FEET) for gyro in WAYS}
    rows += [_scored(name, scores) for name, scores in found.peers.items()]
    return Sheet(
        "imu_sample against motion capture",
        ("method", "true", "missed", "extra", "not judged", *FIGURE_HEADERS[2:]),
        tuple(rows),
        notes=(
            "Not judged: found before the first or after the last true contact of a pass, where motion "
            "capture lists none: the first and last steps and, of the left foot, those in the turn.",
            f"Of the extra ones {lift_offs[True]} with the gyroscope and {lift_offs[False]} without are "
            f"within {1e3 * TOLERANCE_S:g} ms of a true toe-off: the lift-off was taken for the landing.",
            "What this truth calls contact and toe-off: next table.",
        ),
    )


def _markers(found: Elsewhere) -> Sheet:
    rows = []
    for event in found.markers[FEET[0]]:
        cells = [event]
        for marker in MARKERS:
            at = [found.markers[foot][event] for foot in FEET]
            height_mm = np.concatenate([row.height_mm[marker] for row in at])
            speed = np.concatenate([row.speed_m_per_s[marker] for row in at])
            cells += [number(float(np.nanmedian(height_mm)), 0), number(float(np.nanmedian(speed)), 2)]
        rows.append(tuple(cells))
    return Sheet(
        "imu_sample: where the foot's markers are at these events",
        ("event", *(f"{marker} {unit}" for marker in MARKERS for unit in ("mm", "m/s"))),
        tuple(rows),
        notes=(
            "Medians over the stances whose contact was found, with the gyroscope: height above the marker's "
            "lowest in the stance, and its level speed.",
        ),
    )


def _scored(name: str, scores: list[Score]) -> tuple[str, ...]:
    return (
        name,
        *(
            str(sum(getattr(row, what) for row in scores))
            for what in ("contacts", "missed", "extra", "unjudged")
        ),
        *figure_row(figures(scores))[2:],
    )


def _lengths(found: Elsewhere) -> Sheet:
    turns = {foot: found.turns(foot) for foot in FEET}
    rows = [
        _length(found, "straight", {foot: ~turns[foot] for foot in FEET}),
        *(_length(found, f"… {foot} foot", {foot: ~turns[foot]}) for foot in FEET),
        _length(found, "in the turn", turns),
    ]
    return Sheet(
        "imu_sample: stride length against the heel's way",
        ("strides", "true", "with a value", "true mean m", "mean error %", "SD %"),
        tuple(rows),
        notes=(
            "With the gyroscope; without one there is no stride length. True: the heel's level way from rest "
            f"to rest. In the turn: less than {TURN:g} of the foot's median way. A stride has a value where "
            "both its contacts were found, one right after the other.",
        ),
    )


def _length(found: Elsewhere, name: str, chosen: Mapping[Foot, NDArray[np.bool_]]) -> tuple[str, ...]:
    way_m = np.concatenate([found.way_m[foot][which] for foot, which in chosen.items()])
    errors = np.concatenate([found.length_percent[foot][which] for foot, which in chosen.items()])
    known = errors[np.isfinite(errors)]
    counts = str(way_m.size), str(known.size), number(float(way_m.mean()), 2)
    return name, *counts, *(number(value) for value in mean_sd(known))


def _known(found: Elsewhere) -> Sheet:
    return Sheet(
        "imu_sample_ic_stride: the strides that motion capture knows",
        ("foot", "strides", "missed", "IC bias ms", "IC SD ms", "stride time, mean error ms", "SD ms"),
        tuple(_strides(f"{foot}, {GYRO[gyro]}", found.known[foot, gyro]) for gyro in WAYS for foot in FEET),
        notes=(
            "Missed: one of its two contacts or both were not found within 50 ms. A sample lasts 9.8 ms.",
        ),
    )


def _strides(name: str, row: KnownStrides) -> tuple[str, ...]:
    contact, time = mean_sd(row.initial_contact_ms), mean_sd(row.stride_time_ms)
    return name, str(row.strides), str(row.missed), *(number(value) for value in (*contact, *time))


def _places(found: Elsewhere) -> Sheet:
    return Sheet(
        "opensense_legs: each leg told at its shin and at its shoe",
        (
            "leg",
            "told at both",
            "shin alone",
            "shoe alone",
            "IC, mean difference ms",
            "SD ms",
            "TO, mean difference ms",
            "SD ms",
            "lengths at both",
            "median m, shin",
            "shoe",
        ),
        tuple(
            _place(f"{foot}, shin {GYRO[gyro]}", found.places[foot, gyro]) for gyro in WAYS for foot in FEET
        ),
        notes=(
            "A quarter of a minute of walking in a small room: every second or third stride turns. The shoe "
            "has its gyroscope throughout. Shin less shoe: neither is the truth.",
            f"At both: within {APART_S:g} s. Length: where both have one of the same stride; the shin's "
            "with its sensor 0.10 m above the ankle, which nobody has written down.",
        ),
    )


def _place(name: str, row: Places) -> tuple[str, ...]:
    contact, off = mean_sd(row.initial_contact_ms), mean_sd(row.toe_off_ms)
    counts = (str(value) for value in (row.both, row.shin_alone, row.shoe_alone))
    times = (number(value) for value in (*contact, *off))
    lengths = (number(float(np.median(of)), 2) if of.size else "–" for of in (row.shin_m, row.shoe_m))
    return name, *counts, *times, str(row.shin_m.size), *lengths


def _gaits(found: Elsewhere) -> Sheet:
    return Sheet(
        "All recordings: what was told of them",
        (
            "recording",
            "strides",
            "told running %",
            "median stride s",
            "longest s",
            "octave errors",
            "agree with gyroscope %",
            "without partner",
        ),
        tuple(
            _gait(f"{name}, {GYRO[gyro]}", row, found.gaits[name, True])
            for (name, gyro), row in found.gaits.items()
        ),
        notes=(
            "All of them walk. "
            f"Longest, octave errors: of the times between contacts, without {ENDS} contacts at either end. "
            f"An octave error is a time below {SHORT:g} or above {LONG:g} of the median: half a stride, or "
            "one missed. Turns and halts are in it.",
            "Agree with gyroscope: the share of the contacts told with the gyroscope that are told without "
            f"it too, within {AGREES_S:g} s; without partner: those told without it alone.",
        ),
    )


def _gait(name: str, row: Gait, whole: Gait) -> tuple[str, ...]:
    alone = row is whole
    return (
        name,
        str(row.strides),
        number(100 * row.run / max(1, row.strides)),
        number(row.median_s, 2),
        number(row.longest_s, 2),
        str(row.octave),
        "–" if alone else number(100 * row.agree / max(1, whole.strides)),
        "–" if alone else str(row.alone),
    )
