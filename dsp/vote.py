"""Which of several candidates for one event wins, and how well they agree.

A candidate is the place of a landmark, less its lag on the event. Landmarks lie apart by what differs between
runners and shoes (a forefoot strike jolts later than a heel strike), so every candidate is first moved by its
usual distance from the reference, learned from the runner's last contacts in the same gait. Then each has the
support of those near it, and of the rhythm. The reference wins unless another has clearly more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from typing import NamedTuple

from dsp.stride import Activity

__all__ = ["Ballot", "Candidate", "Choice", "Distances", "elect"]

AGREES_S = 0.02  # four times the scatter of a good landmark
CLEARLY = 0.3  # of one full supporter
DOUBT_S = 0.06  # landmarks that far from the winner: perhaps of another jolt
LAST = 8  # contacts that a distance is learned from
LEAST = 3
STEADY_S = 0.04  # the middle half of the distances: what wanders more is of something else

Candidate = tuple[str, float]
"""(method, place in rows)"""


class Ballot(NamedTuple):
    """reference: the method that the others are measured from, whether or not it found anything.

    candidates: the preferred first. furthest_s: what usually lies further from the reference has no vote.
    """

    reference: str
    candidates: tuple[Candidate, ...]
    furthest_s: float


class Choice(NamedTuple):
    """place: rows. agreement: 0 to 1, of the others with the winner; None where none can be compared."""

    method: str
    place: float
    agreement: float | None


def elect(ballot: Ballot, *, usual: Mapping[str, float], rhythm: float | None, rate_hz: float) -> Choice:
    """The winner among at least one candidate.

    usual: distance of a method's place from the reference's, s; a method that is not in it has no vote.
    rhythm: where the last strides would have the event, rows; it has a vote, but cannot win.
    """
    placed = [
        (method, place - usual.get(method, 0.0) * rate_hz)
        for method, place in ballot.candidates
        if method == ballot.reference or abs(usual.get(method, ballot.furthest_s + 1.0)) <= ballot.furthest_s
    ]
    if not placed:
        return Choice(*ballot.candidates[0], None)
    if len(placed) == 1:
        return Choice(*placed[0], None)
    # A stride's length varies more than a landmark does: the rhythm is heard from twice as far.
    reach = AGREES_S * rate_hz
    votes = [0.0 if rhythm is None else exp(-((0.5 * (place - rhythm) / reach) ** 2)) for _, place in placed]
    for i, (_, x) in enumerate(placed):
        for j in range(i):
            near = exp(-(((x - placed[j][1]) / reach) ** 2))
            votes[i] += near
            votes[j] += near
    best = max(votes)
    method, winner = placed[votes.index(best) if best > votes[0] + CLEARLY else 0]
    doubt = DOUBT_S * rate_hz
    around = sum([exp(-(((place - winner) / doubt) ** 2)) for _, place in placed]) - 1.0
    return Choice(method, winner, around / (len(placed) - 1))


@dataclass(slots=True)
class Distances:
    """State: how far each method's place was from the reference's in the last contacts of a gait, s.

    usual: the medians of those seen often enough whose distances are steady.
    """

    last: dict[Activity, dict[str, tuple[float, ...]]] = field(
        default_factory=lambda: {"run": {}, "walk": {}}
    )
    usual: dict[Activity, dict[str, float]] = field(default_factory=lambda: {"run": {}, "walk": {}})

    def remember(self, ballot: Ballot, gait: Activity, *, rate_hz: float) -> None:
        """Nothing can be learned of an event whose reference was not found."""
        places = dict(ballot.candidates)
        zero = places.pop(ballot.reference, None)
        if zero is None:
            return
        last, usual = self.last[gait], self.usual[gait]
        for method, place in places.items():
            seen = last[method] = (*last.get(method, ())[1 - LAST :], (place - zero) / rate_hz)
            order, n = sorted(seen), len(seen)
            if n >= LEAST and order[n - 1 - n // 4] - order[n // 4] <= STEADY_S:
                usual[method] = 0.5 * (order[(n - 1) // 2] + order[n // 2])
            else:
                usual.pop(method, None)
