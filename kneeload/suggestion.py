"""What to write in place of a name that there is not."""

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["suggestion"]


def suggestion(wrong: str, known: Collection[str]) -> str:
    """The name that was probably meant; where none is like it, all of them."""
    near = get_close_matches(wrong, known, n=1)
    return f"did you mean {near[0]}?" if near else f"possible: {', '.join(known)}"
