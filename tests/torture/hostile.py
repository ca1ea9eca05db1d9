"""Servers that misbehave on command, in front of real ones.

Each listens on a port of its own and passes everything on to a real server, until its mood changes.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

__all__ = ["HTTP_MOODS", "MQTT_MOODS", "HostileBroker", "HostileDatabase"]

LATE_S = 4.0
DELAY_S = 1.0
JSON = "application/json"
# Mood -> what is answered without asking the real server: status line, further headers, body.
ANSWERS = {
    "401": ("401 Unauthorized", "", '{"code":"unauthorized","message":"unauthorized access"}'),
    "404": ("404 Not Found", "", '{"code":"not found","message":"bucket not found"}'),
    "413": ("413 Request Entity Too Large", "", '{"error":"too large"}'),
    "429": ("429 Too Many Requests", "Retry-After: 2\r\n", '{"code":"too many requests"}'),
    "503": ("503 Service Unavailable", "", "unavailable"),
    "disk full": ("500 Internal Server Error", "", '{"error":"write failed: no space left on device"}'),
}
HTTP_MOODS = ("refuse", "hang", "reset", "late", "restart", *ANSWERS)
MQTT_MOODS = ("refuse", "hang", "reset", "delay")


class _Hostile:
    """mood "fine" passes on. served_s: monotonic times of answers of the real server that were."""

    def __init__(self, upstream_port: int) -> None:
        self.mood = "fine"
        self.served_s: list[float] = []
        self._upstream = upstream_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._met, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        # A connection that is just being accepted becomes a task in the next turns of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.mood == "refuse":
                _reset(writer)
                return
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()


class HostileDatabase(_Hostile):
    """accepted(body): called with each write that the real server has taken, in order."""

    def __init__(self, upstream_port: int) -> None:
        super().__init__(upstream_port)
        self.accepted: Callable[[bytes], None] = lambda _body: None
        self.requests = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _length(head)
            mood, write = self.mood, b" /write" in head or b"/api/v2/write" in head
            self.requests += 1
            if mood == "reset" and write:
                await reader.readexactly(length // 2)
                _reset(writer)
                return
            body = await reader.readexactly(length)
            if mood == "refuse":
                _reset(writer)
                return
            if mood == "hang":
                await asyncio.Event().wait()
            if mood in ANSWERS and write:
                status, headers, text = ANSWERS[mood]
                writer.write(_answer(status, headers, text))
                await writer.drain()
                continue
            if mood == "restart" and write:
                # It took half of the batch and went down before it could say so.
                lines = body.split(b"\n")
                half = b"\n".join(lines[: len(lines) // 2 + 1])
                await self._ask(head, half)
                self.accepted(half)
                _reset(writer)
                return
            answer = await self._ask(head, body)
            taken = write and answer.split(b" ", 2)[1].startswith(b"2")
            if taken:
                self.accepted(body)
            if mood == "late":
                await asyncio.sleep(LATE_S)
            elif taken:
                self.served_s.append(time.monotonic())
            writer.write(answer)
            await writer.drain()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        lines = [
            line
            for line in head.rstrip().split(b"\r\n")
            if not line.lower().startswith((b"content-length", b"connection", b"accept-encoding"))
        ]
        lines += [b"Content-Length: " + str(len(body)).encode()]
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        try:
            return await _whole_answer(reader)
        finally:
            writer.close()


async def _whole_answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        return head + await reader.readuntil(b"\r\n0\r\n\r\n")
    return head + await reader.readexactly(_length(head))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


class HostileBroker(_Hostile):
    """Passes bytes both ways, or does not."""

    def __init__(self, upstream_port: int) -> None:
        super().__init__(upstream_port)
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Reset the connections that there are; new ones are passed on as the mood is."""

        async def reset() -> None:
            for writer in tuple(self._open):
                _reset(writer)

        self._do(reset())

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        self._open.add(writer)
        try:
            done, other = await asyncio.wait(
                [
                    asyncio.create_task(self._pass(reader, their_writer, writer)),
                    asyncio.create_task(self._pass(their_reader, writer, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in other:
                task.cancel()
            await asyncio.gather(*done, *other, return_exceptions=True)
        finally:
            self._open.discard(writer)
            their_writer.close()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        while data := await source.read(65536):
            mood = self.mood
            if mood in ("refuse", "reset"):
                _reset(client)
                return
            if mood == "hang":
                await asyncio.Event().wait()
            if mood == "delay":
                await asyncio.sleep(DELAY_S)
            target.write(data)
            await target.drain()
            if mood == "fine" and target is client:
                self.served_s.append(time.monotonic())


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side gets a reset, not an end."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _answer(status: str, headers: str, text: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {JSON}\r\n{headers}Content-Length: {len(text)}\r\n\r\n{text}"
    ).encode()
