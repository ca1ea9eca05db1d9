"""A run that finds no Bluetooth leaves nothing behind, at the broker neither."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt import publish

from ingest.errors import LinkError
from ingest.packet import Packet
from kneeload.clock import MonotonicClock
from kneeload.conduct import conduct
from kneeload.config import load
from kneeload.journal import Journal
from kneeload.view import Silent
from tests.kneeload.following import until
from tests.services import Mosquitto
from tests.subscriber import Subscriber


def test_a_broker_keeps_no_state_of_a_run_that_there_is_not(mosquitto: Mosquitto, tmp_path: Path) -> None:
    told = Subscriber(mosquitto.host, mosquitto.port, "kneeload/+/status")

    async def links(_receive: Callable[[Packet], None]) -> None:
        await until(lambda: bool(told.messages), "the broker hears of the run")
        raise LinkError("Bluetooth: turned off")

    async def until_ever() -> None:
        await asyncio.Event().wait()

    mqtt = {"host": mosquitto.host, "port": mosquitto.port}
    config = load(None, data_dir=tmp_path / "data", overrides={"mqtt": mqtt})
    with told, pytest.raises(LinkError):
        asyncio.run(
            conduct(config, clock=MonotonicClock(), links=links, families={}, until=until_ever, view=Silent())
        )
    with Journal.open(tmp_path / "data") as journal:
        assert journal.runs() == []
    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as later:
        # What a broker keeps comes before what is published behind the subscription.
        publish.single("kneeload/mark", b"mark", qos=1, hostname=mosquitto.host, port=mosquitto.port)
        later.wait_for(lambda messages: bool(messages))
        assert [message.topic for message in later.messages] == ["kneeload/mark"]
