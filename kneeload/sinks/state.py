"""How a way out is doing, for the person who looks on."""

from dataclasses import dataclass

__all__ = ["SinkState"]


@dataclass
class SinkState:
    """Shown live and at the end of a run.

    where: address of the server; server: what it says it is. behind: results it has not got yet.
    delivered: results it has taken since this process began; refused: results it will never take.
    last_error: in words for people, None when all is well; limited: what the server keeps us from beside it.
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
