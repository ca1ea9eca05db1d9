"""A connection to an MQTT broker, in MQTT 5 where it can. The only file that speaks to the MQTT client.

Under 3.1.1 a broker acknowledges what its access list makes it throw away; under 5 the answer has a reason.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import aiomqtt
from aiomqtt.client import ProtocolVersion
from aiomqtt.exceptions import MqttCodeError, MqttConnectError
from paho.mqtt.client import Client as Paho
from paho.mqtt.client import ConnectFlags, DisconnectFlags, error_string
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kneeload.errors import SinkError
from kneeload.payload import Message
from kneeload.settings import MqttSettings
from kneeload.sinks.broker_words import explained, refusal

__all__ = ["DIALECTS", "IN_FLIGHT", "Connection", "connected"]

# Messages under way at once: enough to fill a link with 50 ms there and back at 400 messages a second.
IN_FLIGHT: Final = 20
KEEPALIVE_S: Final = 20
# By [mqtt] version: what to try, in this order.
DIALECTS: Final = {
    "auto": (ProtocolVersion.V5, ProtocolVersion.V311),
    "5": (ProtocolVersion.V5,),
    "3.1.1": (ProtocolVersion.V311,),
}
NAMES: Final = {ProtocolVersion.V5: "MQTT 5", ProtocolVersion.V311: "MQTT 3.1.1"}
UNKNOWN_VERSION: Final = {1, 132}
FIRST_FAILURE: Final = 0x80
# The one refusal of a message that passes by itself.
QUOTA_EXCEEDED: Final = 0x97


class Connection:
    """An open connection. speaks: the protocol; window: how many messages may be under way at once."""

    def __init__(self, client: "_Client", settings: MqttSettings) -> None:
        self.window = min(IN_FLIGHT, client.receive_maximum or IN_FLIGHT)
        self.speaks = NAMES[client.dialect]
        self._client, self._settings = client, settings

    async def publish(self, message: Message) -> str | None:
        """None once the broker has it, or why it will never take it. Raises SinkError."""
        try:
            reason = await self._client.tell(message)
        except aiomqtt.MqttError as error:
            raise self._explained(error) from error
        if reason is None or reason.value < FIRST_FAILURE:
            return None
        if reason.value == QUOTA_EXCEEDED:
            raise self._explained(aiomqtt.MqttError(str(reason)))
        return refusal(message.topic, reason.value, str(reason))

    async def lost(self) -> None:
        """Waits until the connection breaks, raises SinkError then."""
        try:
            # Nothing is subscribed: this ends only with the connection.
            async for _ in self._client.messages:
                pass
        except aiomqtt.MqttError as error:
            raise self._explained(error) from error
        raise self._explained(None)

    def _explained(self, error: aiomqtt.MqttError | None) -> SinkError:
        return _explain(error, self._settings)


@asynccontextmanager
async def connected(
    settings: MqttSettings,
    dialects: list[ProtocolVersion],
    *,
    name: str,
    will: Message | None,
    timeout_s: float,
) -> AsyncIterator[Connection]:
    """A connection in the first of the dialects that the broker answers to.

    One that it says it does not know is taken out of them. Raises SinkError.
    """
    try:
        async with AsyncExitStack() as stack:
            yield Connection(
                await _open(stack, settings, dialects, name=name, will=will, timeout_s=timeout_s), settings
            )
    except aiomqtt.MqttError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # The client's farewell failed while we were being cancelled: that comes first.
            raise asyncio.CancelledError from error
        raise _explain(error, settings) from error


async def _open(
    stack: AsyncExitStack,
    settings: MqttSettings,
    dialects: list[ProtocolVersion],
    *,
    name: str,
    will: Message | None,
    timeout_s: float,
) -> "_Client":
    for dialect in tuple(dialects):
        client = _client(settings, dialect, name=name, will=will, timeout_s=timeout_s)
        try:
            await stack.enter_async_context(client)
            client.dialect = dialect
            return client
        except aiomqtt.MqttError as error:
            if dialect is dialects[-1]:
                raise
            if _code(error) in UNKNOWN_VERSION:
                dialects.remove(dialect)
            elif not client.is_silent:
                raise
    raise AssertionError


class _Client(aiomqtt.Client):
    """With the reasons that brokers give and its root leaves out."""

    dialect = ProtocolVersion.V5
    receive_maximum: int | None = None

    def __init__(self, hostname: str, port: int, **options: Any) -> None:
        self._complaint = _LastComplaint()
        self._answers: dict[int, asyncio.Future[ReasonCode]] = {}
        self._reached = self._answered = False
        super().__init__(hostname, port, logger=self._complaint.logger, **options)
        self._disconnected.add_done_callback(self._broken)

    @property
    def is_silent(self) -> bool:
        """Reached, but no answer to our greeting: some brokers that do not know its dialect hang or leave."""
        return self._reached and not self._answered and not self._complaint.text

    async def tell(self, message: Message) -> ReasonCode | None:
        """Publish; the broker's answer, None where none is expected."""
        info = self._client.publish(message.topic, message.payload, message.qos, message.retain)
        if info.rc:
            raise MqttCodeError(info.rc, error_string(info.rc))
        if info.is_published():
            return None
        answer = self._answers[info.mid] = asyncio.get_running_loop().create_future()
        try:
            return await self._wait_for(answer, timeout=None)
        finally:
            self._answers.pop(info.mid, None)

    def _on_connect(
        self,
        client: Paho,
        userdata: Any,
        flags: ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._answered, self.receive_maximum = True, getattr(properties, "ReceiveMaximum", None)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(
        self,
        client: Paho,
        userdata: Any,
        flags: DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end_early, "closes the connection before it answers")
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self, client: Paho, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        answer = self._answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason_code)
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_socket_open(self, client: Paho, userdata: Any, sock: Any) -> None:
        self._reached = True
        super()._on_socket_open(client, userdata, sock)

    def _broken(self, disconnected: asyncio.Future[None]) -> None:
        error = None if disconnected.cancelled() else disconnected.exception()
        if error is not None:
            self._end_early(f"answers with what is no MQTT ({error})")

    def _end_early(self, why: str) -> None:
        # Its root would wait out the whole time-out for an answer that cannot come any more.
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError(self._complaint.text or why))


