"""Bleak's client on the simulated radio. radio.py makes a subclass bound to its central."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.device import Connection, Peer

from firmware_sim.central import Central
from firmware_sim.uncut import uncut
from firmware_sim.uuids import uuid_text

__all__ = ["SimulatedClient"]

# BlueZ asks for this much; the sensor grants less.
_MTU: Final = 517

T = TypeVar("T")


class SimulatedClient(BaseBleakClient):
    """Bleak's client over the central: real ATT with an MTU exchange."""

    central: ClassVar[Central]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **_ignored: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._name = name or self.address
        self._peer: Peer | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def name(self) -> str:
        return self._name

    @property
    def mtu_size(self) -> int:
        return self._peer.connection.att_mtu if self._peer else 23

    @property
    def is_connected(self) -> bool:
        return self._peer is not None

    async def connect(self, pair: bool, **_ignored: Any) -> None:
        if self._peer is not None:
            raise BleakError(f"{self.address} is connected already")
        try:
            connection = await self.central.connect(self.address, timeout_s=self._timeout)
        except TimeoutError as error:
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        except core.BaseBumbleError as error:
            raise BleakError(f"connecting to {self.address} failed: {error}") from error
        self._peer = Peer(connection)
        self._lost = asyncio.get_running_loop().create_future()
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        try:
            if pair:
                await self.pair()
            self.services = await self._done(self._discover(self._peer))
        except BaseException:
            await self.disconnect()
            raise

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        await peer.request_mtu(_MTU)
        found = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            bleak_service = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            found.add_service(bleak_service)
            for characteristic in await service.discover_characteristics():
                found.add_characteristic(
                    BleakGATTCharacteristic(
                        characteristic,
                        characteristic.handle,
                        uuid_text(characteristic.uuid),
                        list(gatt_char_props_to_strs(characteristic.properties)),
                        lambda: self.mtu_size - 3,
                        bleak_service,
                    )
                )
        return found

    def _on_disconnection(self, _reason: int) -> None:
        if self._peer is None:
            return
        self._peer = None
        if not self._lost.done():
            self._lost.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._peer is None:
            return
        try:
            await uncut(self._peer.connection.disconnect())
        except (core.BaseBumbleError, hci.HCI_Error):
            # Lost in the meantime: that is what was asked for.
            return

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """Bond as two devices without keys and screens do; the link is encrypted from then on."""
        if self._peer is None:
            raise BleakError(f"{self.address} is not connected")
        try:
            await self._done(self._peer.connection.pair())
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(f"pairing with {self.address} failed: {error}") from error

    async def unpair(self) -> None:
        raise NotImplementedError("the simulated radio forgets no bond")

    async def _done(self, operation: Coroutine[Any, Any, T]) -> T:
        # Shielded from our caller's cancellation, which Bumble's host would not survive, and ended by the
        # loss of the link, which Bumble does not always tell to who waits for an answer.
        exchange = asyncio.ensure_future(operation)
        either: set[asyncio.Future[Any]] = {exchange, self._lost}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not exchange.cancel() and not exchange.cancelled():
                exchange.exception()  # seen: the cancellation goes first
            raise
        if not exchange.done() or exchange.cancelled():
            exchange.cancel()
            raise BleakError(f"{self.address} disconnected")
        try:
            return exchange.result()
        except ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code or 0)) from error
        except (core.BaseBumbleError, hci.HCI_Error) as error:
            raise BleakError(f"{self.address}: {error}") from error

    def _connected(self) -> Peer:
        if self._peer is None:
            raise BleakError(f"{self.address} is not connected")
        return self._peer

    async def read_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        *,
        use_cached: bool = False,  # noqa: ARG002
        **_ignored: Any,
    ) -> bytearray:
        client = self._connected().gatt_client
        return bytearray(await self._done(client.read_value(characteristic.handle)))

    async def read_gatt_descriptor(
        self,
        descriptor: BleakGATTDescriptor,
        *,
        use_cached: bool = False,  # noqa: ARG002
        **_ignored: Any,
    ) -> bytearray:
        return bytearray(await self._done(self._connected().gatt_client.read_value(descriptor.handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        client = self._connected().gatt_client
        await self._done(client.write_value(characteristic.handle, bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        client = self._connected().gatt_client
        await self._done(client.write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_ignored: Any
    ) -> None:
        peer = self._connected()
        if {"notify", "indicate"}.isdisjoint(characteristic.properties):
            # Bumble would say nothing; the systems' own stacks refuse.
            raise BleakError(f"{characteristic.uuid} neither notifies nor indicates")

        def received(value: bytes) -> None:
            if self._peer is peer:
                callback(bytearray(value))

        await self._done(peer.gatt_client.subscribe(characteristic.obj, received))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await self._done(self._connected().gatt_client.unsubscribe(characteristic.obj))
