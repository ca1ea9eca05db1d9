"""Asking a sensor: reading what it says of itself, and subscribing to what it notifies."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakCharacteristicNotFoundError, BleakError

from ingest.adapter import reason
from ingest.packet import Kind
from ingest.waiting import patience
from ingest.writing import OPERATION_TIMEOUT_S

__all__ = ["Asker"]

NOTIFYING: Final = {"notify", "indicate"}

Received = Callable[[BleakGATTCharacteristic, bytearray], None]


class Asker:
    """What is asked of one sensor, for the whole run.

    optional: what may be missing or refused. on_refusal(in words that complete "the sensor …"): once a kind.
    """

    def __init__(self, optional: Collection[Kind], on_refusal: Callable[[str], None]) -> None:
        self._optional = optional
        self._on_refusal = on_refusal
        self._refused: set[Kind] = set()

    async def read(self, client: BleakClient, uuid: str, kind: Kind) -> bytes | None:
        """None where an optional one is missing or refused. Raises what Bleak does, and TimeoutError."""
        data = None
        with self._sparing(client, kind, "tell"):
            async with patience(OPERATION_TIMEOUT_S):
                data = bytes(await client.read_gatt_char(uuid))
        return data

    async def subscribe(self, client: BleakClient, uuid: str, kind: Kind, received: Received) -> None:
        """The same. An optional one that is there to be read alone has refused nothing."""
        with self._sparing(client, kind, "notify"):
            characteristic = client.services.get_characteristic(uuid)
            if characteristic and kind in self._optional and NOTIFYING.isdisjoint(characteristic.properties):
                return
            async with patience(OPERATION_TIMEOUT_S):
                await client.start_notify(uuid, received)

    @contextmanager
    def _sparing(self, client: BleakClient, kind: Kind, verb: str) -> Iterator[None]:
        try:
            yield
        except BleakError as error:
            # Of a link that is lost all fails: that is no refusal.
            if kind not in self._optional or not client.is_connected:
                raise
            if isinstance(error, BleakCharacteristicNotFoundError) or kind in self._refused:
                return
            self._refused.add(kind)
            self._on_refusal(f"refuses to {verb} its {kind} ({reason(error)}) and is used all the same")
