"""What of a recording could not be read, and how many packets that is."""

from dataclasses import dataclass

__all__ = ["Damage", "Lacking"]


@dataclass
class Damage:
    """pieces: runs of damaged bytes; packets: that were in them, as far as the numbers of others tell.

    An end that is cut off is none: a process that is killed leaves it so, and loses less than a second.
    """

    pieces: int = 0
    packets: int = 0

    def __str__(self) -> str:
        """In words that complete "the recording …"; empty where nothing is damaged."""
        if not self.pieces:
            return ""
        places = "one place" if self.pieces == 1 else f"{self.pieces} places"
        lost = f" and lacks {self.packets} packet{'' if self.packets == 1 else 's'}" if self.packets else ""
        return f"is damaged in {places}{lost}"


class Lacking:
    """Counts the packets that are not there, by the numbers of each channel's others."""

    def __init__(self, damage: Damage) -> None:
        self._damage = damage
        self._counted: dict[int, int] = {}

    def note(self, channel: int, number: int, *, again: bool, known: bool) -> None:
        """A packet that was not seen before. again: a copy; known: it can be told what it is of."""
        before = self._counted.get(channel, -1)
        skipped = number - before - 1
        # The first number may be any, in a recording that another program cut; else there is damage, whatever
        # it is.
        if again or (skipped > 0 and before >= 0):
            self._damage.pieces = max(1, self._damage.pieces)
        if self._damage.pieces:
            if number > before:
                self._damage.packets += skipped + (not known)
            elif known:
                self._damage.packets -= 1  # it was taken for lost
        self._counted[channel] = max(before, number)
