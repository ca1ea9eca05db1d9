"""How many cells the rows of a CSV file have, told from its bytes: a fraction of the time of reading them."""

from pathlib import Path
from typing import Final

import numpy as np

__all__ = ["may_be_too_wide"]

PIECE: Final = 1 << 20
COMMA, LINE_END, RETURN = b",\n\r"


def may_be_too_wide(path: Path, width: int, *, piece_bytes: int = PIECE) -> bool:
    """Whether some row after the first seems to have a cell that is not empty beyond the first width.

    False is certain. True is not: a comma may be part of a quoted cell, or lines end in another way.
    piece_bytes: how much is looked at at a time. Raises OSError.
    """
    with path.open("rb") as file:
        if b"\r" in file.readline(piece_bytes).rstrip(b"\r\n"):
            return True  # the file has no other ends of lines
        rest = b""
        while piece := file.read(piece_bytes):
            piece = rest + piece
            end = piece.rfind(b"\n") + 1
            # A line longer than any row is not gone through time and again.
            if _beyond(piece[:end], width) if end else len(piece) > piece_bytes:
                return True
            rest = piece[end:]
    return bool(rest) and _beyond(rest + b"\n", width)


def _beyond(lines: bytes, width: int) -> bool:
    """The same of whole lines."""
    text = np.frombuffer(lines, np.uint8)
    marks = np.flatnonzero((text == COMMA) | (text == LINE_END))
    ends = np.flatnonzero(text[marks] == LINE_END)
    begins = np.concatenate(([0], ends[:-1] + 1))
    wide = np.flatnonzero(ends - begins >= width)
    if not len(wide):
        return False
    # Beyond the header's cells: commas alone, one after another, and perhaps a carriage return.
    first, last = marks[begins[wide] + width - 1], marks[ends[wide]]
    last = last - (text[last - 1] == RETURN)
    return bool((last - first != ends[wide] - begins[wide] - width + 1).any())
