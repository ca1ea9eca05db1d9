"""What the doctor says of one thing that he looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kneeload.config import Config
from kneeload.errors import KneeloadError

__all__ = ["Check", "Finding", "State", "of_error"]

State = Literal["ok", "warning", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fix is a command or a sentence, empty when nothing is to be done."""

    name: str
    state: State
    what: str
    fix: str = ""


# With the configuration and the data folder; None: nothing to say, because another one's finding comes first.
Check = Callable[[Config, Path], Finding | None]


def of_error(name: str, error: KneeloadError, *, fix: str = "") -> Finding:
    """An error as a finding; fix: what to do where it is not the error's own remedy."""
    return Finding(name, "missing", str(error) if fix else error.what, fix or error.remedy)
