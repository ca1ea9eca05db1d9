"""Initial contact from a landing's landmarks: candidates with a known lag, put to the vote (dsp.vote)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dsp.peaks import highest
from dsp.stride import Activity
from dsp.vote import Ballot, Candidate, Choice, elect
from dsp.window import StrideWindow

__all__ = ["Drop", "Landed", "Landmarks", "Outlook", "landing"]

# Of two jolts the one where the last contacts were wins unless it is much the weaker; less so without the end
# of a swing to go by, for then the last ones may have been wrong in the same way.
NEAR_S, UNSURE_S = 0.1, 0.14
TOGETHER_S = 0.05  # two landmarks of one landing
FURTHEST_S = 0.1  # of a landmark from the reference: more is of another jolt


class Outlook(NamedTuple):
    """What is known of a stride before its events are looked for. Positions in rows of the window.

    jolt: about where the contact's jolt is; gated: where the gate alone has it; beat: where the last jolt and
    the period do. end, rise: where its swing ends and the next one begins, of a gyroscope. push: usual rows
    from contact to toe-off's landmark. usual: distances of the candidates, s. ended: no more rows will come,
    though the stride is not over.
    """

    period: float
    gait: Activity
    jolt: float
    gated: float
    end: float | None
    rise: float | None
    beat: float | None
    push: float | None
    usual: Mapping[str, float]
    ended: bool


@dataclass(frozen=True, slots=True)
class Landmarks:
    """How late those of a landing are. middle: whether half-way between both says more than the jerk."""

    jerk_lag_s: float
    rise_lag_s: float
    middle: bool

    @property
    def reference(self) -> str:
        return "jerk+rise" if self.middle else "jerk"


class Drop(NamedTuple):
    """A forefoot that drops on a landed heel: when it is fastest, which is about when the heel's jerk peaks,
    and the rows about that in which a jolt is the heel's.
    """

    first: float
    fastest: float
    last: float


class Landed(NamedTuple):
    """Rows of the window. peak: where the jerk of such a contact peaks; jolt: how high it is, g/s."""

    choice: Choice
    ballot: Ballot
    peak: float
    jolt: float


def landing(
    window: StrideWindow,
    outlook: Outlook,
    marks: Landmarks,
    *,
    reach: tuple[float, float],
    drop: Drop | None = None,
) -> Landed:
    """The initial contact near the expected jolt, from reach[0] rows before it to reach[1] after.

    What is taken from steps between rows stands half a row late, and the smoothing is wider at low rates,
    which takes as much back: contacts at 100 Hz are 1 ms later than at 1000 (simulated). Mend both or none.
    """
    rate = window.rate_hz
    # What the last contacts say of this one may be of too few: the swing's own end is in reach too.
    places = [place for place in (outlook.jolt, outlook.gated, outlook.end) if place is not None]
    a, b = min(places) - reach[0], max(places) + reach[1]
    if drop is not None:
        a, b = max(a, drop.first), min(b, drop.last)
    jerk = window.smooth(window.jerk, 10.0)
    width = UNSURE_S if outlook.end is None else NEAR_S
    peak = highest(jerk, a, b, near=(outlook.jolt, width * rate))
    smooth = window.smooth(window.resultant, 20.0)
    rise = highest(smooth[1:] - smooth[:-1], a - 0.02 * rate - 1.0, b - 1.0)  # steps, each to the next row
    lag = marks.jerk_lag_s * rate
    if peak is not None:
        method, at = "jerk", peak
    else:
        method, at = ("gate", outlook.jolt) if drop is None else ("forefoot", drop.fastest)
    found: list[Candidate] = [(method, at - lag)]
    if rise is not None:
        risen = rise + 1.0 - marks.rise_lag_s * rate
        if marks.middle and peak is not None and abs(risen - peak + lag) < TOGETHER_S * rate:
            found.insert(0, ("jerk+rise", 0.5 * (peak - lag + risen)))
        found.append(("rise", risen))
    if drop is not None and method != "forefoot":
        found.append(("forefoot", drop.fastest - lag))
    if outlook.end is not None:
        found.append(("swing-end", outlook.end))
    ballot = Ballot(marks.reference, tuple(found), FURTHEST_S)
    beat = None if outlook.beat is None else outlook.beat - lag
    choice = elect(ballot, usual=outlook.usual, rhythm=beat, rate_hz=rate)
    if choice.method == "gate":
        choice = choice._replace(agreement=0.0)
    height = float(jerk[min(max(round(at), 0), jerk.shape[0] - 1)])
    return Landed(choice, ballot, choice.place + lag, height)
