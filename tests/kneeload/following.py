"""A journal with a run in it and sinks that follow it, for tests with real servers."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kneeload.journal import Journal
from kneeload.settings import InfluxSettings, MqttSettings
from kneeload.sinks.influx import follow_influx
from kneeload.sinks.mqtt import follow_mqtt
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import STARTED_NS

__all__ = ["RUN", "Answer", "delivered", "following", "http_stand_in", "journal_at", "seqs_of", "until"]

RUN = "20260101T000000Z"
Answer = tuple[int, dict[str, str], bytes]


def journal_at(folder: Path, *, run: str = RUN, started_ns: int = STARTED_NS) -> Journal:
    """A journal in which a run has begun."""
    journal = Journal.open(folder)
    journal.start_run(run, "anna", started_ns=started_ns, config={})
    return journal


async def until(condition: Callable[[], bool], what: str, *, timeout_s: float = 40.0) -> None:
    """Returns as soon as condition() holds; fails with `what` otherwise. Others go on meanwhile."""
    try:
        async with asyncio.timeout(timeout_s):
            # No event tells what a server outside this process has got.
            while not await asyncio.to_thread(condition):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"waited {timeout_s:g} s in vain: {what}")


@asynccontextmanager
async def following(
    journal: Journal, settings: MqttSettings | InfluxSettings, *, run: str = RUN
) -> AsyncIterator[SinkState]:
    """A sink follows the journal inside the block; at its end it delivers the rest within its drain_s."""
    state, stop = SinkState("sink"), asyncio.Event()
    if isinstance(settings, MqttSettings):
        work = follow_mqtt(journal, settings, state, runner="anna", run=run, stop=stop)
    else:
        work = follow_influx(journal, settings, state, stop=stop)
    task = asyncio.create_task(work)
    try:
        yield state
        stop.set()
        async with asyncio.timeout(settings.drain_s + 30):
            await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def delivered(journal: Journal, where: MqttSettings | InfluxSettings) -> SinkState:
    """The sink's state after it has followed the journal to its end."""

    async def run() -> SinkState:
        async with following(journal, where) as state:
            pass
        return state

    return asyncio.run(run())


def seqs_of(payloads: list[bytes]) -> list[int]:
    """The places in the journal of received messages, in the order they came."""
    return [json.loads(payload)["seq"] for payload in payloads if b'"seq"' in payload]


@contextmanager
def http_stand_in(answer: Callable[[str, bytes], Answer]) -> Iterator[str]:
    """An HTTP server that answers as told: from path with query, and body, to status, headers and body."""

    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, headers, text = answer(self.path, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _speak  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
