"""A pretend sensor's GATT server on a Bumble device: it serves the table of the sensor's family.

The only file that knows Bumble's GATT server. The device may sit on a simulated controller or on a real one.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bumble import att, core, gatt, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue

from firmware_sim.body import Body
from firmware_sim.clock import RunTime, now_s
from firmware_sim.profile import Attribute, Profile, RefusalError

__all__ = ["MTU", "GattServer"]

MTU: Final = 247
_L2CAP_HEADER: Final = 4
_ATT_HEADER: Final = 3
_DISCOVERABLE_LE_ONLY: Final = b"\x06"
_SIG_BASE: Final = "-0000-1000-8000-00805f9b34fb"

_Properties = Characteristic.Properties


class GattServer:
    """What a client of one sensor sees. connection: the client's, None without one.

    subscribed: the client wants samples.
    """

    def __init__(self, device: Device, sensor: Body, profile: Profile, *, clock: RunTime) -> None:
        self.connection: Connection | None = None
        self.advertising = False
        self.subscribed = False
        self.profile = profile
        self._device = device
        self._sensor = sensor
        self._clock = clock
        self._answers: deque[tuple[Characteristic[bytes], bytes]] = deque()
        self._indication: asyncio.Task[None] | None = None
        self._indicating = {a.uuid for service in profile.services for a in service.attributes if a.indicate}
        self._characteristics = {
            attribute.uuid: self._characteristic(attribute)
            for service in profile.services
            for attribute in service.attributes
        }
        self._data = self._characteristics[profile.data_uuid]
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._on_data_subscription)
        device.gatt_server.max_mtu = MTU
        device.on(Device.EVENT_CONNECTION, self._on_connection)
        device.add_services(
            [
                gatt.Service(_uuid(service.uuid), [self._characteristics[a.uuid] for a in service.attributes])
                for service in profile.services
            ]
        )

    def _characteristic(self, attribute: Attribute) -> Characteristic[bytes]:
        properties, permissions = _Properties(0), Characteristic.Permissions(0)
        if attribute.read is not None:
            properties |= _Properties.READ
            permissions |= Characteristic.READABLE
        if attribute.write is not None:
            properties |= _Properties.WRITE_WITHOUT_RESPONSE if attribute.unanswered else _Properties.WRITE
            permissions |= Characteristic.WRITEABLE
        properties |= _Properties.NOTIFY if attribute.notify else _Properties(0)
        properties |= _Properties.INDICATE if attribute.indicate else _Properties(0)
        if attribute.read is None and attribute.write is None:
            return Characteristic[bytes](_uuid(attribute.uuid), properties, permissions, b"")
        read, write = attribute.read, attribute.write

        def asked(_connection: Connection) -> bytes:
            assert read is not None  # else it is not readable
            with _refusing():
                return read()

        def written(_connection: Connection, value: bytes) -> None:
            assert write is not None  # else it is not writeable
            with _refusing():
                write(value, now_s(self._clock))

        value = CharacteristicValue[bytes](
            read=None if read is None else asked, write=None if write is None else written
        )
        return Characteristic[bytes](_uuid(attribute.uuid), properties, permissions, value)

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
        self._listen(False)
        self._sensor.sending = False
        self._answers.clear()
        self.profile.left()
        self.close()

    def close(self) -> None:
        """Wait for no client's confirmation any more."""
        if self._indication is not None:
            self._indication.cancel()
            self._indication = None

    def _on_data_subscription(self, _bearer: object, notify: bool, _indicate: bool) -> None:
        self._listen(notify)

    def _listen(self, listening: bool) -> None:
        self.subscribed = listening
        self.profile.heard(listening, now_s(self._clock))

    def on_lost(self, l2cap_pdu: bytes) -> None:
        """A packet was under way when the link broke."""
        pdu = l2cap_pdu[_L2CAP_HEADER:]
        handle = int.from_bytes(pdu[1:_ATT_HEADER], "little")
        if pdu[:1] == bytes([att.Opcode.ATT_HANDLE_VALUE_NOTIFICATION]) and handle == self._data.handle:
            self._sensor.truth.lost_on_link += self._sensor.samples_in(pdu[_ATT_HEADER:])

    async def advertise(self, interval_ms: float) -> None:
        """Be found by the services that the family advertises, and by name for who scans actively."""
        self.advertising = True
        if self._device.legacy_advertising_set is not None:
            # A connection ended it. Where that came before the answer to its start, Bumble believes that it
            # goes on, and controllers refuse to stop what does not.
            self._device.legacy_advertising_set.enabled = False
        long = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        short = AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        services = [uuid.to_bytes() for uuid in map(_uuid, self.profile.advertised)]
        data = AdvertisingData(
            [
                (AdvertisingData.FLAGS, _DISCOVERABLE_LE_ONLY),
                *((short if len(service) == 2 else long, service) for service in services),
            ]
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

    async def send(self, packets: list[bytes]) -> None:
        """Notify samples and what else is due; one indication at a time."""
        connection = self.connection
        if connection is None:
            return
        notify = self._device.gatt_server.notify_subscriber
        for packet in packets:
            await notify(connection, self._data, packet)
        for uuid, value in self.profile.due(now_s(self._clock)):
            characteristic = self._characteristics[uuid]
            if uuid in self._indicating:
                self._answers.append((characteristic, value))
            else:
                await notify(connection, characteristic, value)
        if self._answers and (self._indication is None or self._indication.done()):
            self._indication = asyncio.create_task(
                self._indicate(connection, *self._answers.popleft()),
                name=f"indication of {self._sensor.name}",
            )

    async def _indicate(
        self, connection: Connection, characteristic: Characteristic[bytes], value: bytes
    ) -> None:
        try:
            await self._device.gatt_server.indicate_subscriber(connection, characteristic, value)
        except (TimeoutError, core.BaseBumbleError, hci.HCI_Error):
            # A client that went away without confirming: the next one asks anew.
            return


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except RefusalError as error:
        raise att.ATT_Error(error.code) from error


def _uuid(text: str) -> UUID:
    """As short as it goes over the air."""
    return UUID(text[4:8]) if text.startswith("0000") and text.endswith(_SIG_BASE) else UUID(text)
