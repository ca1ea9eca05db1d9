"""What is wrong with the disk at the moment, for who runs."""

from collections.abc import Callable

__all__ = ["Troubles"]


class Troubles:
    """Tells of each trouble once, not once a packet, until it is over. told: is called with a line."""

    def __init__(self) -> None:
        self.told: Callable[[str], None] = lambda _line: None
        self._now: set[str] = set()

    def say(self, line: str) -> None:
        """This is wrong; before a semicolon is what, behind it the remedy."""
        what = line.split(";")[0]
        if what not in self._now:
            self._now.add(what)
            self.told(line)

    def over(self, line: str) -> None:
        """Nothing is wrong any more: told if anything was; should it come back, it is told of again."""
        if self._now:
            self.told(line)
        self._now.clear()
