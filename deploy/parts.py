"""The distributions that an installation of kneeload consists of, from their own metadata."""

from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["EXTRAS", "licence", "parts"]

# What people install; the tools of development are not part of it.
EXTRAS = frozenset({"sim", "report"})


def parts(name: str = "kneeload", extras: Iterable[str] = EXTRAS) -> dict[str, Distribution]:
    """Canonical name -> distribution, of everything that name with these extras needs here but itself."""
    found: dict[str, Distribution] = {}
    waiting = [(name, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        wanted, with_extras = place
        try:
            one = distribution(wanted)
        except PackageNotFoundError:
            continue  # for another system or version
        found[canonicalize_name(wanted)] = one
        for text in one.requires or ():
            needed = Requirement(text)
            environments = [{"extra": extra} for extra in (*with_extras, "")]
            if needed.marker is None or any(needed.marker.evaluate(e) for e in environments):
                waiting.append((canonicalize_name(needed.name), frozenset(needed.extras)))
    found.pop(canonicalize_name(name), None)
    return dict(sorted(found.items()))


def licence(one: Distribution) -> str:
    """As its authors declare it: an SPDX expression, a classifier, or the first line of a text."""
    about = one.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    classes = [c.rsplit(" :: ", 1)[1] for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    classes = [name for name in classes if name != "OSI Approved"]
    if classes:
        return ", ".join(classes)
    lines = str(about.json.get("license") or "").strip().splitlines()
    return lines[0][:60] if lines else "not declared"
