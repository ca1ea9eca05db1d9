"""A real broker gets every result, once, in order, and knows how the run is; what it refuses is said."""

import asyncio
import gc
import json
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pytest
from paho.mqtt.client import MQTTMessage
from pydantic import SecretStr

from ingest.waiting import first
from kneeload.payload import message
from kneeload.settings import MqttSettings
from kneeload.sinks.mqtt import IN_FLIGHT
from tests.certificates import write_certificates
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.following import RUN, following, journal_at, seqs_of, until
from tests.services import Mosquitto, find_binary
from tests.subscriber import Subscriber


@pytest.mark.parametrize("over", [True, False])
def test_all_results_arrive_once_in_order_with_the_state_around_them(
    mosquitto: Mosquitto, tmp_path: Path, over: bool
) -> None:
    """A run that failed is lost to those who look on, as after a kill: it may go on."""
    results = a_run(150)

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            async with following(journal, MqttSettings(host=mosquitto.host, port=mosquitto.port)) as state:
                await until(lambda: state.connected, "connected")
                for start in range(0, len(results), 10):
                    journal.append(RUN, results[start : start + 10])
                    await asyncio.sleep(0)
                if over:
                    journal.end_run(RUN, STARTED_NS + 1)
            assert (state.delivered, state.behind, state.refused) == (len(results), 0, 0)
            assert state.last_error is None
            expected = [message(row) for row in journal.deliveries.after(0, 10_000)]
        subscriber.wait_for(lambda messages: len(messages) == len(results) + 2)
        came = [(m.topic, m.payload) for m in subscriber.messages]
        assert came[1:-1] == [(sent.topic, sent.payload) for sent in expected]
        assert [json.loads(came[i][1])["state"] for i in (0, -1)] == ["running", "ended" if over else "lost"]

    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as subscriber:
        asyncio.run(run())
    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as later:
        later.wait_for(lambda messages: len(messages) == 3)
        retained = {m.topic: m.retain for m in later.messages}
        assert retained == {
            "kneeload/anna/status": True,
            "kneeload/anna/left-shin/sensor": True,
            "kneeload/anna/right-shin/sensor": True,
        }


PUBLISHER = """
import asyncio, sys
from pathlib import Path
from kneeload.settings import MqttSettings
from tests.kneeload.following import following, journal_at, until
async def run():
    with journal_at(Path(sys.argv[1])) as journal:
        async with following(journal, MqttSettings(host="127.0.0.1", port=int(sys.argv[2]))) as state:
            await until(lambda: state.connected, "connected")
            print("connected", flush=True)
            await asyncio.Event().wait()
asyncio.run(run())
"""


