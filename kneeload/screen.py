"""Standard output that may go away: a pipe that is closed early, a full disk, a terminal that hung up."""

import os
import sys
from contextlib import suppress
from typing import IO, TextIO, cast

__all__ = ["Screen"]


class Screen:
    """Standard output, for Rich and for us. failed: why nothing is written to it any more.

    From the first failure on what is shown is dropped, for what is shown must not end what is done: a run
    goes on when nobody looks on.
    """

    def __init__(self) -> None:
        self.failed: OSError | None = None

    @property
    def file(self) -> IO[str]:
        """As Rich wants it."""
        return cast("IO[str]", self)

    def write(self, text: str) -> int:
        stream = self._stream
        if stream is not None and self.failed is None:
            try:
                stream.write(text)
            except OSError as error:
                self.failed = error
        return len(text)

    def flush(self) -> None:
        stream = self._stream
        if stream is not None and self.failed is None:
            try:
                stream.flush()
            except OSError as error:
                self.failed = error

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise OSError("standard output is closed")
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        return "utf-8" if self._stream is None else self._stream.encoding

    def close(self) -> OSError | None:
        """What was not shown although somebody was there to see it: who closes a pipe has seen enough."""
        self.flush()
        failed, self.failed = self.failed, None
        if failed is not None:
            # Python flushes once more at its end, and would fail again.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        return None if isinstance(failed, BrokenPipeError) else failed

    @property
    def _stream(self) -> TextIO | None:
        # While a table lives Rich has a proxy of its own there, which prints through us.
        return cast("TextIO | None", getattr(sys.stdout, "rich_proxied_file", sys.stdout))
