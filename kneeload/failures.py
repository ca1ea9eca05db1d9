"""Errors in what a person gave (exit code 2), those that fail a run which was right (1), and what is said."""

from collections.abc import Iterator
from typing import Final

import typer

from alerts.errors import RuleError
from ingest.errors import IngestError, LinkError, StorageError
from kneeload.errors import JournalFullError, KneeloadError, UnfinishedRunError

__all__ = ["PEOPLES_ERRORS", "RUN_ENDING", "UsageError", "first_of", "told"]


class UsageError(KneeloadError):
    """What was asked for on the command line cannot be done."""


# What was asked for was right. What a run saw until then is on disk, but for what the error says is lost.
RUN_ENDING = (LinkError, StorageError, JournalFullError, UnfinishedRunError)
PEOPLES_ERRORS = (KneeloadError, IngestError, RuleError)
# Modules of the extras, for those who installed the base alone.
EXTRA_OF: Final = {"bumble": "sim", "amqtt": "sim", "plotly": "report", "pyarrow": "report"}

AT_ONCE: Final = "at the same time: "

# What Typer says of a command line, whichever library it took its exceptions from.
COMMAND_LINE_ERROR: Final = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def first_of(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure of a group, with a note of each other: one cause has often more than one."""
    first, *others = _single(several)
    for other in others:
        note = f"{AT_ONCE}{told(other)[0]}"
        if note not in getattr(first, "__notes__", ()):
            first.add_note(note)
    return first


def told(error: BaseException) -> tuple[str, int]:
    """What is said of an error and of those that came with it, and the exit code."""
    if isinstance(error, BaseExceptionGroup):
        error = first_of(error)
    text, code = _told_alone(error)
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(AT_ONCE)]
    return "; ".join([text, *notes]), code


def _single(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _single(each)
    else:
        yield error


def _told_alone(error: BaseException) -> tuple[str, int]:
    if isinstance(error, RUN_ENDING):
        return str(error), 1
    if isinstance(error, PEOPLES_ERRORS):
        return str(error), 2
    if isinstance(error, COMMAND_LINE_ERROR):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "kneeload"
        said = getattr(error, "format_message", error.__str__)().replace("Value error, ", "")
        return f"{said} ({command} --help shows what there is)", 2
    if isinstance(error, typer.Abort):
        return "not answered; nothing was done", 1
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRA_OF.get((error.name or "").split(".")[0])):
        return f"this needs {error.name}: pip install 'kneeload[{extra}]'", 2
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the machine'}: {error.strerror}", 1
    return f"{type(error).__name__}: {error}; KNEELOAD_TRACEBACK=1 shows where", 1
