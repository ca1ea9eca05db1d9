"""Where the originals of a data set are on this machine, and whether they are those that were published."""

import os
from pathlib import Path

from benchmarks.checksums import checksum, read_list
from benchmarks.recordings import CHECKSUMS, ORIGINALS

__all__ = ["changed", "originals_folder"]

FETCHED = Path(__file__).resolve().parents[2] / ".recordings"


def originals_folder(data_set: str) -> Path | None:
    """Where all its files are: KNEELOAD_ORIGINALS or a folder of its name in it, else .recordings."""
    named = os.environ.get("KNEELOAD_ORIGINALS")
    places = (FETCHED / data_set,) if named is None else (Path(named) / data_set, Path(named))
    wanted = _names(data_set)
    return next((place for place in places if all((place / name).is_file() for name in wanted)), None)


def changed(data_set: str, folder: Path, checksums: Path = CHECKSUMS) -> tuple[str, ...]:
    """Names of the files that are not those that the list of checksums means."""
    listed = read_list(checksums)
    return tuple(
        name for name, whole in _names(data_set).items() if checksum(folder / name) != listed.get(whole)
    )


def _names(data_set: str) -> dict[str, str]:
    """File name -> name in the list of checksums."""
    return {Path(one.path).name: one.name for one in ORIGINALS if one.data_set == data_set}
