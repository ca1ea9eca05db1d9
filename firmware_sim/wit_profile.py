"""The GATT table of a pretend WitMotion sensor."""

from collections.abc import Sequence

from firmware_sim.profile import Attribute, RefusalError, Service
from firmware_sim.wit_encoder import NOTIFY_UUID, SERVICE_UUID, WRITE_UUID, parse_write
from firmware_sim.wit_sensor import WitSensor

__all__ = ["WitProfile"]


class WitProfile:
    """A Profile; see there. It advertises nothing but its name."""

    def __init__(self, sensor: WitSensor) -> None:
        self.data_uuid = NOTIFY_UUID
        self.advertised: Sequence[str] = ()
        self.reset_asked = False
        self._sensor = sensor
        self.services: Sequence[Service] = [
            Service(
                SERVICE_UUID,
                [
                    Attribute(NOTIFY_UUID, notify=True),
                    Attribute(WRITE_UUID, write=self._on_write, unanswered=True),
                ],
            )
        ]

    def heard(self, listening: bool, now_s: float) -> None:
        self._sensor.listen(listening, now_s)

    def due(self, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002
        """Nothing: its answers are frames in the stream."""
        return []

    def left(self) -> None:
        """It has heard that nobody listens."""

    def _on_write(self, value: bytes, now_s: float) -> None:
        try:
            register, content = parse_write(value)
        except ValueError as error:
            raise RefusalError from error
        self._sensor.write(register, content, now_s=now_s)
