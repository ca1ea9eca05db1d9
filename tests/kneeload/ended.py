"""How the program ended that the fixture `run` started."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Ended", "Run", "assert_one_line"]


@dataclass(frozen=True)
class Ended:
    """How the program ended."""

    returncode: object
    stdout: str
    stderr: str


Run = Callable[..., Ended]


def assert_one_line(done_stderr: str, must_name: str) -> None:
    lines = done_stderr.splitlines()
    assert len(lines) == 1, done_stderr
    assert "Traceback" not in done_stderr
    assert must_name in lines[0]
