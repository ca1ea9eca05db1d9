"""Where a run lies on disk, and folders that survive a power cut."""

import os
import sys
from pathlib import Path

__all__ = ["make_folder", "packets_of", "run_folder"]


def run_folder(data_dir: Path, run: str) -> Path:
    """The folder of a run."""
    return data_dir / "runs" / run


def packets_of(data_dir: Path, run: str) -> Path:
    """The packets of a run."""
    return run_folder(data_dir, run) / "packets.mcap"


def make_folder(data_dir: Path, run: str) -> Path:
    """Make the folder of a new run (0700). A power cut after this cannot take it away again."""
    place = run_folder(data_dir, run)
    place.mkdir(parents=True, mode=0o700)
    for folder in (place.parent, data_dir, data_dir.parent):
        _sync(folder)
    return place


def _sync(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # not ours to open: then it was there before us
    try:
        os.fsync(handle)
    except OSError:
        return  # some file systems cannot
    finally:
        os.close(handle)
