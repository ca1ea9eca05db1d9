"""A family's GATT table: services and characteristics, without the stack that serves them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from firmware_sim.body import Body

__all__ = ["Attribute", "Profile", "RefusalError", "Service", "battery_service"]

INVALID_LENGTH: Final = 0x0D
_BATTERY_SERVICE: Final = "0000180f-0000-1000-8000-00805f9b34fb"
_BATTERY_LEVEL: Final = "00002a19-0000-1000-8000-00805f9b34fb"


class RefusalError(ValueError):
    """What is asked is answered with an ATT error."""

    def __init__(self, code: int = INVALID_LENGTH) -> None:
        super().__init__(f"ATT error {code:#04x}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Attribute:
    """A characteristic. read() and write(bytes, run time) may raise RefusalError.

    unanswered: it takes writes without response. One that indicates waits for the client's confirmation.
    """

    uuid: str
    read: Callable[[], bytes] | None = None
    write: Callable[[bytes, float], None] | None = None
    notify: bool = False
    indicate: bool = False
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a sensor."""

    uuid: str
    attributes: Sequence[Attribute]


class Profile(Protocol):
    """What a client sees of one sensor. data_uuid: what samples are notified by; advertised: services.

    reset_asked: a client wrote that, and its answer is under way.
    """

    data_uuid: str
    advertised: Sequence[str]
    services: Sequence[Service]
    reset_asked: bool

    def heard(self, listening: bool, now_s: float) -> None:
        """A client has subscribed to the samples, or does not want them any more."""

    def due(self, now_s: float) -> list[tuple[str, bytes]]:
        """(UUID, value) of all that is to be sent beside samples."""
        ...

    def left(self) -> None:
        """The client went away."""


def battery_service(sensor: Body) -> Service:
    return Service(
        _BATTERY_SERVICE,
        [Attribute(_BATTERY_LEVEL, read=lambda: bytes([sensor.battery_percent]), notify=True)],
    )
