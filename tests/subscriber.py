"""A reader of an MQTT broker that misses nothing: a durable session, reconnecting by itself."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

__all__ = ["Subscriber"]


class Subscriber:
    """Inside the context every message that fits the topic is in `messages`, in the order it came."""

    def __init__(
        self, host: str, port: int, topic: str = "#", *, credentials: tuple[str, str] | None = None
    ) -> None:
        self.messages: list[MQTTMessage] = []
        self._changed = threading.Condition()
        self._subscribed = False
        self._address, self._topic, self._credentials = (host, port), topic, credentials

    def wait_for(self, condition: Callable[[list[MQTTMessage]], bool], *, timeout_s: float = 30.0) -> None:
        """Return as soon as the messages so far fulfil the condition, or fail."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.messages), timeout_s):
                pytest.fail(f"waited {timeout_s:g} s in vain; {len(self.messages)} messages came")

    def payloads(self, ending: str = "") -> list[bytes]:
        """Bodies of the messages whose topic ends so."""
        with self._changed:
            return [bytes(message.payload) for message in self.messages if message.topic.endswith(ending)]

    def __enter__(self) -> Self:
        # A client each time: paho's loop_start forgets the sockets of an earlier loop without closing them.
        self._client = self._new_client()
        self._client.connect(*self._address)
        self._client.loop_start()
        with self._changed:
            assert self._changed.wait_for(lambda: self._subscribed, 10), "not subscribed within 10 s"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # paho closes the loop's sockets when the client goes: now, not when garbage is collected.
        del self._client

    def _new_client(self) -> Client:
        name = f"subscriber-{id(self)}"
        client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        if self._credentials:
            client.username_pw_set(*self._credentials)
        client.reconnect_delay_set(1, 1)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _more: Properties | None
    ) -> None:
        if not reason.is_failure:
            client.subscribe(self._topic, qos=1)

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, _reasons: list[ReasonCode], _more: Properties | None
    ) -> None:
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _on_disconnect(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, _reason: ReasonCode, _more: Any
    ) -> None:
        with self._changed:
            self._subscribed = False

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()
