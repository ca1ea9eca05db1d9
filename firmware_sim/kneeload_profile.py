"""The GATT table of docs/gatt-profile.md, on a virtual sensor of ours."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from firmware_sim.encoder import (
    Config,
    Op,
    Result,
    encode_control_result,
    encode_sync,
    parse_control,
    parse_sync,
    uuid_of,
)
from firmware_sim.profile import Attribute, RefusalError, Service, battery_service
from firmware_sim.sensor import VirtualSensor
from firmware_sim.settings import MODEL, ConfigRefusedError, StartedError

__all__ = ["KneeloadProfile"]

FIRMWARE: Final = "1.0.0"
MAKER: Final = "kneeload"
_CONFIG_REFUSED: Final = 0x80
_STARTED: Final = 0x81
_STATS_PERIOD_S: Final = 1.0
_DEVICE_INFORMATION: Final = "0000180a-0000-1000-8000-00805f9b34fb"


class KneeloadProfile:
    """A Profile; see there."""

    def __init__(self, sensor: VirtualSensor) -> None:
        self.data_uuid = uuid_of(5)
        self.advertised: Sequence[str] = [uuid_of(1)]
        self.reset_asked = False
        self._sensor = sensor
        self._answers: deque[bytes] = deque()
        self._syncs: deque[tuple[int, int, int]] = deque()
        self._stats_s = 0.0
        ours = [
            Attribute(uuid_of(2), read=lambda: sensor.info.encode()),
            Attribute(uuid_of(3), read=lambda: sensor.config.encode(), write=self._on_config),
            Attribute(uuid_of(4), write=self._on_control, indicate=True),
            Attribute(uuid_of(5), notify=True),
            Attribute(uuid_of(6), write=self._on_sync, notify=True),
            Attribute(uuid_of(7), read=lambda: sensor.stats().encode(), notify=True),
        ]
        told = {0x2A29: MAKER, 0x2A24: MODEL, 0x2A25: sensor.traits.serial, 0x2A26: FIRMWARE}
        self.services: Sequence[Service] = [
            Service(uuid_of(1), ours),
            battery_service(sensor),
            Service(_DEVICE_INFORMATION, [_text(short, text) for short, text in told.items()]),
        ]

    def heard(self, listening: bool, now_s: float) -> None:
        """It samples from START on, heard or not."""

    def due(self, now_s: float) -> list[tuple[str, bytes]]:
        due = []
        while self._syncs:
            sync_id, host_us, receipt_us = self._syncs.popleft()
            sending_us = self._sensor.tick_us(now_s)
            reply = encode_sync(sync_id, host_us, tick_receipt_us=receipt_us, tick_sending_us=sending_us)
            due.append((uuid_of(6), reply))
        if self._sensor.sending and now_s >= self._stats_s:
            self._stats_s = now_s + _STATS_PERIOD_S
            due.append((uuid_of(7), self._sensor.stats().encode()))
        while self._answers:
            due.append((uuid_of(4), self._answers.popleft()))
        return due

    def left(self) -> None:
        self._answers.clear()
        self._syncs.clear()

    def _on_config(self, value: bytes, _now_s: float) -> None:
        try:
            self._sensor.write_config(Config.parse(value))
        except StartedError as error:
            raise RefusalError(_STARTED) from error
        except (ConfigRefusedError, ValueError) as error:
            raise RefusalError(_CONFIG_REFUSED) from error

    def _on_control(self, value: bytes, now_s: float) -> None:
        try:
            op, argument = parse_control(value)
        except ValueError as error:
            raise RefusalError from error
        result = self._sensor.control(op, argument, now_s=now_s)
        self.reset_asked |= op == Op.RESET and result is Result.DONE
        self._answers.append(encode_control_result(op, result))

    def _on_sync(self, value: bytes, now_s: float) -> None:
        try:
            sync_id, host_us = parse_sync(value)
        except ValueError as error:
            raise RefusalError from error
        self._syncs.append((sync_id, host_us, self._sensor.tick_us(now_s)))


def _text(short: int, text: str) -> Attribute:
    return Attribute(f"0000{short:04x}-0000-1000-8000-00805f9b34fb", read=lambda: text.encode())
