"""What a broker cannot take at once: its window is kept, and a quota that is used up passes."""

import asyncio
import select
import socket
import socketserver
from pathlib import Path
from threading import Thread

import pytest

from kneeload.errors import SinkError
from kneeload.settings import MqttSettings
from kneeload.sinks.mqtt import probe_mqtt
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, delivered, journal_at
from tests.services import Mosquitto

WINDOW = 3
CONNECT, PUBLISH, DISCONNECT = 1, 3, 14
QUOTA_EXCEEDED = 0x97
# Nothing more is on its way when so long nothing comes.
CALM_S = 0.05


class NarrowBroker(socketserver.ThreadingTCPServer):
    """Speaks as much MQTT 5 as a publisher needs; acknowledges when nothing more comes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Publisher)
        self.most_under_way = 0
        self.quota_left = False


class Publisher(socketserver.StreamRequestHandler):
    """One connection."""

    rbufsize = 0
    server: NarrowBroker

    def handle(self) -> None:
        waiting: list[bytes] = []
        while first := self.rfile.read(1):
            body = self.rfile.read(self._length())
            if first[0] >> 4 == CONNECT:
                self.wfile.write(bytes([0x20, 6, 0, 0, 3, 0x21, 0, WINDOW]))
            elif first[0] >> 4 == PUBLISH:
                topic = int.from_bytes(body[:2], "big")
                waiting.append(body[2 + topic : 4 + topic])
                self.server.most_under_way = max(self.server.most_under_way, len(waiting))
                if not select.select([self.connection], [], [], CALM_S)[0]:
                    self._acknowledge(waiting)
            else:
                assert first[0] >> 4 == DISCONNECT

    def _length(self) -> int:
        length = shift = 0
        while True:
            (byte,) = self.rfile.read(1)
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return length

    def _acknowledge(self, waiting: list[bytes]) -> None:
        for number in waiting:
            # The first batch of several is over the quota, once.
            over = len(waiting) > 1 and not self.server.quota_left
            self.wfile.write(bytes([0x40, 3]) + number + bytes([QUOTA_EXCEEDED if over else 0]))
        self.server.quota_left |= len(waiting) > 1
        waiting.clear()


def test_a_brokers_window_is_kept_and_its_quota_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneeload.sinks.follow.DELAYS_S", (0.02,))
    with NarrowBroker() as broker, journal_at(tmp_path) as journal:
        Thread(target=broker.serve_forever, kwargs={"poll_interval": 0.01}).start()
        journal.append(RUN, results := a_run(6))
        port = broker.server_address[1]
        state = delivered(journal, MqttSettings(host="127.0.0.1", port=int(port), drain_s=30))
        broker.shutdown()
        assert broker.quota_left
        assert broker.most_under_way == WINDOW
        assert (state.delivered, state.refused, state.behind) == (len(results), 0, 0)
        assert journal.deliveries.refused() == []


@pytest.mark.parametrize(
    ("option", "what", "remedy"),
    [
        ("retain_available false", "refuses retained messages", "mosquitto: retain_available true"),
        ("max_qos 0", "refuses messages that it would have to confirm", "mosquitto: max_qos 1"),
    ],
)
def test_a_broker_without_what_we_need_is_told_of_with_what_to_do(
    tmp_path: Path, option: str, what: str, remedy: str
) -> None:
    with Mosquitto(tmp_path / "mosquitto", option) as broker, journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(5))
        settings = MqttSettings(host=broker.host, port=broker.port, drain_s=0.2)
        state = delivered(journal, settings)
        # Without a last will it would let us in.
        with pytest.raises(SinkError) as caught:
            asyncio.run(probe_mqtt(settings))
    assert f"broker {broker.host}:{broker.port} {what}; " in str(state.last_error)
    assert remedy in str(state.last_error)
    assert caught.value.needs_person
    assert remedy in caught.value.remedy


def test_who_is_not_there_is_said_in_plain_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(5))
        state = delivered(journal, MqttSettings(host="127.0.0.1", port=port, drain_s=0.2))
    assert f"(broker 127.0.0.1:{port} does not answer (connection refused))" in str(state.last_error)
