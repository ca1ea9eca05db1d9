"""Whatever a database may answer: what will pass, what needs a person and what never will are told apart."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from kneeload.journal import Journal
from kneeload.payload import line
from kneeload.settings import InfluxSettings
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, Answer, delivered, following, http_stand_in, journal_at, until

OK: Answer = (204, {}, b"")
PING: Answer = (204, {"X-Influxdb-Version": "1.8.10"}, b"")


class Script:
    """A stand-in's answers to writes, one after the other, the last for ever; keeps what was accepted."""

    def __init__(self, *answers: Answer | Callable[[bytes], Answer], ping: Answer = PING) -> None:
        self.answers = list(answers)
        self.ping = ping
        self.accepted: list[str] = []
        self.requests: list[tuple[str, bytes]] = []
        self._guard = threading.Lock()

    def __call__(self, path: str, body: bytes) -> Answer:
        if path == "/ping":
            return self.ping
        with self._guard:
            self.requests.append((path, body))
            chosen = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = chosen if isinstance(chosen, tuple) else chosen(body)
        if answer[0] == 204:
            self.accepted += body.decode().splitlines()
        return answer


def lines_of(journal: Journal) -> list[str]:
    return [line(row) for row in journal.deliveries.after(0, 100_000)]


def test_a_server_that_answers_and_refuses_is_not_called_well(tmp_path: Path) -> None:
    async def run(url: str) -> None:
        with journal_at(tmp_path) as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, InfluxSettings(url=url, drain_s=0)) as state:
                await until(lambda: state.last_error is not None, "an error is shown")
                seen = set()
                refusals = len(script.requests)
                while len(script.requests) < refusals + 3:
                    seen.add((state.connected, state.last_error is None))
                    await asyncio.sleep(0)
                assert seen == {(False, False)}

    script = Script((503, {}, b""))
    with http_stand_in(script) as url:
        asyncio.run(run(url))


@pytest.mark.parametrize(
    "answer",
    [
        (503, {"Retry-After": "0.1"}, b""),
        (500, {}, b'{"error":"timeout"}'),
        (502, {}, b"<html>proxy</html>"),
        (429, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""),
        (503, {"Retry-After": "nonsense"}, b"\xff\xfe"),
        (503, {"Retry-After": "Mon, 01 Jan 2026 00:00:00 +99999999999999"}, b""),
        (503, {"Retry-After": "Mon, 1 Jan 99999999999 00:00:00 GMT"}, b""),
    ],
)
def test_what_will_pass_is_tried_again(tmp_path: Path, answer: Answer) -> None:
    script = Script(answer, answer, OK)
    with http_stand_in(script) as url, journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(20))
        state = delivered(journal, InfluxSettings(url=url, drain_s=30))
        assert (state.behind, state.refused, state.last_error) == (0, 0, None)
        assert script.accepted == lines_of(journal)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {}, b'{"error":"authorization failed"}'), "KNEELOAD_INFLUX_TOKEN"),
        ((403, {}, b"{}"), "right to write"),
        ((404, {}, b"404 page not found"), "org and version"),
        ((400, {}, b"Client sent an HTTP request to an HTTPS server.\n"), "check [influx] url"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "302"),
        ((429, {"Retry-After": "1e9"}, b"slow down"), "slow down"),
        ((401, {}, b"\x1b[31m" + b"x" * 10_000), "KNEELOAD_INFLUX_TOKEN"),
    ],
)
def test_what_needs_a_person_is_said_and_nothing_is_lost(tmp_path: Path, answer: Answer, words: str) -> None:
    async def run(url: str) -> None:
        with journal_at(tmp_path) as journal:
            journal.append(RUN, a_run(20))
            async with following(journal, InfluxSettings(url=url, drain_s=0)) as state:
                await until(lambda: state.last_error is not None, "an error is shown")
                assert state.last_error is not None
                assert words in state.last_error
                assert state.last_error.isprintable()
                assert len(state.last_error) < 500
                assert not state.connected
            assert (state.behind, journal.deliveries.refused()) == (len(a_run(20)), [])

    with http_stand_in(Script(answer)) as url:
        asyncio.run(run(url))


@settings(max_examples=12, deadline=None)
@given(bad=st.sets(st.integers(0, 56), max_size=6), too_large=st.integers(1, 80))
def test_exactly_the_bad_rows_are_parked_and_the_others_stay_in_order(
    tmp_path_factory: pytest.TempPathFactory, bad: set[int], too_large: int
) -> None:
    def judge(body: bytes) -> Answer:
        lines = body.decode().splitlines()
        if len(lines) > too_large:
            return 413, {}, b"too large"
        if any(text in refused for text in lines):
            return 400, {}, b'{"error":"partial write: field type conflict"}'
        return OK

    with journal_at(tmp_path_factory.mktemp("journal")) as journal:
        journal.append(RUN, a_run(21))
        all_lines = lines_of(journal)
        refused = {all_lines[i] for i in bad}
        script = Script(judge)
        with http_stand_in(script) as url:
            state = delivered(journal, InfluxSettings(url=url))
        assert [refusal.seq - 1 for refusal in journal.deliveries.refused()] == sorted(bad)
        assert script.accepted == [text for text in all_lines if text not in refused]
        assert (state.behind, state.refused) == (0, len(bad))


