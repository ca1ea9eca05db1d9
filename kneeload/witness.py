"""Holds what a demo found against what its simulator knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dsp.mount import Mount
from dsp.stride import Stride
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Source
from ingest.packet import Kind, Packet
from kneeload.results import Result
from kneeload.truth import match

__all__ = ["Witness"]

# A found contact belongs to a true one when it is nearer than this: less than half a step at 240 steps/min.
TOLERANCE_S: Final = 0.1
# A contact's record closes so long after toe-off, and its last packet is under way for a while.
CLOSING_S: Final = 0.4
# A source tells of a contact only once its toe-off has been taken: longer than any stance.
STANCE_S: Final = 2.0


@dataclass
class Witness:
    """Sees packets and results go by. heard: each sensor's first and last arrival of samples, s."""

    heard: dict[Mount, tuple[float, float]] = field(default_factory=dict)
    contacts_s: dict[Mount, list[float]] = field(default_factory=dict)

    def packet(self, packet: Packet) -> None:
        """A packet arrived."""
        if packet.kind is Kind.DATA:
            now_s = packet.arrival_ns / 1e9
            self.heard[packet.mount] = (self.heard.get(packet.mount, (now_s, 0.0))[0], now_s)

    def before(self, receive: Callable[[Packet], None]) -> Callable[[Packet], None]:
        """The same callback, which sees each packet first."""

        def both(packet: Packet) -> None:
            self.packet(packet)
            receive(packet)

        return both

    def see(self, results: Sequence[Result]) -> None:
        """Results were made."""
        for result in results:
            if isinstance(result, Stride):
                self.contacts_s.setdefault(result.mount, []).append(result.initial_contact_us / 1e6)

    def against(self, sources: Sequence[Source]) -> dict[str, int] | None:
        """True contacts between a sensor's first and last samples, and how many were missed or added.

        ungraded: found where they need not be, at the ends of a bout and of the run: what was found is
        contacts less missed, plus extra, plus these. None for a recording, which has no truth here.
        """
        totals = {"contacts": 0, "missed": 0, "extra": 0, "ungraded": 0}
        for source in sources:
            if not isinstance(source, GaitSource):
                return None
            first_s, last_s = self.heard.get(source.mount, (0.0, 0.0))
            source.take(last_s + STANCE_S)  # a contact found in mid-stance has its truth too
            truth = source.truth()
            inside = (truth.initial_contact_s >= first_s) & (truth.toe_off_s <= last_s - CLOSING_S)
            outside = np.concatenate((truth.ungraded_contact_s, truth.initial_contact_s[~inside]))
            found = np.array(self.contacts_s.get(source.mount, []), dtype=np.float64)
            graded = np.delete(found, match(found, outside, tolerance_s=TOLERANCE_S).found)
            held = match(graded, truth.initial_contact_s[inside], tolerance_s=TOLERANCE_S)
            totals["contacts"] += int(inside.sum())
            totals["missed"] += held.missed.shape[0]
            totals["extra"] += held.extra.shape[0]
            totals["ungraded"] += len(found) - len(graded)
        return totals
