"""Standard output and standard error that nobody reads, or no more, or that lack a letter: words are lost
then, and nothing else.

`kneeload … | head -1` closes the pipe behind the first line, a log's disk is full, a terminal hangs up, a
locale of another century has no dash. Rich and Typer end the program at the next line then, with whatever it
was still to record or to write.
"""

import os
import sys
from collections.abc import Callable
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["outlive_readers", "reader_left"]


class _Outlet(FileIO):
    """Goes on into nothing once it has failed. failed: why."""

    failed: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        if self.failed is None:
            try:
                # Where nobody reads what is there already a pipe that must not block takes nothing, None.
                return super().write(data) or memoryview(data).nbytes
            except OSError as error:
                self.failed = error
        return memoryview(data).nbytes


def outlive_readers() -> Callable[[], OSError | None]:
    """From here on no print fails. What is given back tells at the end why not everything was shown.

    Who closes a pipe has seen enough: that is no reason.
    """
    sys.stdout, outlet = _lasting(sys.stdout, sys.__stdout__)
    sys.stderr, _ = _lasting(sys.stderr, sys.__stderr__)

    def unseen() -> OSError | None:
        sys.stdout.flush()
        failed = None if outlet is None else outlet.failed
        return None if isinstance(failed, BrokenPipeError) else failed

    return unseen


def reader_left() -> bool:
    """Whether who read standard output has closed it, as a print since then found."""
    buffer = getattr(sys.stdout, "buffer", None)
    outlet = getattr(buffer, "raw", buffer)
    return isinstance(outlet, _Outlet) and isinstance(outlet.failed, BrokenPipeError)


def _lasting(stream: TextIO | None, own: TextIO | None) -> tuple[TextIO, _Outlet | None]:
    if stream is None:  # closed by who started us, as with >&-
        return open(os.devnull, "w", encoding="utf-8"), None
    # What somebody else has put in its place is theirs.
    if stream is not own or not isinstance(stream, TextIOWrapper):
        return stream, None
    stream.flush()
    outlet = _Outlet(stream.fileno(), "wb", closefd=False)
    lasting = TextIOWrapper(
        # python -u wants every letter at once.
        cast("BinaryIO", outlet) if stream.write_through else BufferedWriter(outlet),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return lasting, outlet
