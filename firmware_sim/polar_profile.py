"""The GATT table of a pretend Polar Verity Sense."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from firmware_sim.polar_encoder import CONTROL_UUID, DATA_UUID, FEATURES, PMD_UUID, parse_command
from firmware_sim.polar_sensor import PolarSensor
from firmware_sim.profile import Attribute, RefusalError, Service, battery_service

__all__ = ["PolarProfile"]

_HEART_RATE_SERVICE: Final = "0000180d-0000-1000-8000-00805f9b34fb"


class PolarProfile:
    """A Profile; see there. It advertises the heart rate, not the service that measures motion."""

    def __init__(self, sensor: PolarSensor) -> None:
        self.data_uuid = DATA_UUID
        self.advertised: Sequence[str] = [_HEART_RATE_SERVICE]
        self.reset_asked = False
        self._sensor = sensor
        self._answers: deque[bytes] = deque()
        self.services: Sequence[Service] = [
            Service(
                PMD_UUID,
                [
                    Attribute(CONTROL_UUID, read=lambda: FEATURES, write=self._on_control, indicate=True),
                    Attribute(DATA_UUID, notify=True),
                ],
            ),
            battery_service(sensor),
        ]

    def heard(self, listening: bool, now_s: float) -> None:
        """It samples from its start command on."""

    def due(self, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002
        due = [(CONTROL_UUID, answer) for answer in self._answers]
        self._answers.clear()
        self._sensor.sending = self._sensor.started
        return due

    def left(self) -> None:
        self._answers.clear()
        self._sensor.stop()

    def _on_control(self, value: bytes, now_s: float) -> None:
        try:
            command = parse_command(value)
        except ValueError as error:
            raise RefusalError from error
        self._answers.append(self._sensor.control(command, now_s=now_s))