def test_a_killed_run_leaves_its_last_will(mosquitto: Mosquitto, tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", PUBLISHER, str(tmp_path / "data"), str(mosquitto.port)]
    with (
        Subscriber(mosquitto.host, mosquitto.port, "kneeload/anna/status") as subscriber,
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"connected\n"
        process.kill()
        subscriber.wait_for(lambda messages: len(messages) == 2)
        assert [json.loads(payload)["state"] for payload in subscriber.payloads()] == ["running", "lost"]


def test_what_was_not_delivered_is_delivered_at_the_next_start(mosquitto: Mosquitto, tmp_path: Path) -> None:
    settings = MqttSettings(host=mosquitto.host, port=mosquitto.port, drain_s=0)
    later = settings.model_copy(update={"drain_s": 30})
    second = "20260101T001000Z"

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            async with following(journal, settings) as state:
                await until(lambda: state.connected, "connected")
                await asyncio.to_thread(mosquitto.stop)
                journal.append(RUN, a_run(20))
            assert state.behind == len(a_run(20))
            assert state.last_error is not None
            assert f"{len(a_run(20))} results wait for the next start" in state.last_error
            assert not state.connected
        mosquitto.start()
        with journal_at(tmp_path / "data", run=second) as journal:
            async with following(journal, later, run=second) as state:
                journal.append(second, a_run(10))
            assert (state.delivered, state.behind) == (len(a_run(20)) + len(a_run(10)), 0)

    asyncio.run(run())
    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/anna/status") as subscriber:
        subscriber.wait_for(lambda messages: len(messages) == 1)
        assert json.loads(subscriber.payloads()[0])["run"] == second


def test_a_new_broker_is_not_told_of_old_runs(mosquitto: Mosquitto, tmp_path: Path) -> None:
    second = "20260101T001000Z"

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(20))
            journal.start_run(second, "anna", started_ns=2 * 10**18, config={})
            journal.append(second, a_run(3))
            async with following(
                journal, MqttSettings(host=mosquitto.host, port=mosquitto.port), run=second
            ) as state:
                pass
            assert state.delivered == len(a_run(3))

    asyncio.run(run())


def broker_with_password(folder: Path) -> Mosquitto:
    words = folder / "passwords"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([find_binary("mosquitto_passwd"), "-c", "-b", str(words), "anna", "right"], check=True)
    words.chmod(0o644)
    return Mosquitto(folder / "mosquitto", "allow_anonymous false", f"password_file {words}")


def test_a_wrong_password_is_said_and_never_shown(tmp_path: Path) -> None:
    async def run(broker: Mosquitto) -> None:
        settings = MqttSettings(
            host=broker.host, port=broker.port, username="anna", password=SecretStr("hunter2"), drain_s=0
        )
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, settings) as state:
                await until(lambda: state.last_error is not None, "an error is shown")
                assert state.last_error is not None
                assert "KNEELOAD_MQTT_PASSWORD" in state.last_error
                assert "hunter2" not in state.last_error
                assert "\n" not in state.last_error
            assert state.behind == len(a_run(5))
            right = settings.model_copy(update={"password": SecretStr("right"), "drain_s": 10})
            async with following(journal, right) as state:
                pass
            assert (state.delivered, state.behind, state.last_error) == (len(a_run(5)), 0, None)

    with broker_with_password(tmp_path) as broker:
        asyncio.run(run(broker))


# paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_verifies_who_answers(tmp_path: Path) -> None:
    good, other, strange = tmp_path / "good", tmp_path / "other", tmp_path / "strange"
    write_certificates(good, address="127.0.0.1")
    write_certificates(other, address="127.0.0.1")
    write_certificates(strange, address="127.0.0.9")

    async def run(broker: Mosquitto, authority: Path) -> str | None:
        settings = MqttSettings(
            host=broker.host, port=broker.port, tls=True, ca_file=authority / "ca.pem", drain_s=0
        )
        with journal_at(tmp_path / broker.folder.parent.name / authority.name) as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, settings) as state:
                await until(lambda: state.last_error is not None or state.delivered > 0, "something happens")
                return state.last_error
        raise AssertionError

    def broker(folder: Path) -> Mosquitto:
        files = f"cafile {folder}/ca.pem", f"certfile {folder}/cert.pem", f"keyfile {folder}/key.pem"
        return Mosquitto(folder / "mosquitto", *files)

    for path in tmp_path.rglob("*.pem"):
        path.chmod(0o644)
    with broker(good) as service:
        refused = asyncio.run(run(service, other))
        assert refused is not None
        assert "is not who it should be" in refused
    with broker(strange) as service:
        refused = asyncio.run(run(service, strange))
        assert refused is not None
        assert "is not who it should be" in refused
    with broker(good) as service:
        assert asyncio.run(run(service, good)) is None


