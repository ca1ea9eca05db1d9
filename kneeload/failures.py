"""Which exceptions are a person's to mend: exit code 2."""

from alerts.errors import RuleError
from ingest.errors import IngestError
from kneeload.errors import KneeloadError

__all__ = ["PEOPLES_ERRORS", "UsageError"]


class UsageError(KneeloadError):
    """What was asked for on the command line cannot be done."""


PEOPLES_ERRORS = (KneeloadError, IngestError, RuleError)
