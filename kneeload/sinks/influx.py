"""InfluxDB 1.x, 2.x, 3.x and what speaks like it. The only file that speaks to the InfluxDB client."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlencode

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient

from kneeload.errors import SinkError
from kneeload.journal import Journal
from kneeload.payload import line
from kneeload.settings import InfluxSettings
from kneeload.sinks.answer import Answer, beginning, network_words
from kneeload.sinks.follow import follow
from kneeload.sinks.sink import Item, Outcome, Sink
from kneeload.sinks.state import SinkState
from kneeload.sinks.thread import own_thread

__all__ = ["follow_influx", "probe_influx"]

BATCH = 1000
LINGER_S = 1.0
CONNECT_MS, READ_MS = 5_000, 15_000

Dialect = Literal["1", "2", "3"]


async def follow_influx(
    journal: Journal, settings: InfluxSettings, state: SinkState, *, stop: asyncio.Event
) -> None:
    """Write every result of the journal as a point, in order; a point written twice is the same point."""
    assert settings.url is not None
    state.where = settings.url

    @asynccontextmanager
    async def connect() -> AsyncIterator[_Link]:
        server = _Server(settings)
        try:
            state.server = await own_thread(server.ask)
            yield _Link(server)
        finally:
            server.close()

    # Organisations have buckets of their own: what one has got, another's of the same name has not.
    of = f"?org={settings.org}" if settings.org else ""
    sink = Sink(
        cursor=f"influx:{settings.url}/{settings.store}{of}",
        encode=line,
        encode_late=line,
        connect=connect,
        batch=BATCH,
        linger_s=LINGER_S,
        history=True,
    )
    await follow(journal, sink, state, stop=stop, drain_s=settings.drain_s)


def probe_influx(settings: InfluxSettings) -> str:
    """What the server says it is, having let us write nothing. Waits for the network; raises SinkError."""
    server = _Server(settings)
    try:
        said = server.ask()
        server.write_nothing()
        return said
    finally:
        server.close()


class _Link:
    """Finds by halving what a server refuses of a batch, and grows again behind it."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self._size = BATCH

    async def deliver(self, items: Sequence[Item[str]]) -> Outcome:
        while True:
            batch = items[: self._size]
            try:
                await own_thread(self._server.write, [item.content for item in batch])
            except _RefusedError as error:
                if len(batch) == 1:
                    return Outcome(1, {batch[0].seq: str(error)})
                self._size = max(1, len(batch) // 2)
            else:
                self._size = min(BATCH, self._size * 2)
                return Outcome(len(batch))

    async def lost(self) -> None:
        await asyncio.Event().wait()  # no connection is held: a loss shows at the next write


class _RefusedError(Exception):
    """The server will never take this batch as it is."""


class _Server:
    """One server over HTTP. Every method waits for the network: call it in a thread of its own."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._dialect: Dialect = "1"
        name, word, token = settings.username, settings.password, settings.token
        basic = f"{name}:{word.get_secret_value() if word else ''}" if name else None
        coded = base64.b64encode(basic.encode()).decode() if basic else ""
        known = (word and word.get_secret_value(), token and token.get_secret_value(), coded)
        self._secrets = tuple(secret for secret in known if secret)
        self._client = InfluxDBClient(
            settings.url,
            token=token.get_secret_value() if token else basic or "",
            auth_basic=token is None and basic is not None,
            timeout=(CONNECT_MS, READ_MS),
            ssl_ca_cert=str(settings.ca_file) if settings.ca_file else None,
            cert_file=str(settings.cert_file) if settings.cert_file else None,
            cert_key_file=str(settings.key_file) if settings.key_file else None,
        )

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]

    def ask(self) -> str:
        """What the server says it is; settles which dialect to speak. SinkError when it does not answer."""
        answer = self._call("GET", "/ping")
        version = answer.headers.get("X-Influxdb-Version", "").removeprefix("v")
        if answer.status == 0 or answer.status >= 500:
            raise self._later(answer)
        if self._settings.version != "auto":
            self._dialect = self._settings.version
        elif version[:2] in ("1.", "2.", "3."):
            self._dialect = _DIALECTS[version[0]]
        elif answer.status in (401, 403) or self._settings.token is not None:
            # Only 2.x and 3.x have tokens and keep even this from strangers; they write in the same way.
            self._dialect = "2" if self._settings.org else "3"
        if version:
            return f"InfluxDB {version}"
        return "VictoriaMetrics" if "X-Server-Hostname" in answer.headers else "speaks line protocol"

    def write(self, lines: Sequence[str]) -> None:
        """All have arrived when it returns. _RefusedError: at least one is bad; SinkError: try later."""
        answer = self._write(lines)
        if answer.status == 404 and self._dialect == "1" and "database not found" in answer.text:
            self._create_database()
            answer = self._write(lines)
        if 200 <= answer.status < 300:
            return
        if answer.status in (400, 413, 422) and (answer.status == 413 or answer.is_explained):
            raise _RefusedError(f"{answer.status} {answer.said}")
        raise self._later(answer)

    def write_nothing(self) -> None:
        """SinkError when we could not write."""
        answer = self._write(["# kneeload"])
        if answer.status == 404 and self._dialect == "1" and "database not found" in answer.text:
            name = self._settings.store
            what = f"{self._settings.url} has no database {name}; a run makes it where it may, else you"
            raise SinkError(what, remedy=_how_to_create(name), needs_person=True)
        # To some, a write without a point is bad data: they have let us in.
        if answer.status in (0, 401, 403, 404) or answer.status >= 500:
            raise self._later(answer)

    def _write(self, lines: Sequence[str]) -> Answer:
        settings = self._settings
        if self._dialect == "1":
            path, query = "/write", {"db": settings.store, "precision": "ns"}
        else:
            path, query = "/api/v2/write", {"bucket": settings.store, "precision": "ns"}
            if settings.org:
                query["org"] = settings.org
        return self._call("POST", path, query=query, body="\n".join(lines).encode())

    def _create_database(self) -> None:
        answer = self._call("POST", "/query", form={"q": _create(self._settings.store)})
        if answer.status != 200 or '"error"' in answer.text:
            name = self._settings.store
            what = f"{self._settings.url} has no database {name} and does not let us make it ({answer.said})"
            raise SinkError(what, remedy=_how_to_create(name), needs_person=True)

    def _later(self, answer: Answer) -> SinkError:
        where, said = self._settings.url, f"{answer.status} {answer.said}".strip()
        if answer.status == 0:
            return SinkError(
                f"{where} {answer.text}", needs_person="CERTIFICATE_VERIFY_FAILED" in answer.text
            )
        if answer.status == 429 or answer.status >= 500:
            return SinkError(f"{where} cannot take it now ({said})", retry_after_s=answer.retry_after_s)
        what, remedy = _ADVICE.get(answer.status, ("refuses what we ask", "check [influx] url and version"))
        return SinkError(f"{where} {what} ({said})", remedy=remedy, needs_person=True)

    def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        kind = "text/plain; charset=utf-8" if form is None else "application/x-www-form-urlencoded"
        api = self._client.api_client
        try:
            # Not the client's own call: it reads an answer of any size, and follows redirections.
            response = api.rest_client.pool_manager.request(
                method,
                f"{self._settings.url}{path}" + (f"?{urlencode(query)}" if query else ""),
                body=urlencode(form).encode() if form else body,
                headers={**api.default_headers, "Content-Type": kind, "Accept": "application/json"},
                timeout=urllib3.Timeout(connect=CONNECT_MS / 1000, read=READ_MS / 1000),
                redirect=False,
                preload_content=False,
            )
            text = beginning(response, limit_s=READ_MS / 1000)
        except urllib3.exceptions.HTTPError as error:
            return Answer(0, network_words(error), {})
        except ValueError:
            # Neither its text nor its chain: the library quotes the header, and the token is in it.
            raise SinkError(
                f"no request to {self._settings.url} can be made",
                remedy="check [influx] url and token for line breaks and characters beyond ASCII",
                needs_person=True,
            ) from None
        for secret in self._secrets:
            # Some repeat what they were sent.
            text = text.replace(secret, "***")
        return Answer(response.status, text, response.headers)


_DIALECTS: dict[str, Dialect] = {"1": "1", "2": "2", "3": "3"}
_ADVICE = {
    401: (
        "does not know us",
        "check KNEELOAD_INFLUX_TOKEN, or [influx] username and KNEELOAD_INFLUX_PASSWORD",
    ),
    403: ("does not let us write there", "give the token or user the right to write"),
    404: ("has no such place", "check [influx] database (bucket), org and version"),
    400: ("does not understand us", "check [influx] url and version"),
}


def _create(database: str) -> str:
    name = database.replace("\\", "\\\\").replace('"', '\\"')
    return f'CREATE DATABASE "{name}"'


def _how_to_create(database: str) -> str:
    return f"influx -execute '{_create(database)}'"
