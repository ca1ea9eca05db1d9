"""Which exceptions are a person's to mend (exit code 2) and which are broken runs (exit code 1)."""

from alerts.errors import RuleError
from ingest.errors import IngestError
from kneeload.errors import KneeloadError

__all__ = ["PEOPLES_ERRORS", "RunFailedError", "UsageError"]


class UsageError(KneeloadError):
    """What was asked for on the command line cannot be done."""


class RunFailedError(KneeloadError):
    """A run that had begun ended early; what it saw is on disk."""


PEOPLES_ERRORS = (KneeloadError, IngestError, RuleError)
