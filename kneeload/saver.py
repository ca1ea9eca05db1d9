"""From the monitor into the journal: results in order, behind the packets that they come from."""

from collections.abc import Sequence
from typing import Final

from ingest.errors import StorageError
from ingest.recording import Recorder
from kneeload.errors import JournalError
from kneeload.journal import Journal
from kneeload.results import Result
from kneeload.spoken import missing
from kneeload.troubles import Troubles

__all__ = ["Saver"]

# Results that wait for a full disk: over ten hours of two sensors.
MOST_WAITING: Final = 250_000
# Of those at one try, some 10 ms; and how long a busy journal is waited for: packets wait for us meanwhile.
AT_ONCE: Final = 1000
HASTE_S: Final = 0.2


class Saver:
    """Keeps one run's results.

    A journal that takes nothing (disk full, held by another program) stops no run: they wait in memory,
    `troubles` are told, and every tick tries again. Of more than may wait the oldest are dropped.
    Results are journalled only when the packets they come from are on disk: what the journal holds can be
    computed again from packets.mcap, after a power cut too.
    """

    def __init__(self, run: str, *, recorder: Recorder, journal: Journal, troubles: Troubles) -> None:
        self.run = run
        self.recorder = recorder
        self.journal = journal
        self.troubles = troubles
        self.dropped = 0
        self._waiting: list[Result] = []

    @property
    def waiting(self) -> int:
        """How many results wait for the journal."""
        return len(self._waiting)

    @property
    def missing(self) -> str:
        """What of the run there was no room for, in words; empty when nothing is missing."""
        return missing(packets=self.recorder.packets_dropped, results=self.dropped)

    def save(self, results: Sequence[Result]) -> bool:
        """Into the journal, in order: so behind what waits for it. Whether they are there now."""
        if self._waiting:
            self._wait(results)
            return False
        if not results:
            return False
        try:
            self._journal(results, wait_s=HASTE_S)
        except (JournalError, StorageError) as error:
            self.troubles.say(str(error))
            self._wait(results)
            return False
        self.be_well()
        return True

    def try_again(self) -> None:
        """A piece of what waits."""
        if not self._waiting:
            self.be_well()
            return
        try:
            self._journal(self._waiting[:AT_ONCE], wait_s=HASTE_S)
        except (JournalError, StorageError) as error:
            self.troubles.say(str(error))
            return
        del self._waiting[:AT_ONCE]
        if not self._waiting:
            self.be_well()

    def finish(self) -> None:
        """All that waits, at a run's end. Raises StorageError, JournalError."""
        # No tick tries again: a run that is marked as ended must not lack what its packets still hold.
        while self._waiting:
            self._journal(self._waiting[:AT_ONCE])
            del self._waiting[:AT_ONCE]
        self.be_well()

    def be_well(self) -> None:
        """The disk takes everything."""
        self.troubles.over(f"the disk takes results again: {self.missing or 'nothing is missing'}")

    def _wait(self, results: Sequence[Result]) -> None:
        self._waiting += results
        if dropped := max(0, len(self._waiting) - MOST_WAITING):
            del self._waiting[:dropped]
            self.dropped += dropped
            self.troubles.say(
                f"no more than {MOST_WAITING} results wait: the oldest are lost; free some space"
            )

    def _journal(self, results: Sequence[Result], *, wait_s: float | None = None) -> None:
        self.recorder.flush()
        self.recorder.fsync()
        self.journal.append(self.run, results, wait_s=wait_s)
