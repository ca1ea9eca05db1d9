"""How long results took: the newest of them, for percentiles."""

import math
from typing import Final

__all__ = ["Latencies"]

# The newest are enough for percentiles, and a day's run needs no more memory than an hour's.
MOST_LATENCIES: Final = 10_000


class Latencies:
    """Times in ms, the newest MOST_LATENCIES of them in no order."""

    def __init__(self) -> None:
        self.newest_ms: list[float] = []
        self._taken = 0

    def take(self, latency_ms: float) -> None:
        """One more; the oldest goes where there are too many."""
        if len(self.newest_ms) < MOST_LATENCIES:
            self.newest_ms.append(latency_ms)
        else:
            self.newest_ms[self._taken % MOST_LATENCIES] = latency_ms
        self._taken += 1

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile by nearest rank, None when nothing was measured."""
        ordered = sorted(self.newest_ms)
        return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else None
