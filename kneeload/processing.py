"""How a run's signals were processed, kept in its packets' file so that the same can be done again."""

from collections.abc import Mapping

from dsp.mount import Mount
from dsp.params import Params
from kneeload.settings import LEAST_ABOVE_ANKLE_M, MOST_ABOVE_ANKLE_M

__all__ = ["notes_of", "params_of"]

HEIGHT = "above_ankle_m"


def notes_of(params: Mapping[Mount, Params]) -> dict[str, str]:
    """As metadata of a recording."""
    return {f"{HEIGHT}.{mount}": repr(own.above_ankle_m) for mount, own in params.items()}


def params_of(notes: Mapping[str, str]) -> dict[Mount, Params]:
    """From a recording's metadata; what is not there or makes no sense is as usual."""
    found = {}
    for mount in Mount:
        try:
            height_m = float(notes[f"{HEIGHT}.{mount}"])
        except (KeyError, ValueError):
            continue
        if LEAST_ABOVE_ANKLE_M <= height_m <= MOST_ABOVE_ANKLE_M:
            found[mount] = Params(above_ankle_m=height_m)
    return found
