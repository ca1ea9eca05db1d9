"""Writing to a sensor, and waiting for what it notifies about that."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from ingest.adapter import reason
from ingest.packet import Kind
from ingest.sensors import Answer, Write
from ingest.waiting import patience

__all__ = ["OPERATION_TIMEOUT_S", "Writer", "put"]

OPERATION_TIMEOUT_S: Final = 5.0


class Writer:
    """The writes to one sensor, one at a time."""

    def __init__(self) -> None:
        self._awaited: Answer | None = None
        self._verdict: asyncio.Future[str] | None = None

    async def write(self, client: BleakClient, write: Write) -> str:
        """What is wrong, empty where it was done. Raises what Bleak does, and TimeoutError.

        An ATT error is what is wrong with an optional write, a missing answer with any.
        """
        try:
            async with patience(OPERATION_TIMEOUT_S):
                with self._expecting(write.answer) as verdict:
                    await put(client, write)
                    return await verdict
        except BleakGATTProtocolError as error:
            if not write.optional:
                raise
            return f"refused the configuration ({reason(error)})"
        except TimeoutError:
            if write.answer is None:
                raise
            return "does not answer"

    def hear(self, kind: Kind, data: bytes) -> None:
        """What the sensor notified, whatever it is about."""
        if self._awaited is None or self._verdict is None or self._awaited.kind is not kind:
            return
        if not self._verdict.done() and (verdict := self._awaited.verdict(data)) is not None:
            self._verdict.set_result(verdict)

    @contextmanager
    def _expecting(self, answer: Answer | None) -> Iterator[asyncio.Future[str]]:
        """The verdict on the answer; all is well at once where none comes."""
        verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if answer is None:
            verdict.set_result("")
        self._awaited, self._verdict = answer, verdict
        try:
            yield verdict
        finally:
            self._awaited = self._verdict = None


async def put(client: BleakClient, write: Write) -> None:
    """With response, unless the characteristic takes nothing but writes without."""
    characteristic = client.services.get_characteristic(write.uuid)
    response = characteristic is None or "write" in characteristic.properties
    await client.write_gatt_char(write.uuid, write.data, response=response)
