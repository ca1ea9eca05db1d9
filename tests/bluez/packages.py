"""Which installed packages the program needs, from their own metadata."""

import shutil
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["copy_packages", "needed"]

# The simulated broker of `demo`; nothing here starts it.
UNUSED = frozenset({"amqtt"})


def needed(name: str, extras: Iterable[str] = ()) -> list[Distribution]:
    """All that a package and these extras of it stand on, without itself."""
    found: dict[str, set[str]] = {}

    def walk(package: str, wanted: frozenset[str]) -> None:
        if package in found and wanted <= found[package]:
            return
        found.setdefault(package, set()).update(wanted)
        for text in distribution(package).requires or ():
            requirement = Requirement(text)
            marker = requirement.marker
            holds = marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted))
            if holds and requirement.name.lower() not in UNUSED:
                walk(requirement.name.lower(), frozenset(requirement.extras))

    walk(name, frozenset(extras))
    return [distribution(package) for package in found if package != name]


def copy_packages(packages: Iterable[Distribution], to: Path) -> None:
    """Their files as they are installed here; programs outside of site-packages are left out."""
    for package in packages:
        for file in package.files or ():
            source = Path(str(file.locate()))
            if ".." in file.parts or not source.is_file():
                continue
            target = to / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
