"""Which exceptions are a person's to mend (exit code 2) and which end a run that had begun (exit code 1)."""

from alerts.errors import RuleError
from ingest.errors import IngestError, StorageError
from kneeload.errors import JournalFullError, KneeloadError

__all__ = ["PEOPLES_ERRORS", "RUN_ENDING", "UsageError"]


class UsageError(KneeloadError):
    """What was asked for on the command line cannot be done."""


# What a run saw until then is on disk.
RUN_ENDING = (StorageError, JournalFullError)
PEOPLES_ERRORS = (KneeloadError, IngestError, RuleError)