class _LastComplaint(logging.Handler):
    """The last thing that the MQTT client wrote into its log of a socket that failed, and told nobody."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.text = ""
        self.logger = logging.Logger("kneeload.mqtt", logging.ERROR)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.text = text.partition("failed to receive on socket: ")[2] or self.text


def _client(
    settings: MqttSettings, dialect: ProtocolVersion, *, name: str, will: Message | None, timeout_s: float
) -> _Client:
    assert settings.host is not None
    client = _Client(
        settings.host,
        settings.port,
        identifier=name,
        protocol=dialect,
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain) if will else None,
        timeout=timeout_s,
        keepalive=KEEPALIVE_S,
        max_inflight_messages=IN_FLIGHT,
        tls_context=_tls(settings) if settings.tls else None,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    )
    client.pending_calls_threshold = 2 * IN_FLIGHT
    return client


def _tls(settings: MqttSettings) -> ssl.SSLContext:
    """Certificate and host name are always verified."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except OSError as error:
        raise SinkError(f"[mqtt] ca_file, cert_file or key_file: {error}", needs_person=True) from error
    return context


def _code(error: aiomqtt.MqttError | None) -> int | None:
    if not isinstance(error, MqttConnectError):
        return None
    return error.rc if isinstance(error.rc, int) or error.rc is None else int(error.rc.value)


def _explain(error: aiomqtt.MqttError | None, settings: MqttSettings) -> SinkError:
    text = str(error.rc) if isinstance(error, MqttConnectError) else str(error or "connection lost")
    return explained(text, _code(error), settings)
