"""Where the results of each of several recordings go: a folder with a name that says whose they are."""

from collections import Counter
from collections.abc import Sequence
from os.path import abspath
from pathlib import Path

from kneeload.place import PACKETS

__all__ = ["folder_names"]


def folder_names(paths: Sequence[Path]) -> list[str]:
    """A name each, all different: the file's, after as many of its folders as tell it from its namesakes.

    anna/run.csv and bob/run.csv become anna-run and bob-run, in whatever order they come; one file twice
    gets a number.
    """
    parts = [_parts(path) for path in paths]
    depths = dict.fromkeys(parts, 1)
    while True:
        names = {own: "-".join(own[-depth:]) for own, depth in depths.items()}
        held = Counter(name.casefold() for name in names.values())
        alike = [own for own, name in names.items() if held[name.casefold()] > 1 and depths[own] < len(own)]
        if not alike:
            return _numbered([names[own] for own in parts])
        for own in alike:
            depths[own] += 1


def _parts(path: Path) -> tuple[str, ...]:
    """Folders and name. Every run's packets have the same file name: the run's folder tells them apart."""
    # Not resolved: a link keeps its own name.
    whole = Path(abspath(path))
    above = whole.parent.parts[1:]
    if whole.name == PACKETS and above:
        return above
    # "..csv" and "...csv" have stems that would lead to another folder.
    return (*above, whole.stem if whole.stem.strip(".") else whole.name)


def _numbered(names: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    told = []
    for name in names:
        number, own = 1, name
        while own.casefold() in taken:
            number += 1
            own = f"{name}-{number}"
        taken.add(own.casefold())
        told.append(own)
    return told
