"""The events of one stride: initial contact and toe-off, each from several candidates.

A candidate is a landmark of a smoothed curve with a known lead or lag on the event; which of them wins is put
to the vote (dsp.vote), and the winner names the method.
"""

from typing import NamedTuple

from dsp.landing import Landed, Outlook
from dsp.stride import Activity
from dsp.vote import Ballot, Candidate, elect
from dsp.window import StrideWindow

__all__ = ["Contact", "Lift", "contact_of", "push_near"]

PUSH_NEAR_S = 0.08
FURTHEST_S = 0.25  # of the next swing's start from toe-off
SHORTEST_S = 0.08  # from contact to toe-off; a sprinter's foot is down for 0.1 s


class Lift(NamedTuple):
    """push: the row of toe-off's landmark, None if there is none; lag: rows that it comes after toe-off."""

    method: str
    push: float | None
    lag: float


class Contact(NamedTuple):
    """Positions in rows of the grid, fractional.

    gait: whose rules these are. lifts: toe-off's candidates, in rows of the window. push: rows from the
    contact to toe-off's landmark. stance: rows of it by a rule that is the same for both gaits; None
    without a gyroscope. quality: less where the contact is a guess.
    """

    initial_contact: float
    toe_off: float | None
    contact_method: str
    toe_off_method: str
    gait: Activity
    landed: Landed
    lifts: Ballot | None
    lift_agreement: float | None
    push: float | None
    stance: float | None
    quality: float = 1.0


def contact_of(
    window: StrideWindow, outlook: Outlook, landed: Landed, lift: Lift | None, *, stance: float | None
) -> Contact:
    """Both events; toe-off from the lift's landmark, beside where the next swing begins."""
    rate, contact = window.rate_hz, landed.choice.place
    lifts: Ballot | None = None
    toe_off: float | None = None
    method, agreement, push = "none", None, None
    if lift is not None and lift.push is not None:
        found: list[Candidate] = [(lift.method, lift.push - lift.lag)]
        if outlook.rise is not None:
            found.append(("swing-start", outlook.rise))
        lifts = Ballot(lift.method, tuple(found), FURTHEST_S)
        rhythm = None if outlook.push is None else contact + outlook.push - lift.lag
        choice = elect(lifts, usual=outlook.usual, rhythm=rhythm, rate_hz=rate)
        if choice.place >= contact + SHORTEST_S * rate:
            toe_off, method, agreement = window.start + choice.place, choice.method, choice.agreement
            push = choice.place + lift.lag - contact
    return Contact(
        window.start + contact,
        toe_off,
        landed.choice.method,
        method,
        outlook.gait,
        landed,
        lifts,
        agreement,
        push,
        stance,
    )


def push_near(contact: float, usual: float | None, rate_hz: float) -> tuple[float, float] | None:
    """Where the last strides had toe-off's landmark, for `highest`."""
    return None if usual is None else (contact + usual, PUSH_NEAR_S * rate_hz)
