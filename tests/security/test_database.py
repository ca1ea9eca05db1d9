"""The way to the database: over HTTPS to the right server only, the token in one header and nowhere else."""

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from kneeload.settings import InfluxSettings
from tests.certificates import write_certificates
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, Answer, following, http_stand_in, journal_at, until

TOKEN = "token-that-nobody-sees"


@dataclass
class Server:
    """requests: all that came, as (method with path, headers, body)."""

    url: str
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def https(folder: Path, *, status: int = 204, location: str = "") -> Iterator[Server]:
    server = Server("")

    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            server.requests.append((f"{self.command} {self.path}", dict(self.headers), body))
            self.send_response(status if self.command == "POST" else 204)
            self.send_header("X-Influxdb-Version", "v2.7.0")
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _speak  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    listener.daemon_threads = True
    # A handshake that fails is the point here: no traceback of it.
    listener.handle_error = lambda *_: None  # type: ignore[method-assign]
    listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    server.url = f"https://127.0.0.1:{listener.server_port}"
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def deliver(folder: Path, server: Server, authority: Path | None) -> tuple[str | None, int]:
    """(what a person is told, how many results the server took)."""

    async def run() -> tuple[str | None, int]:
        settings = InfluxSettings(
            url=server.url,
            bucket="runs",
            org="club",
            token=SecretStr(TOKEN),
            ca_file=authority / "ca.pem" if authority else None,
            drain_s=0,
        )
        with journal_at(folder) as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, settings) as state:
                await until(lambda: state.last_error is not None or state.delivered > 0, "something happens")
                return state.last_error, state.delivered
        raise AssertionError

    return asyncio.run(run())


def test_the_token_is_in_one_header_and_nowhere_else(tmp_path: Path) -> None:
    write_certificates(own := tmp_path / "own", address="127.0.0.1")
    with https(own) as server:
        error, delivered = deliver(tmp_path / "data", server, own)
        assert error is None
        assert delivered > 0
    assert [path.partition("?")[0] for path, _, _ in server.requests][:2] == [
        "GET /ping",
        "POST /api/v2/write",
    ]
    for path, headers, body in server.requests:
        assert TOKEN not in path
        assert TOKEN.encode() not in body
        assert [name for name, value in headers.items() if TOKEN in value] == ["Authorization"]
    assert not [
        path
        for path in (tmp_path / "data").rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("wrong", ["authority", "address", "nobody"])
def test_a_server_with_a_wrong_certificate_hears_nothing(tmp_path: Path, wrong: str) -> None:
    write_certificates(own := tmp_path / "own", address="127.0.0.9" if wrong == "address" else "127.0.0.1")
    write_certificates(others := tmp_path / "others", address="127.0.0.1")
    trusted = {"authority": others, "address": own, "nobody": None}[wrong]
    with https(own) as server:
        error, delivered = deliver(tmp_path / "data", server, trusted)
    assert error is not None
    assert "certificate" in error.lower()
    assert TOKEN not in error
    assert (delivered, server.requests) == (0, [])


def test_a_redirection_does_not_carry_the_token_away(tmp_path: Path) -> None:
    write_certificates(own := tmp_path / "own", address="127.0.0.1")
    with https(own) as thief, https(own, status=307, location=f"{thief.url}/api/v2/write") as server:
        error, delivered = deliver(tmp_path / "data", server, own)
    assert error is not None
    assert delivered == 0
    assert thief.requests == []
    assert len(server.requests) >= 2


@pytest.mark.parametrize(
    "known", [{"token": SecretStr(TOKEN)}, {"username": "anna", "password": SecretStr(TOKEN)}]
)
def test_a_server_that_repeats_what_it_was_sent_does_not_get_it_shown(
    tmp_path: Path, known: dict[str, object]
) -> None:
    def repeat(_path: str, _body: bytes) -> Answer:
        coded = base64.b64encode(f"anna:{TOKEN}".encode()).decode()
        return 400, {}, f"no such token: Token {TOKEN}, Basic {coded}".encode()

    with http_stand_in(repeat) as url:
        state = told(tmp_path, InfluxSettings.model_validate({"url": url, "drain_s": 0, **known}))
    assert state is not None
    assert "no such token" in state
    assert TOKEN not in state
    assert ("password" in known) == ("Basic ***" in state)


def test_an_answer_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 x\r\nContent-Type: text/plain\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
                sent += 65536
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> str | None:
        server = await asyncio.start_server(pour, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            return await asyncio.to_thread(told, tmp_path, InfluxSettings(url=url, drain_s=0))

    assert "cannot take it now (500 xxx" in str(asyncio.run(run()))
    assert sent < 64 * 1024 * 1024


def test_a_proxy_of_the_environment_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def overhear(path: str, _body: bytes) -> Answer:
        asked.append(path)
        return 502, {}, b""

    with http_stand_in(overhear) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        for url in ("http://127.0.0.1:9", "https://127.0.0.1:9"):
            settings = InfluxSettings(url=url, token=SecretStr(TOKEN), drain_s=0)
            assert "refused" in str(told(tmp_path / url[:5], settings))
    assert asked == []


def told(folder: Path, settings: InfluxSettings) -> str | None:
    """What a person is told when a run cannot be delivered."""

    async def run() -> str | None:
        with journal_at(folder) as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, settings) as state:
                await until(lambda: state.last_error is not None, "something is said")
                return state.last_error
        raise AssertionError

    return asyncio.run(run())
