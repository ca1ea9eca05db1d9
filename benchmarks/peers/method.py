"""What a method of the literature is, to the benchmark."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.trial import Contacts, Trial

__all__ = ["Method"]


@dataclass(frozen=True, slots=True)
class Method:
    """site: where the authors wore the sensor, and the only site at which the method is run.

    needs: what it must be told or have beyond the acceleration of that sensor.
    reading: where the published rule leaves a choice, ours.
    """

    name: str
    source: str
    site: Literal["shin", "shoe"]
    needs_gyro: bool
    gives_toe_off: bool
    needs: str
    reading: str
    detect: Callable[[Trial], Contacts]

    def fits(self, trial: Trial) -> bool:
        """Whether the method can be asked at all about this recording."""
        return (
            trial.mount is not None
            and trial.site == self.site
            and (trial.gyro_dps is not None or not self.needs_gyro)
        )
