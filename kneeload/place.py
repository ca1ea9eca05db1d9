"""Where the journal and a run lie on disk."""

from pathlib import Path
from typing import Final

from ingest.growing import fsync_folder

__all__ = ["PACKETS", "journal_of", "make_folder", "packets_of", "run_folder"]

PACKETS: Final = "packets.mcap"


def journal_of(data_dir: Path) -> Path:
    """The journal of a data folder."""
    return data_dir / "journal.db"


def run_folder(data_dir: Path, run: str) -> Path:
    """The folder of a run."""
    return data_dir / "runs" / run


def packets_of(data_dir: Path, run: str) -> Path:
    """The packets of a run."""
    return run_folder(data_dir, run) / PACKETS


def make_folder(data_dir: Path, run: str) -> Path:
    """Make the folder of a new run (0700). A power cut after this cannot take it away again."""
    place = run_folder(data_dir, run)
    # A mode given with parents=True is the last folder's only.
    for folder in (data_dir, place.parent):
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    place.mkdir(mode=0o700)
    for folder in (place.parent, data_dir, data_dir.parent):
        fsync_folder(folder)
    return place
