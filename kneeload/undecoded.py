"""Why packets of a sensor cannot be read, for who runs: its firmware is of another version, say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dsp.mount import Mount
from kneeload.results import Result, SensorHealth
from kneeload.sensor import Sensor
from kneeload.spoken import counted
from kneeload.usable import MANY

__all__ = ["Undecoded"]

# Fewer a radio spoils now and then, and a run is too young to say that they are many.
LEAST: Final = 10


class Undecoded:
    """Tells once of each sensor with many such packets of samples, and what was wrong with the last one."""

    def __init__(self, sensors: Mapping[Mount, Sensor], tell: Callable[[str], None]) -> None:
        self._sensors = sensors
        self._tell = tell
        self._told: set[Mount] = set()

    def see(self, results: Sequence[Result]) -> None:
        """Results were made."""
        for row in results:
            if isinstance(row, SensorHealth) and row.mount not in self._told:
                self._look(row)

    def _look(self, row: SensorHealth) -> None:
        stream = self._sensors[row.mount].stream
        # Not packets_bad: samples can be used whatever STATS or a battery says.
        if stream is not None and stream.unread >= LEAST and stream.unread > MANY * row.packets_received:
            self._told.add(row.mount)
            came, why = counted(stream.counters.packets_received, "packet"), stream.last_error
            self._tell(f"{row.mount}: {stream.unread} of {came} cannot be used; the last one: {why}")
