"""A connection to an MQTT broker: paho's client in our event loop. The only file that speaks to it."""

import asyncio
import socket
import ssl
from typing import Any, Final, Literal

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, error_string
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kneeload.errors import SinkError
from kneeload.payload import Message
from kneeload.settings import MqttSettings
from kneeload.sinks.broker_words import explained, lacking, refusal
from kneeload.sinks.network import LATE, no_answer
from kneeload.sinks.thread import own_thread
from kneeload.sinks.tls import tls

__all__ = ["IN_FLIGHT", "Connection", "Dialect"]

Dialect = Literal["5", "3.1.1"]

# Messages under way at once: enough to fill a link with 50 ms there and back at 400 messages a second.
IN_FLIGHT: Final = 20
KEEPALIVE_S: Final = 20
# So often it is looked whether the broker is still there.
LOOK_S: Final = 1.0
PROTOCOLS: Final = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}
FIRST_FAILURE: Final = 0x80
# The one refusal of a message that passes by itself.
QUOTA_EXCEEDED: Final = 0x97
EARLY: Final = "closes the connection before it answers"


class Connection:
    """paho's client in our event loop.

    speaks: the protocol; window: how many messages may be under way at once; code: the broker's answer to
    our greeting, None without one.
    """

    def __init__(
        self, settings: MqttSettings, dialect: Dialect, *, name: str, will: Message | None, timeout_s: float
    ) -> None:
        self.speaks, self.window = f"MQTT {dialect}", IN_FLIGHT
        self.code: int | None = None
        self._settings, self._timeout_s = settings, timeout_s
        self._loop = asyncio.get_running_loop()
        self._greeted: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[SinkError] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[ReasonCode]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._reached = False
        self._complaint = ""
        self._paho = _paho(settings, dialect, name=name, will=will, timeout_s=timeout_s)

    @property
    def is_open(self) -> bool:
        """The broker has let us in, whatever came after."""
        return self._greeted.done()

    @property
    def is_silent(self) -> bool:
        """Reached, but no answer to our greeting: some brokers that do not know its dialect hang or leave."""
        return self._reached and self.code is None and not self._complaint

    async def open(self) -> None:
        """Until the broker has let us in. Raises SinkError."""
        paho, host, port = self._paho, self._settings.host, self._settings.port
        assert host is not None
        paho.on_log = self._on_log
        # The greeting waits for our loop: a server that has refused us in TLS 1.3 must be heard out first.
        paho.on_socket_register_write = lambda _paho, _data, _sock: None
        # It waits for names, for the network and for TLS.
        connecting = own_thread(paho.connect, host, port, KEEPALIVE_S)
        try:
            await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(self._forget)
            raise
        except ssl.SSLError as error:
            raise self._explained(str(error)) from error
        except OSError as error:
            raise SinkError(f"broker {host}:{port} {no_answer(error)}") from error
        except ValueError as error:
            raise self._explained(str(error)) from error
        self._reached = True
        self._serve()
        await self._in_time(self._greeted)

    async def publish(self, message: Message) -> str | None:
        """None once the broker has it, or why it will never take it. Raises SinkError."""
        info = self._paho.publish(message.topic, message.payload, message.qos, message.retain)
        if info.rc:
            raise self._error(error_string(info.rc))
        if info.is_published():
            return None
        answer = self._answers[info.mid] = self._loop.create_future()
        try:
            await self._in_time(answer)
        finally:
            self._answers.pop(info.mid, None)
        reason = answer.result()
        if reason.value < FIRST_FAILURE:
            return None
        if reason.value == QUOTA_EXCEEDED:
            raise self._explained(str(reason))
        return refusal(message.topic, reason.value, str(reason))

    async def lost(self) -> None:
        """Waits until the connection breaks, raises SinkError then."""
        await asyncio.wait({self._ended})
        raise self._ended.result()

    async def close(self) -> None:
        """Says farewell where somebody is there to hear it; frees the socket."""
        try:
            if self._greeted.done() and not self._ended.done():
                self._paho.disconnect()
                await asyncio.wait({self._ended}, timeout=self._timeout_s)
        finally:
            self._end("closed")

    # Inside: what paho wants of an event loop, and what it tells

    def _forget(self, connecting: asyncio.Future[Any]) -> None:
        """What nobody waits for any more must not stay connected."""
        connecting.exception()
        self._end("closed")

    def _serve(self) -> None:
        # Only now: while it connected, it would have called from another thread.
        paho, sock = self._paho, self._paho.socket()
        paho.on_connect, paho.on_disconnect = self._on_connect, self._on_disconnect
        paho.on_publish = self._on_publish
        if not isinstance(sock, socket.socket):
            self._end(EARLY)
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        paho.on_socket_register_write, paho.on_socket_unregister_write = self._on_full, self._on_room
        paho.on_socket_close = self._on_close
        self._loop.add_reader(sock, self._read)
        if paho.want_write():
            self._loop.add_writer(sock, self._write)
        self._timer = self._loop.call_later(LOOK_S, self._look)

    def _read(self) -> None:
        try:
            self._paho.loop_read()
            # What TLS has decoded already makes no socket readable.
            while isinstance(sock := self._paho.socket(), ssl.SSLSocket) and sock.pending():
                self._paho.loop_read()
        except Exception as error:  # a stranger's bytes may break paho anywhere
            self._end(f"answers with what is no MQTT ({error})")

    def _write(self) -> None:
        self._paho.loop_write()

    def _look(self) -> None:
        self._timer = self._loop.call_later(LOOK_S, self._look)
        self._paho.loop_misc()

    def _on_full(self, _paho: Client, _data: Any, sock: Any) -> None:
        self._loop.add_writer(sock, self._write)

    def _on_room(self, _paho: Client, _data: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _on_close(self, _paho: Client, _data: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)

    def _on_log(self, _paho: Client, _data: Any, level: int, text: str) -> None:
        # Why a socket failed it tells nobody else.
        if level == LogLevel.MQTT_LOG_ERR:
            self._complaint = text.partition("failed to receive on socket: ")[2] or text

    def _on_connect(
        self, _paho: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, about: Properties | None
    ) -> None:
        self.code = reason.value
        if reason.is_failure:
            self._end(str(reason))
        elif (code := lacking(about)) is not None:
            self.code = code
            self._end("lets us in and would refuse every message")
        elif not self._greeted.done():
            self.window = min(IN_FLIGHT, getattr(about, "ReceiveMaximum", IN_FLIGHT))
            self._greeted.set_result(None)

    def _on_disconnect(
        self,
        _paho: Client,
        _data: Any,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _about: Properties | None,
    ) -> None:
        self._end(f"ends the connection ({reason})" if self._greeted.done() else EARLY)

    def _on_publish(
        self, _paho: Client, _data: Any, mid: int, reason: ReasonCode, _about: Properties | None
    ) -> None:
        answer = self._answers.get(mid)
        if answer is not None and not answer.done():
            answer.set_result(reason)

    def _end(self, why: str) -> None:
        """The connection is over; the first reason counts."""
        if not self._ended.done():
            self._ended.set_result(self._explained(self._complaint or why))
        if self._timer is not None:
            self._timer.cancel()
        paho = self._paho
        paho.on_socket_register_write = paho.on_socket_unregister_write = paho.on_socket_close = None
        if isinstance(sock := paho.socket(), socket.socket) and sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)
            sock.close()

    async def _in_time(self, answer: asyncio.Future[Any]) -> None:
        """Until it is there. Raises SinkError where the connection ends first, or time is up."""
        waits: set[asyncio.Future[Any]] = {answer, self._ended}
        await asyncio.wait(waits, timeout=self._timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise self._error(LATE)

    def _error(self, why: str) -> SinkError:
        return self._ended.result() if self._ended.done() else self._explained(self._complaint or why)

    def _explained(self, why: str) -> SinkError:
        return explained(why, self.code, self._settings)


def _paho(
    settings: MqttSettings, dialect: Dialect, *, name: str, will: Message | None, timeout_s: float
) -> Client:
    paho = Client(
        CallbackAPIVersion.VERSION2, client_id=name, protocol=PROTOCOLS[dialect], reconnect_on_failure=False
    )
    paho.connect_timeout = timeout_s
    paho.max_inflight_messages_set(IN_FLIGHT)
    if settings.username is not None:
        word = settings.password
        paho.username_pw_set(settings.username, word.get_secret_value() if word else None)
    if settings.tls:
        paho.tls_set_context(tls(settings))
    if will is not None:
        paho.will_set(will.topic, will.payload, will.qos, will.retain)
    return paho
