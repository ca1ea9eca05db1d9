"""Lists of checksums, in the form that `sha256sum --check` reads."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Comparison", "checksum", "compare", "read_list", "write_list"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Names of a folder's files held against a list."""

    same: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_list(path: Path) -> dict[str, str]:
    """Name -> sha256; empty where there is no list."""
    if not path.exists():
        return {}
    rows = (line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {name: digest for digest, name in rows}


def write_list(path: Path, known: Mapping[str, str]) -> None:
    lines = (f"{digest}  {name}\n" for name, digest in sorted(known.items()))
    path.write_text("".join(lines), encoding="utf-8")


def compare(folder: Path, known: Mapping[str, str]) -> Comparison:
    """The CSV files one level below a folder, against name -> sha256."""
    here = {str(path.relative_to(folder)): path for path in folder.glob("*/*.csv")}
    same = {name for name in known.keys() & here.keys() if checksum(here[name]) == known[name]}
    return Comparison(
        same=tuple(sorted(same)),
        changed=tuple(sorted((known.keys() & here.keys()) - same)),
        missing=tuple(sorted(known.keys() - here.keys())),
        unlisted=tuple(sorted(here.keys() - known.keys())),
    )
