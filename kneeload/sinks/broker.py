"""The broker in MQTT 5 where it can, else in 3.1.1.

Under 3.1.1 a broker acknowledges what its access list makes it throw away; under 5 the answer has a reason.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from kneeload.errors import SinkError
from kneeload.payload import Message
from kneeload.settings import MqttSettings
from kneeload.sinks.connection import Connection, Dialect

__all__ = ["DIALECTS", "connected"]

# By [mqtt] version: what to try, in this order.
DIALECTS: Final[dict[str, tuple[Dialect, ...]]] = {
    "auto": ("5", "3.1.1"),
    "5": ("5",),
    "3.1.1": ("3.1.1",),
}
UNKNOWN_VERSION: Final = {1, 132}


@asynccontextmanager
async def connected(
    settings: MqttSettings, dialects: list[Dialect], *, name: str, will: Message | None, timeout_s: float
) -> AsyncIterator[Connection]:
    """A connection in the first of the dialects that the broker answers to.

    One that it says it does not know is taken out of them. Raises SinkError.
    """
    for dialect in tuple(dialects):
        connection = Connection(settings, dialect, name=name, will=will, timeout_s=timeout_s)
        try:
            await connection.open()
            yield connection
            return
        except SinkError:
            if connection.is_open or dialect == dialects[-1]:
                raise
            if connection.code in UNKNOWN_VERSION:
                dialects.remove(dialect)
            elif not connection.is_silent:
                raise
        finally:
            await connection.close()
