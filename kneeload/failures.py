"""Errors in what a person gave (exit code 2), those that fail a run which was right (1), and what is said."""

from typing import Final

import typer

from alerts.errors import RuleError
from ingest.errors import IngestError, LinkError, StorageError
from kneeload.errors import JournalFullError, KneeloadError

__all__ = ["PEOPLES_ERRORS", "RUN_ENDING", "UsageError", "told"]


class UsageError(KneeloadError):
    """What was asked for on the command line cannot be done."""


# What was asked for was right; what a run saw until then is on disk.
RUN_ENDING = (LinkError, StorageError, JournalFullError)
PEOPLES_ERRORS = (KneeloadError, IngestError, RuleError)
# Modules of the extras, for those who installed the base alone.
EXTRA_OF: Final = {"bumble": "sim", "amqtt": "sim", "plotly": "report", "pyarrow": "report"}

# What Typer says of a command line, whichever library it took its exceptions from.
COMMAND_LINE_ERROR: Final = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def told(error: BaseException) -> tuple[str, int]:
    """What is said of an error, and the exit code."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
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
