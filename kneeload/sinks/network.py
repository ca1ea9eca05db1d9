"""Why nobody answers, in words for people."""

from typing import Final

__all__ = ["LATE", "no_answer"]

LATE: Final = "does not answer in time"


def no_answer(error: OSError) -> str:
    """What follows the server's name; the system's own words, where it has some."""
    why = error.strerror or str(error)
    if isinstance(error, TimeoutError) or not why:
        return LATE
    return f"does not answer ({why[0].lower()}{why[1:]})"