@pytest.mark.parametrize("speaks", [b"", b"\x20\x02\x00\x03", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_broker_that_hangs_or_talks_nonsense_delays_nothing(
    tmp_path: Path, speaks: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneeload.sinks.mqtt.TIMEOUT_S", 0.5)

    class Stranger(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):
                self.request.sendall(speaks)
                while self.request.recv(4096):
                    pass

    async def run(port: int) -> None:
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, MqttSettings(host="127.0.0.1", port=port, drain_s=0)) as state:
                await until(lambda: state.last_error is not None, "the trouble is shown")
                assert state.delivered == 0
            assert state.behind == len(a_run(5))

    # Its end waits until every connection is closed by us.
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Stranger) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        asyncio.run(run(server.server_address[1]))
        server.shutdown()


# paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_never_answers_in_tls_does_not_hold_up_the_end_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connecting takes up to its time-out, and as long for a name that nobody resolves."""
    monkeypatch.setattr("kneeload.sinks.mqtt.TIMEOUT_S", 60.0)

    async def run(port: int) -> None:
        with journal_at(tmp_path / "data") as journal:
            settings = MqttSettings(host="127.0.0.1", port=port, tls=True, drain_s=0)
            async with following(journal, settings):
                await asyncio.to_thread(accepted.wait, 10)

    accepted, connections = Event(), list[socket.socket]()

    def accept(server: socket.socket) -> None:
        connections.append(server.accept()[0])
        accepted.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = Thread(target=accept, args=[server])
        accepting.start()
        began = time.monotonic()
        asyncio.run(run(server.getsockname()[1]))
        assert time.monotonic() - began < 30
        accepting.join()
    for connection in connections:
        connection.close()
    for thread in threading.enumerate():
        if thread.name == "network":
            thread.join()
    gc.collect()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_down_and_back_again_and_again_it_gets_everything(
    mosquitto: Mosquitto, tmp_path: Path, how: str
) -> None:
    results = a_run(100)
    settings = MqttSettings(host=mosquitto.host, port=mosquitto.port, drain_s=40)

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            async with following(journal, settings) as state:
                for start in range(0, len(results), 90):
                    journal.append(RUN, results[start : start + 60])
                    # What a broker had acknowledged and not passed on when it died is beyond our reach.
                    await until(
                        lambda: len(set(seqs(subscriber.messages))) == journal.deliveries.last_seq(),
                        "all arrived",
                    )
                    await asyncio.to_thread(mosquitto.stop if how == "stop" else mosquitto.kill)
                    journal.append(RUN, results[start + 60 : start + 90])
                    await until(lambda: not state.connected, "the loss is noticed")
                    await asyncio.to_thread(mosquitto.start)
                    await until(lambda: state.connected, "connected again")
            assert (state.behind, state.last_error) == (0, None)

    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as subscriber:
        asyncio.run(run())
        subscriber.wait_for(lambda ms: len(set(seqs(ms))) == len(results))
        assert list(dict.fromkeys(seqs(subscriber.messages))) == list(range(1, len(results) + 1))


def test_a_connection_cut_anywhere_loses_nothing_and_keeps_the_order(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneeload.sinks.follow.DELAYS_S", (0.02,))
    monkeypatch.setattr("kneeload.sinks.mqtt.TIMEOUT_S", 1.0)
    results = a_run(150)
    # Bytes towards the broker, then bytes back from it, after which each connection is cut.
    cuts = [(10, None), (None, 3), (2_000, None), (None, 30), (9_999, None), (None, 121), (40_000, None)]

    async def run() -> None:
        async with cutting(mosquitto.port, cuts) as port:
            with journal_at(tmp_path / "data") as journal:
                journal.append(RUN, results)
                settings = MqttSettings(host="127.0.0.1", port=port, drain_s=60)
                async with following(journal, settings) as state:
                    pass
                assert (state.delivered, state.last_error) == (len(results), None)
        assert cuts == []

    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as subscriber:
        asyncio.run(run())
        subscriber.wait_for(lambda ms: len(set(seqs(ms))) == len(results))
        came = seqs(subscriber.messages)
        # At least once: what was under way may come twice, but nothing comes before its time.
        assert list(dict.fromkeys(came)) == list(range(1, len(results) + 1))
        # Going back is going back to what was not acknowledged: less than a window.
        assert all(later > earlier - IN_FLIGHT for earlier, later in pairwise(came))


@asynccontextmanager
async def cutting(port: int, cuts: list[tuple[int | None, int | None]]) -> AsyncIterator[int]:
    """A way to a port that breaks after so many bytes there or back, once for each of cuts."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: int | None) -> None:
        while limit is None or limit > 0:
            data = await reader.read(4096 if limit is None else min(limit, 4096))
            if not data:
                return
            writer.write(data)
            await writer.drain()
            limit = None if limit is None else limit - len(data)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = cuts.pop(0) if cuts else (None, None)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            with suppress(ConnectionError):
                await first(carry(reader, far_writer, there), carry(far_reader, writer, back))
        finally:
            for side in (writer, far_writer):
                side.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def seqs(messages: list[MQTTMessage]) -> list[int]:
    return seqs_of([bytes(received.payload) for received in list(messages)])
