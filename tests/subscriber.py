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
        self._address, self._topic = (host, port), topic
        name = f"subscriber-{id(self)}"
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        if credentials:
            self._client.username_pw_set(*credentials)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

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
