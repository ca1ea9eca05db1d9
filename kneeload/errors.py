"""The application's errors; the text of each is one line that says what, where and what to do."""

from pathlib import Path

from ingest.text import one_line

__all__ = [
    "BrokerMissingError",
    "ConfigError",
    "JournalError",
    "JournalFullError",
    "JournalLockedError",
    "JournalVersionError",
    "KeptSettingsError",
    "KneeloadError",
    "RowError",
    "SinkError",
    "UnfinishedRunError",
]


class KneeloadError(Exception):
    """Root of the application's errors that a person can mend. Its text is one printable line.

    what, remedy: its two parts, where what is to be done is known apart from what is wrong; else all is what.
    """

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(one_line(f"{message}; {remedy}" if remedy else message))
        self.what, self.remedy = one_line(message), one_line(remedy)


class ConfigError(KneeloadError):
    """The configuration is wrong: in this file (None: environment, command line), at this key."""

    def __init__(self, message: str, *, file: Path | None = None, key: str | None = None) -> None:
        where = ": ".join(part for part in (str(file) if file else None, key) if part)
        super().__init__(f"{where}: {message}" if where else message)
        self.file = file
        self.key = key


class JournalError(KneeloadError):
    """The journal cannot be read or written."""

    def __init__(self, message: str, *, path: Path, remedy: str = "") -> None:
        super().__init__(f"{path}: {message}", remedy=remedy)
        self.path = path


class JournalLockedError(JournalError):
    """Another process is recording into the same data folder."""


class JournalVersionError(JournalError):
    """A newer kneeload wrote the journal."""


class JournalFullError(JournalError):
    """No room left on the disk; what was in the journal before is untouched."""


class KeptSettingsError(KneeloadError):
    """The settings that the journal keeps with a run are none of this version."""

    def __init__(self, message: str, *, run: str) -> None:
        super().__init__(
            f"run {run}: the settings that it began with cannot be used ({message}); "
            "the version of kneeload that recorded it can compute it again"
        )
        self.run = run


class UnfinishedRunError(KneeloadError):
    """A run could not be ended as it should: something of it is lost, or not in the journal yet."""

    def __init__(self, run: str, message: str) -> None:
        super().__init__(f"run {run}: {message}")
        self.run = run


class RowError(KneeloadError):
    """A row of the journal is not a result of this version."""

    def __init__(self, message: str, *, seq: int) -> None:
        super().__init__(f"journal row {seq}: {message}")
        self.seq = seq


class BrokerMissingError(KneeloadError):
    """The embedded broker's package is not installed."""


class SinkError(KneeloadError):
    """A server did not take results, which may change: try again after at least retry_after_s.

    needs_person: somebody has to do something about it (password, certificate, database).
    """

    def __init__(
        self, message: str, *, remedy: str = "", retry_after_s: float = 0.0, needs_person: bool = False
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_s = retry_after_s
        self.needs_person = needs_person
