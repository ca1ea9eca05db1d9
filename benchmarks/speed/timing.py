"""Timing two things against each other on a machine that has other things to do."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time

__all__ = ["Ratio", "interleaved", "seconds"]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median costs of both, CPU seconds a call, and the median of the ratios of neighbouring repeats."""

    ours_s: float
    reference_s: float
    ratio: float


def seconds(call: Callable[[], object], *, inner: int = 1) -> float:
    """CPU seconds of one call: time stolen by other processes does not count."""
    start = process_time()
    for _ in range(inner):
        call()
    return (process_time() - start) / inner


def interleaved(
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    repeats: int = 7,
    inner: tuple[int, int] = (1, 1),
) -> Ratio:
    """A, B, A, B …: what slows the machine down slows both. One unmeasured round first."""
    ours()
    reference()
    pairs = [(seconds(ours, inner=inner[0]), seconds(reference, inner=inner[1])) for _ in range(repeats)]
    return Ratio(
        ours_s=median(a for a, _ in pairs),
        reference_s=median(b for _, b in pairs),
        ratio=median(a / b for a, b in pairs),
    )
