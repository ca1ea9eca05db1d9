"""How a way out is doing, for the person who looks on."""

import traceback
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SinkState"]


@dataclass
class SinkState:
    """Shown live and at the end of a run.

    where: address of the server; server: what it says it is. behind: results it has not got yet.
    delivered: results it has taken since this process began; refused: results it will never take.
    last_error: in words for people, None when all is well; limited: what the server keeps us from beside it.
    given_up: why nothing is delivered for the rest of the run, None where it is.
    """

    name: str
    where: str = ""
    server: str | None = None
    connected: bool = False
    behind: int = 0
    delivered: int = 0
    refused: int = 0
    last_error: str | None = None
    limited: str | None = None
    given_up: str | None = None

    def give_up(self, error: Exception) -> None:
        """Nobody foresaw this error: the run and the other ways out go on without this one."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
        self.connected = False
        self.given_up = self.last_error = (
            f"given up for the rest of this run, by a mistake in kneeload: please report it "
            f"({type(error).__name__}{place}: {error})"
        )
