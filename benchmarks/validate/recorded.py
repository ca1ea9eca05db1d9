"""Our figures and those of the literature on recordings of people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.foot_speed import borne_out, speed_shares
from benchmarks.hip_cadence import WINDOW_S, HipCadence, hip_cadence
from benchmarks.matching import common_offset
from benchmarks.peers import PEERS, Method
from benchmarks.score import Score, score
from benchmarks.trial import Contacts, Trial, load_trials
from benchmarks.validate.ours import contacts_of, strides_of_trial
from benchmarks.validate.quality import Graded, graded
from dsp.stride import Activity, Stride

__all__ = [
    "OURS",
    "BleFoot",
    "Counted",
    "Judged",
    "Outdoor",
    "against_hip",
    "ble_foot",
    "counted",
    "judged_trials",
    "outdoor",
    "shoe_cadence_spm",
]

OURS = "kneeload"
CLIPPED_FROM = 0.993
"""Of the range: finds the 91 clipped rows that ble_foot's description counts."""
OCTAVE = 1.35
LONGEST_STRIDE_S = 1.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One method on one trial with a contact truth. graded: our contacts by their quality.

    fits: Trial.truth_fits. sure: the score without the true contacts that the samples contradict
    (benchmarks.foot_speed), which are doubtful: (time in s, share of the swing's highest speed) each.
    """

    trial: str
    activity: Activity
    method: str
    score: Score
    sure: Score
    graded: Graded | None = None
    fits: bool = True
    doubtful: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """One method on one trial of which only the number of strides is known."""

    trial: str
    activity: Activity
    method: str
    strides: int
    true_strides: int
    wrong_activity: int


@dataclass(frozen=True, slots=True)
class Outdoor:
    """Shoe against hip over windows of five seconds; drifting: those left out for a changing step rate."""

    windows: int
    drifting: int
    mean_difference_spm: float
    sd_difference_spm: float
    octave_errors: int
    stops: int
    stops_found: int
    wrong_activity_percent: float


@dataclass(frozen=True, slots=True)
class BleFoot:
    """strides with a sample at the end of the range (rails) or missing between contact and toe-off (gaps)."""

    strides: int
    true_strides: int
    railed: int
    railed_flagged: int
    clean_flagged: int
    gapped: int
    gapped_flagged: int
    wrong_activity: int


def judged_trials(
    folder: Path,
    data_set: str,
    *,
    ours: Callable[[Trial], list[Stride]] = strides_of_trial,
    peers: tuple[Method, ...] = PEERS,
) -> list[Judged]:
    rows: list[Judged] = []
    for trial in load_trials(folder, data_set):
        assert trial.truth is not None, f"{data_set} has a contact truth"
        kept = borne_out(trial)
        strides = ours(trial)
        activities = [stride.activity for stride in strides]
        own, own_sure = (
            score(
                contacts_of(strides),
                trial.truth,
                activity=trial.activity,
                activities=activities,
                borne_out=which,
            )
            for which in (None, kept)
        )
        at = np.flatnonzero(~kept)
        doubtful = zip(
            trial.truth.initial_contact_s[at].tolist(), speed_shares(trial)[at].tolist(), strict=True
        )
        marks = graded(strides, trial.truth)
        rows.append(
            Judged(trial.name, trial.activity, OURS, own, own_sure, marks, trial.truth_fits, tuple(doubtful))
        )
        for method in peers:
            if method.fits(trial):
                found = method.detect(trial)
                scores = peer_score(found, trial), peer_score(found, trial, kept)
                rows.append(Judged(trial.name, trial.activity, method.name, *scores, fits=trial.truth_fits))
    return rows


def peer_score(found: Contacts, trial: Trial, borne_out: NDArray[np.bool_] | None = None) -> Score:
    """Peers are paired after taking off their constant lateness, where that helps them."""
    assert trial.truth is not None, "asked only of trials with a truth"
    offset_s = common_offset(found.initial_contact_s, trial.truth.initial_contact_s)
    candidates = [
        score(found, trial.truth, activity=trial.activity, offset_s=offset, borne_out=borne_out)
        for offset in (0.0, offset_s)
    ]
    return min(candidates, key=lambda row: row.missed + row.extra)


def counted(
    folder: Path,
    data_set: str,
    *,
    ours: Callable[[Trial], list[Stride]] = strides_of_trial,
    peers: tuple[Method, ...] = PEERS,
) -> list[Counted]:
    rows: list[Counted] = []
    for trial in load_trials(folder, data_set):
        assert trial.strides is not None, f"{data_set} has stride counts"
        strides = ours(trial)
        wrong = sum(stride.activity != trial.activity for stride in strides)
        rows.append(Counted(trial.name, trial.activity, OURS, len(strides), trial.strides, wrong))
        rows.extend(
            Counted(trial.name, trial.activity, m.name, len(m.detect(trial)), trial.strides, 0)
            for m in peers
            if m.fits(trial)
        )
    return rows


def outdoor(
    folder: Path, *, ours: Callable[[Trial], list[Stride]] = strides_of_trial
) -> tuple[Outdoor, HipCadence, Contacts]:
    trials = {trial.name: trial for trial in load_trials(folder, "outdoor_shoe")}
    shoe, hip_trial = trials["run-left-shoe"], trials["run-left-hip"]
    hip = hip_cadence(hip_trial.t_s, hip_trial.acc_g, hip_trial.rate_hz)
    strides = ours(shoe)
    found = contacts_of(strides)
    wrong = sum(stride.activity != "run" for stride in strides)
    return against_hip(found, hip, wrong_activity=wrong), hip, found


def shoe_cadence_spm(found: Contacts, hip: HipCadence) -> Floats:
    """(n,) steps/min in each of the hip's windows: strides between its ends, fractions by interpolation.

    NaN where the shoe is not striding at an end.
    """
    contact_s = found.initial_contact_s
    if contact_s.size < 2:
        return np.full(hip.start_s.size, np.nan)
    ends_s = np.column_stack((hip.start_s, hip.start_s + WINDOW_S))
    after = np.clip(np.searchsorted(contact_s, ends_s, side="right"), 1, contact_s.size - 1)
    between = (ends_s >= contact_s[0]) & (ends_s <= contact_s[-1])
    striding = (between & (contact_s[after] - contact_s[after - 1] < LONGEST_STRIDE_S)).all(axis=1)
    phase = np.interp(ends_s, contact_s, np.arange(contact_s.size, dtype=np.float64))
    cadence = 120 * (phase[:, 1] - phase[:, 0]) / WINDOW_S
    return np.where(striding & (cadence > 0), cadence, np.nan)


def against_hip(found: Contacts, hip: HipCadence, *, wrong_activity: int = 0) -> Outdoor:
    shoe = shoe_cadence_spm(found, hip)
    both = np.isfinite(shoe) & np.isfinite(hip.cadence_spm)
    ratio = shoe[both] / hip.cadence_spm[both]
    octave = (ratio > OCTAVE) | (ratio < 1 / OCTAVE)
    difference = (shoe - hip.cadence_spm)[both][~octave]
    quiet = [
        not ((found.initial_contact_s > start + 0.5) & (found.initial_contact_s < stop - 0.5)).any()
        for start, stop in hip.stops_s
    ]
    return Outdoor(
        windows=int(both.sum()),
        drifting=hip.drifting_s.size,
        mean_difference_spm=float(difference.mean()) if difference.size else float("nan"),
        sd_difference_spm=float(difference.std(ddof=1)) if difference.size > 1 else float("nan"),
        octave_errors=int(octave.sum()),
        stops=len(quiet),
        stops_found=sum(quiet),
        wrong_activity_percent=100 * wrong_activity / max(1, len(found)),
    )


def ble_foot(folder: Path, *, ours: Callable[[Trial], list[Stride]] = strides_of_trial) -> BleFoot:
    (trial,) = load_trials(folder, "ble_foot")
    assert trial.strides is not None, "ble_foot has a stride count"
    strides = ours(trial)
    railed = np.array([_railed(trial, stride) for stride in strides], dtype=bool)
    gapped = np.array([_gapped(trial, stride) for stride in strides], dtype=bool)
    clipped = np.array([stride.clipped for stride in strides], dtype=bool)
    gap = np.array([stride.gap for stride in strides], dtype=bool)
    return BleFoot(
        strides=len(strides),
        true_strides=trial.strides,
        railed=int(railed.sum()),
        railed_flagged=int((railed & clipped).sum()),
        clean_flagged=int((~railed & clipped).sum()),
        gapped=int(gapped.sum()),
        gapped_flagged=int((gapped & gap).sum()),
        wrong_activity=sum(stride.activity != trial.activity for stride in strides),
    )


def _stance(trial: Trial, stride: Stride) -> slice:
    """Samples from just before initial contact to toe-off, a quarter second where that is not known."""
    start_us = stride.initial_contact_us
    stop_us = stride.toe_off_us if stride.toe_off_us is not None else start_us + 250_000
    edges = np.searchsorted(trial.t_s, [start_us / 1e6 - 0.010, stop_us / 1e6])
    return slice(int(edges[0]), int(edges[1]))


def _railed(trial: Trial, stride: Stride) -> bool:
    stance = trial.acc_g[_stance(trial, stride)]
    return bool((np.abs(stance) >= CLIPPED_FROM * trial.acc_range_g).any())


def _gapped(trial: Trial, stride: Stride) -> bool:
    times: Sequence[float] = trial.t_s[_stance(trial, stride)].tolist()
    return bool((np.diff(times) > 1.5 / trial.rate_hz).any())
