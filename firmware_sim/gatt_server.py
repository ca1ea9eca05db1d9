"""A virtual sensor's GATT server on a Bumble device: the services of docs/gatt-profile.md and their answers.

The only file that knows Bumble's GATT server. The device may sit on a simulated controller or on a real one.
"""

import asyncio
from collections import deque
from typing import Final

from bumble import att, core, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService

from firmware_sim.clock import RunTime, now_s
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
from firmware_sim.sensor import VirtualSensor
from firmware_sim.settings import MODEL, ConfigRefusedError, StartedError

__all__ = ["MTU", "GattServer"]

MTU: Final = 247
FIRMWARE: Final = "1.0.0"
MAKER: Final = "kneeload"
_CONFIG_REFUSED: Final = 0x80
_STARTED: Final = 0x81
_L2CAP_HEADER: Final = 4
_ATT_HEADER: Final = 3
_SAMPLES_AT: Final = 2
_DISCOVERABLE_LE_ONLY: Final = b"\x06"

_Properties = Characteristic.Properties


class GattServer:
    """What a client of one sensor sees. connection: the client's, None without one.

    subscribed: the client wants DATA. reset_asked: it wrote that to CONTROL.
    """

    def __init__(self, device: Device, sensor: VirtualSensor, *, clock: RunTime) -> None:
        self.connection: Connection | None = None
        self.advertising = False
        self.subscribed = False
        self.reset_asked = False
        self._device = device
        self._sensor = sensor
        self._clock = clock
        self._answers: deque[bytes] = deque()
        self._syncs: deque[tuple[int, int, int]] = deque()
        self._indication: asyncio.Task[None] | None = None
        self._data = Characteristic[bytes](
            UUID(uuid_of(5)), _Properties.NOTIFY, Characteristic.Permissions(0), b""
        )
        self._control = Characteristic[bytes](
            UUID(uuid_of(4)),
            _Properties.WRITE | _Properties.INDICATE,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=self._on_control),
        )
        self._sync = Characteristic[bytes](
            UUID(uuid_of(6)),
            _Properties.WRITE | _Properties.NOTIFY,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=self._on_sync),
        )
        self._stats = Characteristic[bytes](
            UUID(uuid_of(7)),
            _Properties.READ | _Properties.NOTIFY,
            Characteristic.READABLE,
            CharacteristicValue(read=lambda _: sensor.stats().encode()),
        )
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._on_data_subscription)
        device.gatt_server.max_mtu = MTU
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        device.add_services(self._services())

    def _services(self) -> list[Service]:
        sensor = self._sensor
        info = Characteristic[bytes](
            UUID(uuid_of(2)), _Properties.READ, Characteristic.READABLE, sensor.info.encode()
        )
        config = Characteristic[bytes](
            UUID(uuid_of(3)),
            _Properties.READ | _Properties.WRITE,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=lambda _: sensor.config.encode(), write=self._on_config),
        )
        return [
            Service(UUID(uuid_of(1)), [info, config, self._control, self._data, self._sync, self._stats]),
            BatteryService(lambda _: sensor.battery_percent),
            DeviceInformationService(
                manufacturer_name=MAKER,
                model_number=MODEL,
                serial_number=sensor.traits.serial,
                firmware_revision=FIRMWARE,
            ),
        ]

    def _on_connection(self, connection: Connection) -> None:
        self.connection = connection
        self.advertising = False
        self._sensor.payload_bytes = connection.att_mtu - _ATT_HEADER

        def on_mtu() -> None:
            self._sensor.payload_bytes = connection.att_mtu - _ATT_HEADER

        connection.on(Connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self.connection = None
        self.subscribed = False
        self._sensor.sending = False
        self._answers.clear()
        self._syncs.clear()
        self.close()

    def close(self) -> None:
        """Wait for no client's confirmation any more."""
        if self._indication is not None:
            self._indication.cancel()
            self._indication = None

    def _on_data_subscription(self, _bearer: object, notify: bool, _indicate: bool) -> None:
        self.subscribed = notify

    def _on_config(self, _connection: Connection, value: bytes) -> None:
        try:
            self._sensor.write_config(Config.parse(value))
        except StartedError as error:
            raise att.ATT_Error(_STARTED) from error
        except (ConfigRefusedError, ValueError) as error:
            raise att.ATT_Error(_CONFIG_REFUSED) from error

    def _on_control(self, _connection: Connection, value: bytes) -> None:
        try:
            op, argument = parse_control(value)
        except ValueError as error:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR) from error
        result = self._sensor.control(op, argument, now_s=now_s(self._clock))
        self.reset_asked |= op == Op.RESET and result is Result.DONE
        self._answers.append(encode_control_result(op, result))

    def _on_sync(self, _connection: Connection, value: bytes) -> None:
        try:
            sync_id, host_us = parse_sync(value)
        except ValueError as error:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR) from error
        self._syncs.append((sync_id, host_us, self._sensor.tick_us(now_s(self._clock))))

    def on_lost(self, l2cap_pdu: bytes) -> None:
        """A packet was under way when the link broke."""
        pdu = l2cap_pdu[_L2CAP_HEADER:]
        handle = int.from_bytes(pdu[1:_ATT_HEADER], "little")
        if pdu[:1] == bytes([att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION]) and handle == self._data.handle:
            self._sensor.truth.lost_on_link += pdu[_ATT_HEADER + _SAMPLES_AT]

    async def advertise(self, interval_ms: float) -> None:
        """Be found by service UUID, and by name for who scans actively."""
        self.advertising = True
        if self._device.legacy_advertising_set is not None:
            # A connection ended it. Where that came before the answer to its start, Bumble believes that it
            # goes on, and controllers refuse to stop what does not.
            self._device.legacy_advertising_set.enabled = False
        service = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        data = AdvertisingData(
            [(AdvertisingData.FLAGS, _DISCOVERABLE_LE_ONLY), (service, UUID(uuid_of(1)).to_bytes())]
        )
        name = AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, self._sensor.name.encode())])
        await self._device.start_advertising(
            advertising_data=bytes(data),
            scan_response_data=bytes(name),
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )

    async def stop_advertising(self) -> None:
        if self.advertising:
            self.advertising = False
            await self._device.stop_advertising()

    async def send(self, packets: list[bytes], *, with_stats: bool) -> None:
        """Notify DATA, what was asked by TIME_SYNC, and STATS; answer CONTROL."""
        connection = self.connection
        if connection is None:
            return
        notify = self._device.gatt_server.notify_subscriber
        for packet in packets:
            await notify(connection, self._data, packet)
        while self._syncs:
            sync_id, host_us, receipt_us = self._syncs.popleft()
            sending_us = self._sensor.tick_us(now_s(self._clock))
            reply = encode_sync(sync_id, host_us, tick_receipt_us=receipt_us, tick_sending_us=sending_us)
            await notify(connection, self._sync, reply)
        if with_stats:
            await notify(connection, self._stats, self._sensor.stats().encode())
        if self._answers and (self._indication is None or self._indication.done()):
            self._indication = asyncio.create_task(
                self._indicate(connection, self._answers.popleft()),
                name=f"indication of {self._sensor.name}",
            )

    async def _indicate(self, connection: Connection, value: bytes) -> None:
        try:
            await self._device.gatt_server.indicate_subscriber(connection, self._control, value)
        except (TimeoutError, core.BaseBumbleError, hci.HCI_Error):
            # A client that went away without confirming: the next one asks anew.
            return
