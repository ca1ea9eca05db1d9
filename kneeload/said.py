"""What a command says to who called it: its report on stdout, or in a line on stderr why it failed."""

import json
import sys
from collections.abc import Mapping
from typing import NoReturn

from ingest.text import one_line

__all__ = ["fail", "fail_where_given_up", "print_json"]


def print_json(report: Mapping[str, object]) -> None:
    """JSON alone on stdout."""
    sys.stdout.write(json.dumps(report, allow_nan=False) + "\n")


def fail(message: str, code: int) -> NoReturn:
    """One line on stderr; then the program ends with this exit code."""
    sys.stderr.write(f"kneeload: {one_line(message)}\n")
    raise SystemExit(code)


def fail_where_given_up(report: Mapping[str, object]) -> None:
    """A run that is complete here and was not delivered, by a mistake of ours, is no success."""
    from kneeload.report import given_up

    if (why := given_up(report)) is not None:
        fail(why, 1)
