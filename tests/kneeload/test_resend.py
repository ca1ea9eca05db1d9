"""What a server refused is parked, shown, and sent again when a person says so."""

import asyncio
import json
from pathlib import Path

import pytest

from alerts.alert import Alert
from dsp.mount import Mount
from kneeload.journal import Journal
from kneeload.payload import line
from kneeload.settings import InfluxSettings, MqttSettings
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import STARTED_NS, a_run, health
from tests.kneeload.following import RUN, Answer, following, http_stand_in, journal_at
from tests.kneeload.program import kneeload
from tests.services import Mosquitto
from tests.subscriber import Subscriber

OK: Answer = (204, {}, b"")
PING: Answer = (204, {"X-Influxdb-Version": "1.8.10"}, b"")
REFUSED: Answer = (400, {}, b'{"error":"partial write: field type conflict"}')


class Picky:
    """Refuses what holds one of these words."""

    def __init__(self, *words: bytes) -> None:
        self.words = words
        self.lines: list[bytes] = []

    def __call__(self, path: str, body: bytes) -> Answer:
        if path.startswith("/ping"):
            return PING
        if any(word in body for word in self.words):
            return REFUSED
        self.lines += body.split(b"\n")
        return OK


def delivered(folder: Path, url: str) -> SinkState:
    async def run(journal: Journal) -> SinkState:
        async with following(journal, InfluxSettings(url=url)) as state:
            pass
        return state

    with Journal.open(folder) as journal:
        return asyncio.run(run(journal))


def test_refused_parked_shown_mended_sent_again(tmp_path: Path) -> None:
    with journal_at(tmp_path) as journal:
        journal.append(RUN, results := a_run(30))
    picky = Picky(b"alert,")
    with http_stand_in(picky) as url:
        state = delivered(tmp_path, url)
        refused = state.refused
        assert refused > 0
        assert (state.delivered, state.behind) == (len(results) - refused, 0)
        shown = kneeload(["doctor", "--data-dir", tmp_path], home=tmp_path)
        assert f"{refused} results were refused" in shown.stdout
        assert "field type conflict" in shown.stdout
        assert "kneeload doctor --resend" in shown.stdout
        assert delivered(tmp_path, url).delivered == 0, "not by itself"

        report = kneeload_json_of_doctor(tmp_path)
        assert f"{refused} of them wait" in report
        assert delivered(tmp_path, url).refused == refused, "still refused, parked again"
        with Journal.open(tmp_path) as journal:
            assert not any(refusal.again for refusal in journal.deliveries.refused())

        picky.words = ()
        kneeload_json_of_doctor(tmp_path)
        state = delivered(tmp_path, url)
        assert (state.delivered, state.refused) == (refused, 0)
    assert len(picky.lines) == len(set(picky.lines)) == len(results)
    with Journal.open(tmp_path) as journal:
        assert journal.deliveries.refused() == []


def test_parked_results_are_read_and_sent_a_batch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand of them do not fit into a small machine's memory at once."""
    monkeypatch.setattr("kneeload.sinks.influx.BATCH", 7)
    picky = Picky(b"=")
    with journal_at(tmp_path) as journal, http_stand_in(picky) as url:
        journal.append(RUN, results := a_run(12))
        assert delivered(tmp_path, url).refused == len(results)
        journal.deliveries.try_again()
        sink = next(iter(journal.deliveries.cursors()))
        seqs = [row.seq for row in journal.deliveries.after(0, len(results))]
        assert [row.seq for row in journal.deliveries.to_try_again(sink, 7)] == seqs[:7]
        picky.words = (b"alert,",)
        state = delivered(tmp_path, url)
        refused = sum(isinstance(result, Alert) for result in results)
        assert refused > 0
        assert (state.delivered, state.refused) == (len(results) - refused, refused)
        assert not journal.deliveries.is_to_try_again(sink)
        lines = [line(row).encode() for row in journal.deliveries.after(0, len(results))]
    assert picky.lines == [text for text in lines if not text.startswith(b"alert,")]


def test_a_late_state_of_a_sensor_is_told_and_not_kept(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """The left one's was refused in a run of long ago; now the right one alone is worn."""
    settings = MqttSettings(host=mosquitto.host, port=mosquitto.port)
    second = "20260101T001000Z"
    with journal_at(tmp_path) as journal:
        journal.append(RUN, [health(1_000_000)])
        journal.deliveries.refuse(
            f"mqtt:{mosquitto.host}:{mosquitto.port}", 1, reason="not authorised", at_ns=0
        )
        journal.start_run(second, "anna", started_ns=STARTED_NS + 10**12, config={})
        journal.append(second, [health(1_000_000, Mount.RIGHT_SHIN)])
        journal.deliveries.try_again()

        async def run() -> SinkState:
            async with following(journal, settings, run=second) as state:
                pass
            return state

        with Subscriber(mosquitto.host, mosquitto.port, "kneeload/+/+/sensor") as subscriber:
            state = asyncio.run(run())
            subscriber.wait_for(lambda messages: len(messages) == 2)
    assert (state.delivered, state.refused) == (2, 0)
    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/+/+/sensor") as later:
        later.wait_for(lambda messages: "kneeload/anna/right-shin/sensor" in {m.topic for m in messages})
        assert [m.topic for m in later.messages] == ["kneeload/anna/right-shin/sensor"]


def kneeload_json_of_doctor(folder: Path) -> str:
    """What doctor --resend says of the journal; its exit code is that of the machine's other findings."""
    done = kneeload(["doctor", "--resend", "--data-dir", folder, "--json"], home=folder)
    findings = json.loads(done.stdout)["findings"]
    return next(str(finding["what"]) for finding in findings if finding["name"] == "journal")
