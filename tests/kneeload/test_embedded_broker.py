"""The demo's own broker: subscribers get what is published, and nothing stays behind."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import aiomqtt

from kneeload.embedded_broker import EmbeddedBroker
from kneeload.journal import Journal
from kneeload.payload import message
from kneeload.settings import MqttSettings
from kneeload.sinks.mqtt import follow_mqtt
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import STARTED_NS, a_run

RUN = "20260101T000000Z"


async def test_a_run_reaches_a_subscriber(tmp_path: Path) -> None:
    results = a_run(30)
    before = asyncio.all_tasks()
    async with (
        asyncio.timeout(30),
        EmbeddedBroker() as broker,
        aiomqtt.Client(broker.host, broker.port) as subscriber,
    ):
        await subscriber.subscribe("kneeload/anna/#", qos=1)
        with Journal.open(tmp_path) as journal:
            journal.start_run(RUN, "anna", started_ns=STARTED_NS, config={})
            journal.append(RUN, results)
            journal.end_run(RUN, STARTED_NS + 1)
            stop = asyncio.Event()
            stop.set()
            state = SinkState("MQTT")
            settings = MqttSettings(host=broker.host, port=broker.port, version="3.1.1")
            await follow_mqtt(journal, settings, state, runner="anna", run=RUN, stop=stop)
            expected = [message(row) for row in journal.deliveries.after(0, 1000)]
        assert (state.delivered, state.behind, state.last_error) == (len(results), 0, None)
        came: list[tuple[str, object]] = []
        async for received in subscriber.messages:
            came.append((str(received.topic), received.payload))
            if b'"ended"' in bytes(received.payload):
                break
        assert came[1:-1] == [(sent.topic, sent.payload) for sent in expected]
    with socket.socket() as probe:
        assert probe.connect_ex((broker.host, broker.port)) != 0
    assert asyncio.all_tasks() == before


def test_a_missing_package_is_said_in_one_line() -> None:
    program = """
import asyncio, sys
sys.modules["amqtt"] = None
from kneeload.embedded_broker import EmbeddedBroker
from kneeload.errors import BrokerMissingError
try:
    asyncio.run(EmbeddedBroker().__aenter__())
except BrokerMissingError as error:
    print(error)
"""
    root = Path(__file__).resolve().parents[2]
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert "pip install 'kneeload[sim]'" in said.stdout
    assert said.stdout.count("\n") == 1
