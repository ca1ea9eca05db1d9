"""A virtual sensor on a Bumble device: the services of docs/gatt-profile.md, advertising, and its main loop.

The only file that knows Bumble's GATT server. The device may sit on a simulated controller or on a real one.
"""

import asyncio
from collections import deque
from typing import Final, Protocol

from bumble import att, core, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService

from firmware_sim.clock import Clock
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

__all__ = ["MTU", "Link", "SensorServer"]

MTU: Final = 247
FIRMWARE: Final = "1.0.0"
MAKER: Final = "kneeload"
_CONFIG_REFUSED: Final = 0x80
_STARTED: Final = 0x81
# How often the firmware looks at its sensor; on a fast clock not more often than this on the wall.
_PERIOD_S: Final = 0.01
_SHORTEST_WALL_PERIOD_S: Final = 0.002
_STATS_PERIOD_S: Final = 1.0
_BOOTING_S: Final = 1.0
_RESET_DELAY_S: Final = 0.1
_ADVERTISING_INTERVAL_MS: Final = 100.0
_L2CAP_HEADER: Final = 4
_ATT_HEADER: Final = 3
_SAMPLES_AT: Final = 2

_Properties = Characteristic.Properties


class Link(Protocol):
    """What the firmware knows of its radio, and what faults do to it."""

    def room(self) -> int:
        """How many packets it takes now."""
        ...

    def connection_interval_ms(self) -> float: ...

    async def drop(self) -> None:
        """The sensor is gone: out of range or restarting."""
        ...

    async def restore(self) -> None:
        """The sensor is there again."""
        ...


