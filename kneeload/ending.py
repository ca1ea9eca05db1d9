"""The end of a run that the disk does not take: what is lost of it, and how to keep the rest."""

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import FileLostError, StorageError
from kneeload.errors import JournalError, UnfinishedRunError
from kneeload.session import Keeper
from kneeload.spoken import clock_time, counted

__all__ = ["unfinished"]

REST = "the same command with --resume goes on with it, `kneeload runs --recover` keeps what there is of it"


@contextmanager
def unfinished(keeper: Keeper) -> Iterator[None]:
    """Around a run's end: what stays unwritten then is gone with the process, and it is said."""
    try:
        yield
    except FileLostError as error:
        what = f"{_results(keeper)} not in the journal: {error.path}: {error.what}"
        remedy = "check the disk; packets written before may be gone. For what can still be read"
        raise UnfinishedRunError(keeper.run, f"{what}; {remedy}: {REST}") from error
    except StorageError as error:
        what = f"{_packets(keeper, error)}: {error.path}: {error.what}"
        raise UnfinishedRunError(keeper.run, f"{what}; {error.remedy}, then {REST}") from error
    except JournalError as error:
        raise UnfinishedRunError(
            keeper.run, f"{_results(keeper)} not in the journal: {error}; its packets are on disk: {REST}"
        ) from error


def _packets(keeper: Keeper, error: StorageError) -> str:
    since_ns = keeper.recorder.unwritten_since_ns
    if not error.pending_bytes or since_ns is None:
        return "its packets are not known to be on disk"
    lost = f"{error.pending_bytes} bytes of packets since {clock_time(since_ns // 1000)} are lost"
    return f"{lost}, and {keeper.saver.missing}" if keeper.saver.missing else lost


def _results(keeper: Keeper) -> str:
    if not keeper.saver.waiting:
        return "its end is"
    return f"{counted(keeper.saver.waiting, 'result')} {'is' if keeper.saver.waiting == 1 else 'are'}"
