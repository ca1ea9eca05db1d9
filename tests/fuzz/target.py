"""What is attacked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """run(bytes) raises when it has found something. seeds: inputs from which others are bred.

    longest: bytes an input may have.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    longest: int = 4096