def test_a_server_that_hangs_stalls_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kneeload.sinks.influx.READ_MS", 2_000)
    release = threading.Event()

    def hang(_body: bytes) -> Answer:
        release.wait(30)
        return OK

    async def run(url: str) -> None:
        loop = asyncio.get_running_loop()
        with journal_at(tmp_path) as journal:
            async with following(journal, InfluxSettings(url=url, drain_s=0)) as state:
                late_s = 0.0
                for number in range(100):
                    begun_s = loop.time()
                    journal.append(RUN, a_run(100)[number : number + 1])
                    await asyncio.sleep(0.005)
                    late_s = max(late_s, loop.time() - begun_s)
                await until(lambda: state.last_error is not None, "the silence is noticed")
                assert state.last_error is not None
                assert "does not answer in time" in state.last_error
            assert late_s < 1.0
        release.set()

    with http_stand_in(Script(hang)) as url:
        asyncio.run(run(url))


def test_a_server_that_hangs_keeps_no_run_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It accepts and never answers: drain_s later the process is free, whatever a request may take."""
    # So much longer than the rest that a machine which stands still for a while cannot be taken for it.
    monkeypatch.setattr("kneeload.sinks.influx.READ_MS", 300_000)

    async def run(url: str) -> SinkState:
        with journal_at(tmp_path) as journal:
            journal.append(RUN, a_run(3))
            async with following(journal, InfluxSettings(url=url, drain_s=0.5)) as state:
                await until(lambda: bool(accepted), "it is asked")
        return state

    def accept() -> None:
        with suppress(OSError):
            while True:
                accepted.append(server.accept()[0])

    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        threading.Thread(target=accept, daemon=True).start()
        begun_s = time.monotonic()
        state = asyncio.run(run(f"http://{host}:{port}"))
        took_s = time.monotonic() - begun_s
        for connection in accepted:
            connection.close()
    assert took_s < 150.0
    assert state.behind > 0
    assert "wait for the next start" in (state.last_error or "")


@pytest.mark.parametrize(
    ("version", "ping", "path", "query", "header"),
    [
        ("auto", "1.6.7", "/write", {"db": ["runs"], "precision": ["ns"]}, "Basic"),
        (
            "auto",
            "v2.7.1",
            "/api/v2/write",
            {"bucket": ["runs"], "org": ["home"], "precision": ["ns"]},
            "Token",
        ),
        ("auto", "3.1.0", "/api/v2/write", {"bucket": ["runs"], "precision": ["ns"]}, "Token"),
        ("2", "1.8.10", "/api/v2/write", {"bucket": ["runs"], "org": ["home"], "precision": ["ns"]}, "Token"),
        ("1", "v2.7.1", "/write", {"db": ["runs"], "precision": ["ns"]}, "Basic"),
    ],
)
def test_each_version_is_spoken_to_in_its_own_way(
    tmp_path: Path, version: str, ping: str, path: str, query: dict[str, list[str]], header: str
) -> None:
    script = Script(OK, ping=(204, {"X-Influxdb-Version": ping}, b""))
    values: dict[str, object] = {"version": version, "bucket": "runs"}
    if header == "Token":
        values |= {"token": SecretStr("tok"), "org": query.get("org", [None])[0]}
    else:
        values |= {"username": "anna", "password": SecretStr("word")}
    with http_stand_in(script) as url, journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(3))
        state = delivered(journal, InfluxSettings.model_validate({"url": url, **values}))
        assert state.behind == 0
    asked = urlsplit(script.requests[0][0])
    assert (asked.path, parse_qs(asked.query)) == (path, query)


@pytest.mark.parametrize(
    ("status", "path"), [(401, "/api/v2/write"), (403, "/api/v2/write"), (204, "/write")]
)
def test_one_that_keeps_its_version_from_strangers_is_no_1_x(tmp_path: Path, status: int, path: str) -> None:
    script = Script(OK, ping=(status, {}, b""))
    with http_stand_in(script) as url, journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(3))
        assert delivered(journal, InfluxSettings(url=url)).behind == 0
    assert {urlsplit(asked).path for asked, _ in script.requests} == {path}


def test_of_a_server_that_nobody_has_met_nothing_is_said(tmp_path: Path) -> None:
    async def run(url: str) -> None:
        with journal_at(tmp_path) as journal:
            async with following(journal, InfluxSettings(url=url, drain_s=0)) as state:
                await until(lambda: state.last_error is not None, "the silence is noticed")
                assert state.last_error == f"{url} does not answer (connection refused)"
                assert (state.server, state.connected) == (None, False)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    asyncio.run(run(f"http://127.0.0.1:{port}"))
