"""The MQTT broker. The only file that speaks to the MQTT client."""

import asyncio
import hashlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from kneeload.errors import SinkError
from kneeload.journal import Journal
from kneeload.payload import Message, message, status_message
from kneeload.settings import MqttSettings
from kneeload.sinks.follow import Item, Sink, first, follow
from kneeload.sinks.state import SinkState

__all__ = ["follow_mqtt"]

# Messages under way at once: enough to fill a link with 50 ms there and back at 400 messages a second.
IN_FLIGHT = 20
BATCH = 200
TIMEOUT_S = 5.0
KEEPALIVE_S = 20
# Answers to CONNECT that only a person can change: name, password, rights, client id.
FOR_A_PERSON = {1, 2, 4, 5, 132, 133, 134, 135, 138, 140}


async def follow_mqtt(
    journal: Journal,
    settings: MqttSettings,
    state: SinkState,
    *,
    runner: str,
    run: str,
    stop: asyncio.Event,
    cursor: str | None = None,
) -> None:
    """Publish every result of the journal, QoS 1, in order, at least once; and the run's state, retained.

    cursor: another name than the broker's address, for a broker whose address changes.
    """
    assert settings.host is not None
    state.where = f"{settings.host}:{settings.port}"

    @asynccontextmanager
    async def connect() -> AsyncIterator[_Link]:
        client = _client(journal, settings, runner=runner, run=run)
        try:
            async with client:
                link = _Link(client, state.where)
                try:
                    await _say(client, "running", runner=runner, run=run)
                    yield link
                finally:
                    await link.close()
                    if not link.broken:
                        with suppress(aiomqtt.MqttError):
                            await _say(client, "ended" if stop.is_set() else "lost", runner=runner, run=run)
        except aiomqtt.MqttError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # The client's farewell failed while we were being cancelled: that comes first.
                raise asyncio.CancelledError from error
            raise _explained(error, state.where) from error

    sink = Sink(
        cursor=cursor or f"mqtt:{state.where}",
        encode=message,
        connect=connect,
        batch=BATCH,
        linger_s=0.0,
        history=False,
    )
    await follow(journal, sink, state, stop=stop, drain_s=settings.drain_s)


class _Link:
    def __init__(self, client: aiomqtt.Client, where: str) -> None:
        self.broken = False
        self._client, self._where = client, where
        # Nothing is subscribed: this ends only with the connection.
        self._watch = asyncio.create_task(self._until_lost(), name="mqtt connection")

    async def deliver(self, items: Sequence[Item[Message]]) -> int:
        # A sliding window: waiting for whole ones would meet TCP's delayed acknowledgement, 40 ms, in each.
        window = asyncio.Semaphore(IN_FLIGHT)
        tasks = [asyncio.create_task(self._publish(item.content, window)) for item in items]
        acknowledged = asyncio.create_task(_all(tasks))
        try:
            await first(asyncio.wait({acknowledged}), asyncio.wait({self._watch}))
        finally:
            for task in (acknowledged, *tasks):
                task.cancel()
            await asyncio.gather(acknowledged, *tasks, return_exceptions=True)
        arrived = 0
        while arrived < len(tasks) and not tasks[arrived].cancelled() and tasks[arrived].exception() is None:
            arrived += 1
        if arrived:
            return arrived
        self.broken = True
        raise _explained(_failure(self._watch) or _failure(tasks[0]), self._where)

    async def lost(self) -> None:
        await asyncio.wait({self._watch})
        self.broken = True
        raise _explained(_failure(self._watch), self._where)

    async def close(self) -> None:
        self.broken = self.broken or self._watch.done()
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)

    async def _until_lost(self) -> None:
        async for _ in self._client.messages:
            pass

    async def _publish(self, message: Message, window: asyncio.Semaphore) -> None:
        async with window:
            await self._client.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)


async def _all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Waits for all, or for the first that fails: what follows it could only arrive out of order."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None


async def _say(
    client: aiomqtt.Client, state: Literal["running", "ended", "lost"], *, runner: str, run: str
) -> None:
    said = status_message(state, runner=runner, run=run, time_ns=time.time_ns())
    await client.publish(said.topic, said.payload, qos=said.qos, retain=said.retain, timeout=TIMEOUT_S)


def _client(journal: Journal, settings: MqttSettings, *, runner: str, run: str) -> aiomqtt.Client:
    will = status_message("lost", runner=runner, run=run, time_ns=None)
    # The same each time, so that the broker ends a connection of ours that it still believes in.
    name = hashlib.blake2s(f"{runner}\0{journal.path.absolute()}".encode(), digest_size=6).hexdigest()
    assert settings.host is not None
    client = aiomqtt.Client(
        settings.host,
        settings.port,
        identifier=f"kneeload-{name}",
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
        timeout=TIMEOUT_S,
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


def _explained(error: BaseException | None, where: str) -> SinkError:
    if isinstance(error, MqttConnectError):
        code = error.rc if isinstance(error.rc, int) or error.rc is None else error.rc.value
        if code in FOR_A_PERSON:
            return SinkError(
                f"broker {where} refuses us ({error.rc}): check [mqtt] username and KNEELOAD_MQTT_PASSWORD",
                needs_person=True,
            )
    text = " ".join(str(error or "connection lost").split())
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return SinkError(
            f"broker {where} is not who it should be ({text}): check [mqtt] ca_file", needs_person=True
        )
    return SinkError(f"broker {where}: {text}")
