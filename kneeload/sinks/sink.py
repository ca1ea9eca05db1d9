"""What a kind of server has to be able to do in order to follow the journal."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from kneeload.codec import Row

__all__ = ["Item", "Link", "Outcome", "Sink"]

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Item(Generic[Content]):
    """One result in the server's form."""

    seq: int
    content: Content


@dataclass(frozen=True, slots=True)
class Outcome:
    """done: so many of the first items are dealt with, at least one: the server has them for good, or
    (refused: place in the journal -> reason) will never take them.
    """

    done: int
    refused: Mapping[int, str] = field(default_factory=dict)


class Link(Protocol[Content]):
    """An open way to a server. Both raise SinkError when it is broken."""

    async def deliver(self, items: Sequence[Item[Content]]) -> Outcome:
        """Hand these over, in order."""

    async def lost(self) -> None:
        """Waits until the way breaks."""


@dataclass(frozen=True, slots=True)
class Sink(Generic[Content]):
    """A kind of server. cursor: its name in the journal; linger_s: waits so long for more before it delivers.

    encode_late: of a result that comes after newer ones.
    history: a server that was never served gets every run there ever was, else only the newest.
    """

    cursor: str
    encode: Callable[[Row], Content]
    encode_late: Callable[[Row], Content]
    connect: Callable[[], AbstractAsyncContextManager[Link[Content]]]
    batch: int
    linger_s: float
    history: bool
