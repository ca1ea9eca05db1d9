"""Where a sensor is worn."""

from enum import StrEnum
from typing import Literal

__all__ = ["Mount"]


class Mount(StrEnum):
    """One place a sensor can be worn; its value is the name used in files, topics and on the command line."""

    segment: Literal["shin", "shoe"]
    side: Literal["left", "right"]

    LEFT_SHIN = "left-shin"
    RIGHT_SHIN = "right-shin"
    LEFT_SHOE = "left-shoe"
    RIGHT_SHOE = "right-shoe"

    def __init__(self, name: str) -> None:
        self.side = "left" if name.startswith("left") else "right"
        self.segment = "shin" if name.endswith("shin") else "shoe"

    @property
    def opposite(self) -> "Mount":
        """The same segment of the other leg."""
        return Mount(f"{'right' if self.side == 'left' else 'left'}-{self.segment}")
