"""What of a run's results still holds at a moment: for who comes in later."""

from collections.abc import Sequence

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.results import Result, SensorHealth, Summary

__all__ = ["Latest"]


class Latest:
    """The last of each kind and sensor, and the alerts that are open."""

    def __init__(self) -> None:
        self._last: dict[tuple[type[Result], Mount | None], Result] = {}
        self._open: dict[tuple[str, Mount | None], Alert] = {}

    def take(self, results: Sequence[Result]) -> None:
        """What came next."""
        for result in results:
            match result:
                case Alert():
                    self._open.pop((result.rule, result.mount), None)
                    if result.state == "raised":
                        self._open[result.rule, result.mount] = result
                case Summary():
                    self._last[Summary, None] = result
                case Stride() | SensorHealth():
                    self._last[type(result), result.mount] = result

    @property
    def results(self) -> list[Result]:
        """Alerts at the end, in the order in which they were raised."""
        return [*self._last.values(), *self._open.values()]
