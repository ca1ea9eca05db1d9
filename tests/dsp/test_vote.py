"""The candidates' vote: who wins, how well they agree, and what is learned for the next one."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsp.contact import SHORTEST_S, Lift, contact_of
from dsp.landing import Landed, Outlook, landing
from dsp.mount import Mount
from dsp.shin import LANDMARKS
from dsp.stride import Stride
from dsp.vote import AGREES_S, CLEARLY, DOUBT_S, LAST, LEAST, Ballot, Candidate, Choice, Distances, elect
from dsp.window import StrideWindow
from firmware_sim.plan import Phase
from tests.dsp.recordings import strides_of
from tests.dsp.rows import signals_of
from tests.dsp.simulated import simulated

RATE_HZ = 200.0
USUAL = {"rise": 0.010, "swing-end": -0.050}


def vote(*candidates: Candidate, rhythm: float | None = None) -> Choice:
    return elect(ballot(*candidates), usual=USUAL, rhythm=rhythm, rate_hz=RATE_HZ)


def ballot(*candidates: Candidate) -> Ballot:
    return Ballot("jerk", candidates, 0.1)


def test_where_all_agree_the_reference_wins_and_nothing_is_doubted() -> None:
    assert vote(("jerk", 100.0), ("rise", 102.0), ("swing-end", 90.0)) == ("jerk", 100.0, 1.0)


def test_one_that_stands_alone_loses_to_two_that_agree() -> None:
    choice = vote(("jerk", 112.0), ("rise", 102.0), ("swing-end", 90.0))
    assert choice.method == "rise"
    assert choice.place == 100.0
    assert choice.agreement == pytest.approx(0.5 + 0.5 * exp(-((0.06 / DOUBT_S) ** 2)))


def test_a_method_of_unknown_distance_has_no_vote() -> None:
    assert vote(("jerk", 100.0), ("other", 160.0)) == ("jerk", 100.0, None)
    assert vote(("other", 7.0)) == ("other", 7.0, None)


def test_what_usually_lies_too_far_away_has_no_vote() -> None:
    apart = ballot(("jerk", 112.0), ("rise", 102.0), ("swing-end", 90.0))
    assert elect(apart, usual=USUAL, rhythm=None, rate_hz=RATE_HZ).method == "rise"
    far = USUAL | {"swing-end": -0.11}
    assert elect(apart, usual=far, rhythm=None, rate_hz=RATE_HZ).method == "jerk"


def test_of_two_the_rhythm_decides_but_never_wins() -> None:
    apart = ("jerk", 112.0), ("rise", 102.0)
    assert vote(*apart).method == "jerk"
    assert vote(*apart, rhythm=101.0) == ("rise", 100.0, vote(*apart).agreement)
    assert vote(*apart, rhythm=111.0).method == "jerk"


@pytest.mark.parametrize(("more", "winner"), [(CLEARLY - 0.05, "jerk"), (CLEARLY + 0.05, "rise")])
def test_another_wins_only_if_clearly_better(more: float, winner: str) -> None:
    """Two that are one support each other fully; the reference lacks what it is away from them, once."""
    away = AGREES_S * RATE_HZ * (-log(1.0 - more)) ** 0.5
    assert vote(("jerk", 100.0), ("rise", 102.0 + away), ("swing-end", 90.0 + away)).method == winner


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_the_rhythm_is_heard_from_twice_as_far(share: float) -> None:
    """Of two candidates far apart, the rhythm beside the second is its only support."""
    off = share * 2.0 * AGREES_S * RATE_HZ
    lead = exp(-(share**2))
    assert vote(("jerk", 100.0), ("rise", 202.0), rhythm=200.0 + off).method == "rise"
    assert lead > CLEARLY
    assert vote(("jerk", 100.0), ("rise", 202.0), rhythm=200.0 + 1.2 * off / share).method == "jerk"


def test_a_distance_is_of_the_last_contacts() -> None:
    distances = Distances()
    for late in (*[0.0] * LAST, *[3.0] * (LAST // 2)):
        distances.remember(ballot(("jerk", 0.0), ("rise", late)), "run", rate_hz=RATE_HZ)
    assert distances.usual["run"]["rise"] == pytest.approx(1.5 / RATE_HZ)
    assert len(distances.last["run"]["rise"]) == LAST


@given(st.lists(st.floats(-40, 40), min_size=3, max_size=3), st.floats(-1e5, 1e5), st.floats(-40, 40))
def test_the_same_later_is_the_same(off: list[float], shift: float, beat: float) -> None:
    shift = float(round(shift))
    names = ("jerk", "rise", "swing-end")
    off = [round(8 * x) / 8 for x in off]
    here = vote(*zip(names, off, strict=True), rhythm=round(beat))
    there = vote(*((name, x + shift) for name, x in zip(names, off, strict=True)), rhythm=round(beat) + shift)
    assert there.method == here.method
    assert there.agreement == pytest.approx(here.agreement)
    assert there.place == pytest.approx(here.place + shift)


def test_distances_are_medians_of_the_gait_and_need_the_reference() -> None:
    distances = Distances()
    for late in (0.0, 2.0, 6.0):
        assert not distances.usual["run"]
        distances.remember(ballot(("jerk", 50.0), ("rise", 52.0 + late)), "run", rate_hz=RATE_HZ)
    assert LEAST == 3
    assert distances.usual["run"] == {"rise": pytest.approx(4.0 / RATE_HZ)}
    assert distances.usual["walk"] == {}
    before = dict(distances.usual["run"])
    distances.remember(ballot(("rise", 90.0)), "run", rate_hz=RATE_HZ)
    assert distances.usual["run"] == before


def test_a_landmark_that_wanders_has_no_vote() -> None:
    distances = Distances()
    apart_s = (0.0, 0.01, 0.06, 0.0, 0.07, 0.05, 0.01, 0.06)
    for k, apart in enumerate(apart_s):
        distances.remember(
            ballot(("jerk", 0.0), ("rise", apart * RATE_HZ), ("swing-end", 0.001 * k)), "run", rate_hz=RATE_HZ
        )
    assert set(distances.usual["run"]) == {"swing-end"}
    for _ in range(len(apart_s)):
        distances.remember(ballot(("jerk", 0.0), ("rise", 2.0)), "run", rate_hz=RATE_HZ)
    assert distances.usual["run"]["rise"] == pytest.approx(2.0 / RATE_HZ)


def test_a_knock_after_a_contact_does_not_move_it() -> None:
    """As of a loose buckle: 8 g in one sample 80 ms after every fifth contact, which jolts more than that."""
    run = Phase(activity="run", duration_s=40.0, speed_kmh=11.0)
    block, truth = simulated(Mount.LEFT_SHIN, Phase(activity="stand", duration_s=4.0), run, seed=3)
    hit_s = truth.initial_contact_s[6:-4:5]
    acc_g = block.acc_g.copy()
    acc_g[np.abs(block.t_us[:, None] / 1e6 - hit_s - 0.08).argmin(axis=0), 0] += 8.0
    clean, strides = strides_of([block]), strides_of([replace(block, acc_g=acc_g)])
    at = [int(np.abs(contacts_s(strides) - hit).argmin()) for hit in hit_s]
    assert np.abs(contacts_s(strides) - contacts_s(clean)).max() < 0.02
    assert "jerk+rise" not in {strides[k].contact_method for k in at}
    others = [k for k in range(8, len(strides) - 4) if k not in at]
    assert max(strides[k].quality for k in at) < np.median([strides[k].quality for k in others])


def contacts_s(strides: list[Stride]) -> NDArray[np.float64]:
    return np.array([stride.initial_contact_us for stride in strides]) / 1e6


@pytest.mark.parametrize(("stands_s", "known"), [(SHORTEST_S - 0.005, False), (SHORTEST_S + 0.005, True)])
def test_a_toe_off_sooner_than_any_foot_stands_is_none(stands_s: float, known: bool) -> None:
    acc_g = np.zeros((3, 200))
    window = StrideWindow.of(signals_of(acc_g, RATE_HZ), 0, acc_g.shape[1])
    outlook = Outlook(140.0, "run", 50.0, 50.0, None, None, None, None, {}, ended=False)
    landed = Landed(Choice("jerk", 50.0, None), ballot(("jerk", 50.0)), 54.0, 100.0)
    contact = contact_of(
        window, outlook, landed, Lift("push-off", 50.0 + stands_s * RATE_HZ, 0.0), stance=None
    )
    assert (contact.toe_off is not None) == known
    assert contact.toe_off_method == ("push-off" if known else "none")


@pytest.mark.parametrize(("apart_s", "method"), [(0.0, "jerk+rise"), (0.05, "jerk")])
def test_the_middle_of_a_landing_needs_both_landmarks_together(apart_s: float, method: str) -> None:
    """A turn of the acceleration that jerks without a rise, and a rise that much later that jerks less."""
    acc_g = np.zeros((3, 240))
    acc_g[0] = np.where(np.arange(240) < 100, 1.0, -1.0)
    acc_g[0] *= np.interp(np.arange(240), [99 + apart_s * RATE_HZ, 109 + apart_s * RATE_HZ], [1.0, 3.0])
    window = StrideWindow.of(signals_of(acc_g, RATE_HZ), 0, acc_g.shape[1])
    outlook = Outlook(140.0, "run", 104.0, 104.0, None, None, None, None, {}, ended=False)
    landed = landing(window, outlook, LANDMARKS, reach=(0.1 * RATE_HZ, 0.15 * RATE_HZ))
    assert landed.choice.method == method
    assert {"jerk", "rise"} <= {name for name, _ in landed.ballot.candidates}
