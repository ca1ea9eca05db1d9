"""InfluxDB 1.x, 2.x, 3.x and what speaks like it. The only file that speaks to the InfluxDB client."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException

from kneeload.errors import SinkError
from kneeload.journal import Journal
from kneeload.payload import line
from kneeload.settings import InfluxSettings
from kneeload.sinks.follow import Item, Outcome, Sink, follow
from kneeload.sinks.state import SinkState

__all__ = ["follow_influx"]

BATCH = 1000
LINGER_S = 1.0
CONNECT_MS, READ_MS = 5_000, 15_000
LONGEST_WAIT_S = 300.0

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
            state.server = await asyncio.to_thread(server.ask)
            yield _Link(server)
        finally:
            server.close()

    sink = Sink(
        cursor=f"influx:{settings.url}/{settings.store}",
        encode=line,
        connect=connect,
        batch=BATCH,
        linger_s=LINGER_S,
        history=True,
    )
    await follow(journal, sink, state, stop=stop, drain_s=settings.drain_s)


class _Link:
    """Finds by halving what a server refuses of a batch, and grows again behind it."""

    def __init__(self, server: "_Server") -> None:
        self._server = server
        self._size = BATCH

    async def deliver(self, items: Sequence[Item[str]]) -> Outcome:
        while True:
            batch = items[: self._size]
            try:
                await asyncio.to_thread(self._server.write, [item.content for item in batch])
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server said: status 0 = nothing."""

    status: int
    text: str
    headers: Mapping[str, str]


class _Server:
    """One server over HTTP. Every method waits for the network: call it in a thread."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._dialect: Dialect = "1"
        name, word, token = settings.username, settings.password, settings.token
        basic = f"{name}:{word.get_secret_value() if word else ''}" if name else None
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
        if answer.status >= 500:
            raise self._later(answer)
        if self._settings.version != "auto":
            self._dialect = self._settings.version
        elif version[:2] in ("1.", "2.", "3."):
            self._dialect = _DIALECTS[version[0]]
        elif answer.status in (401, 403):
            # Only 2.x and 3.x keep even this from strangers, and they write in the same way.
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
        if answer.status in (400, 413, 422) and (answer.status == 413 or _is_json_object(answer.text)):
            raise _RefusedError(f"{answer.status} {_said(answer)}")
        raise self._later(answer)

    def _write(self, lines: Sequence[str]) -> _Answer:
        settings = self._settings
        if self._dialect == "1":
            path, query = "/write", {"db": settings.store, "precision": "ns"}
        else:
            path, query = "/api/v2/write", {"bucket": settings.store, "precision": "ns"}
            if settings.org:
                query["org"] = settings.org
        return self._call("POST", path, query=query, body="\n".join(lines).encode())

    def _create_database(self) -> None:
        name = self._settings.store.replace("\\", "\\\\").replace('"', '\\"')
        answer = self._call("POST", "/query", form={"q": f'CREATE DATABASE "{name}"'})
        if answer.status != 200 or '"error"' in answer.text:
            raise SinkError(
                f"{self._settings.url} has no database {self._settings.store} and does not let us make it "
                f"({_said(answer)}): influx -execute 'CREATE DATABASE \"{name}\"'",
                needs_person=True,
            )

    def _later(self, answer: _Answer) -> SinkError:
        where, said = self._settings.url, f"{answer.status} {_said(answer)}".strip()
        if answer.status == 0:
            return SinkError(
                f"{where}: {answer.text}", needs_person="CERTIFICATE_VERIFY_FAILED" in answer.text
            )
        if answer.status in (429, 502, 503, 504) or answer.status >= 500:
            return SinkError(f"{where} cannot take it now ({said})", retry_after_s=_retry_after_s(answer))
        return SinkError(f"{where}: {_ADVICE.get(answer.status, 'refused')} ({said})", needs_person=True)

    def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> _Answer:
        kind = "text/plain; charset=utf-8" if form is None else "application/x-www-form-urlencoded"
        try:
            self._client.api_client.call_api(  # type: ignore[no-untyped-call]
                path,
                method,
                query_params=list((query or {}).items()),
                header_params={"Content-Type": kind, "Accept": "application/json"},
                body=body,
                post_params=list((form or {}).items()) or None,
                urlopen_kw={"redirect": False},
            )
            response = self._client.api_client.last_response
        except ApiException as error:
            return _Answer(error.status or 0, str(error.body or error.reason), error.headers or {})
        except (urllib3.exceptions.HTTPError, UnicodeDecodeError) as error:
            return _Answer(0, _network_words(error), {})
        return _Answer(response.status, response.data, response.getheaders())


_DIALECTS: dict[str, Dialect] = {"1": "1", "2": "2", "3": "3"}
_ADVICE = {
    401: "does not know us: check KNEELOAD_INFLUX_TOKEN, or [influx] username and KNEELOAD_INFLUX_PASSWORD",
    403: "does not let us write there: give the token or user the right to write",
    404: "has no such place: check [influx] database (bucket), org and version",
    400: "does not understand us: check [influx] url",
}


def _network_words(error: Exception) -> str:
    """The innermost cause in one line; urllib3's own text carries object addresses."""
    reason: object = error
    while isinstance(reason, urllib3.exceptions.MaxRetryError) and reason.reason is not None:
        reason = reason.reason
    if isinstance(reason, urllib3.exceptions.TimeoutError):
        return "does not answer in time"
    text = " ".join(str(reason).split())
    return text.rpartition(">: ")[2] or "no answer"


def _is_json_object(text: str) -> bool:
    """Servers explain bad data in JSON; what is between us and them does not."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _said(answer: _Answer) -> str:
    """The server's own words, short, in one line, nothing unprintable."""
    text = answer.text
    if _is_json_object(text):
        body: dict[str, Any] = json.loads(text)
        text = str(body.get("error") or body.get("message") or text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= 200 else f"{text[:199]}…"


def _retry_after_s(answer: _Answer) -> float:
    said = answer.headers.get("Retry-After", "")
    try:
        wait_s = float(said)
    except ValueError:
        try:
            wait_s = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, TypeError):
            wait_s = 0.0
    return min(max(wait_s, 0.0), LONGEST_WAIT_S) if wait_s == wait_s else 0.0