class SensorServer:
    """Serves one sensor on one device; run() never returns."""

    def __init__(self, device: Device, sensor: VirtualSensor, *, clock: Clock, link: Link) -> None:
        self.sensor = sensor
        self.device = device
        self._clock = clock
        self._link = link
        self._connection: Connection | None = None
        self._gone = False
        self._advertising = False
        self._back_s = 0.0
        self._reset_s: float | None = None
        self._stats_s = 0.0
        self._subscribed = False
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
            CharacteristicValue(read=lambda _: self.sensor.stats().encode()),
        )
        self._battery = BatteryService(lambda _: self.sensor.battery_percent)
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._on_data_subscription)
        self._add_services()
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        device.gatt_server.max_mtu = MTU

    def _add_services(self) -> None:
        sensor = self.sensor
        info = Characteristic[bytes](
            UUID(uuid_of(2)), _Properties.READ, Characteristic.READABLE, sensor.info.encode()
        )
        config = Characteristic[bytes](
            UUID(uuid_of(3)),
            _Properties.READ | _Properties.WRITE,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=lambda _: sensor.config.encode(), write=self._on_config),
        )
        own = Service(UUID(uuid_of(1)), [info, config, self._control, self._data, self._sync, self._stats])
        device_information = DeviceInformationService(
            manufacturer_name=MAKER,
            model_number=MODEL,
            serial_number=sensor.traits.serial,
            firmware_revision=FIRMWARE,
        )
        self.device.add_services([own, self._battery, device_information])

    @property
    def advertising(self) -> bool:
        """Whether it can be found now."""
        return self._advertising

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        self._advertising = False
        self.sensor.payload_bytes = connection.att_mtu - 3

        def on_mtu() -> None:
            self.sensor.payload_bytes = connection.att_mtu - 3

        connection.on(Connection.EVENT_CONNECTION_ATT_MTU_UPDATE, on_mtu)
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.sensor.sending = False
        self._subscribed = False
        self._answers.clear()
        self._syncs.clear()
        if self._indication is not None:
            self._indication.cancel()
            self._indication = None

    def _on_data_subscription(self, _bearer: object, notify: bool, _indicate: bool) -> None:
        self._subscribed = notify

    def _on_config(self, _connection: Connection, value: bytes) -> None:
        try:
            self.sensor.write_config(Config.parse(value))
        except StartedError as error:
            raise att.ATT_Error(_STARTED) from error
        except (ConfigRefusedError, ValueError) as error:
            raise att.ATT_Error(_CONFIG_REFUSED) from error

    def _on_control(self, _connection: Connection, value: bytes) -> None:
        try:
            op, argument = parse_control(value)
        except ValueError as error:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR) from error
        now_s = self._clock.now_s()
        result = self.sensor.control(op, argument, now_s=now_s)
        if op == Op.RESET and result is Result.DONE:
            self._reset_s = now_s + _RESET_DELAY_S
        self._answers.append(encode_control_result(op, result))

    def _on_sync(self, _connection: Connection, value: bytes) -> None:
        try:
            sync_id, host_us = parse_sync(value)
        except ValueError as error:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR) from error
        self._syncs.append((sync_id, host_us, self.sensor.tick_us(self._clock.now_s())))

    def on_lost(self, l2cap_pdu: bytes) -> None:
        """A packet was under way when the link broke."""
        notification = l2cap_pdu[_L2CAP_HEADER:]
        if (
            notification[0] == att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION
            and int.from_bytes(notification[1:3], "little") == self._data.handle
        ):
            self.sensor.truth.lost_on_link += notification[_ATT_HEADER + _SAMPLES_AT]

    async def run(self) -> None:
        """Power on, advertise, and do the firmware's work until cancelled."""
        await self.device.power_on()
        period_s = max(_PERIOD_S, _SHORTEST_WALL_PERIOD_S * self._clock.speedup)
        try:
            while True:
                await self._work(self._clock.now_s())
                await self._clock.sleep(period_s)
        finally:
            if self._indication is not None:
                self._indication.cancel()

    async def _work(self, now_s: float) -> None:
        reset = self._reset_s is not None and now_s >= self._reset_s
        if reset or self.sensor.faults.reboot_due(now_s):
            await self._restart(now_s)
        gone = now_s < self._back_s or self.sensor.faults.out_of_range(now_s)
        if gone != self._gone:
            self._gone = gone
            if gone:
                await self._disappear()
            else:
                await self._link.restore()
        if not gone and self._connection is None and not self._advertising:
            await self._advertise()
        await self._send(now_s)

    async def _restart(self, now_s: float) -> None:
        self._reset_s = None
        self._back_s = now_s + _BOOTING_S
        self._gone = True
        before = self.sensor.truth.lost_on_link
        await self._disappear()
        # What was under way is forgotten like what was not yet sent: no later counter tells of either.
        self.sensor.truth.unsent_at_reboot += self.sensor.truth.lost_on_link - before
        self.sensor.truth.lost_on_link = before
        self.sensor.reboot(now_s)

    async def _disappear(self) -> None:
        if self._advertising:
            self._advertising = False
            await self.device.stop_advertising()
        await self._link.drop()

    async def _advertise(self) -> None:
        self._advertising = True
        advertisement = AdvertisingData(
            [
                (AdvertisingData.FLAGS, bytes([0x06])),
                (
                    AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                    UUID(uuid_of(1)).to_bytes(),
                ),
            ]
        )
        name = AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, self.sensor.name.encode())])
        interval_ms = _ADVERTISING_INTERVAL_MS / self._clock.speedup
        await self.device.start_advertising(
            advertising_data=bytes(advertisement),
            scan_response_data=bytes(name),
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )

    async def _send(self, now_s: float) -> None:
        connection = self._connection
        self.sensor.connection_interval_ms = self._link.connection_interval_ms()
        room = self._link.room() if connection is not None and self._subscribed else 0
        packets = self.sensor.advance(now_s, room=room)
        if connection is None:
            return
        for packet in packets:
            await self._notify(connection, self._data, packet)
        while self._syncs:
            sync_id, host_us, tick_us = self._syncs.popleft()
            sending_us = self.sensor.tick_us(self._clock.now_s())
            reply = encode_sync(sync_id, host_us, tick_receipt_us=tick_us, tick_sending_us=sending_us)
            await self._notify(connection, self._sync, reply)
        if self.sensor.sending and now_s >= self._stats_s:
            self._stats_s = now_s + _STATS_PERIOD_S
            await self._notify(connection, self._stats, self.sensor.stats().encode())
        if self._answers and (self._indication is None or self._indication.done()):
            answer = self._answers.popleft()
            self._indication = asyncio.create_task(
                self._indicate(connection, answer), name=f"indication of {self.sensor.name}"
            )

    async def _notify(
        self, connection: Connection, characteristic: Characteristic[bytes], value: bytes
    ) -> None:
        await self.device.gatt_server.notify_subscriber(connection, characteristic, value)

    async def _indicate(self, connection: Connection, value: bytes) -> None:
        try:
            await self.device.gatt_server.indicate_subscriber(connection, self._control, value)
        except (TimeoutError, core.BaseBumbleError, hci.HCI_Error):
            # A client that went away without confirming: the next one asks anew.
            return
