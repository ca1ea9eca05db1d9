"""What a broker's access list refuses is parked, shown, sent once the list is mended, and stops nothing."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from kneeload.settings import MqttSettings
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.following import RUN, delivered, following, journal_at, seqs_of, until
from tests.kneeload.program import kneeload
from tests.services import Mosquitto, find_binary
from tests.subscriber import Subscriber

READER = "user coach\ntopic read #\n"
MOST = "user anna\n" + "".join(
    f"topic write kneeload/anna/{topic}\n" for topic in ("status", "summary", "+/stride", "+/sensor")
)
ALL = "user anna\ntopic write kneeload/anna/#\n"


def guarded(folder: Path, acl: str, *options: str) -> Mosquitto:
    folder.mkdir(parents=True)
    words, rights = folder / "passwords", folder / "acl"
    for flags, name in ((("-c", "-b"), "anna"), (("-b",), "coach")):
        command = [find_binary("mosquitto_passwd"), *flags, str(words), name, f"word of {name}"]
        subprocess.run(command, check=True)
    rights.write_text(acl + READER)
    for path in (words, rights):
        path.chmod(0o600)
    lines = ("allow_anonymous false", f"password_file {words}", f"acl_file {rights}", *options)
    return Mosquitto(folder / "mosquitto", *lines)


def anna(broker: Mosquitto, **changes: object) -> MqttSettings:
    settings = MqttSettings(
        host=broker.host,
        port=broker.port,
        username="anna",
        password=SecretStr("word of anna"),
        drain_s=30,
    )
    return settings.model_copy(update=changes)


def test_a_refused_topic_is_parked_shown_and_sent_again_when_the_list_is_mended(tmp_path: Path) -> None:
    results = a_run(30)
    data, coach = tmp_path / "data", ("coach", "word of coach")
    with (
        guarded(tmp_path / "broker", MOST, "max_queued_messages 100000") as broker,
        Subscriber(broker.host, broker.port, "kneeload/#", credentials=coach) as reader,
        journal_at(data) as journal,
    ):
        journal.append(RUN, results)
        refused = journal.count(RUN, "alert")
        assert refused > 1
        state = delivered(journal, anna(broker))
        assert (state.server, state.refused, state.behind) == ("MQTT 5", refused, 0)
        assert (state.delivered, state.last_error) == (len(results) - refused, None)
        reader.wait_for(lambda messages: len(messages) == len(results) - refused + 2)
        came = seqs_of([bytes(message.payload) for message in reader.messages])
        assert came == sorted(set(came)), "once and in order, though others between them were refused"
        parked = {refusal.seq for refusal in journal.deliveries.refused()}
        assert parked == {row.seq for row in journal.deliveries.after(0, 10_000) if row.stream == "alert"}

        shown = kneeload(["doctor", "--data-dir", data], home=tmp_path).stdout
        assert f"{refused} results were refused" in shown
        assert "kneeload/anna/alert: Not authorized" in shown
        assert "access list" in shown

        kneeload(["doctor", "--resend", "--data-dir", data], home=tmp_path)
        assert delivered(journal, anna(broker)).refused == refused, "nothing has changed: parked again"

        (tmp_path / "broker" / "acl").write_text(ALL + READER)
        broker.restart()
        kneeload(["doctor", "--resend", "--data-dir", data], home=tmp_path)
        state = delivered(journal, anna(broker))
        assert (state.delivered, state.refused, journal.deliveries.refused()) == (refused, 0, [])
        # Retained ones come to a reader that returns once more.
        reader.wait_for(
            lambda ms: len(seqs_of([bytes(m.payload) for m in ms if not m.retain])) == len(results)
        )
        came = seqs_of([bytes(message.payload) for message in reader.messages if not message.retain])
        assert sorted(came) == list(range(1, len(results) + 1)), "each once"


def test_a_broker_that_hangs_up_after_each_refusal_gets_the_rest_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneeload.sinks.follow.DELAYS_S", (0.02,))
    # What mosquitto 2.0.11 does with this setting. Here even the run's state is refused.
    acl = MOST.replace("topic write kneeload/anna/status\n", "")
    with (
        guarded(tmp_path / "broker", acl, "max_queued_messages 0") as broker,
        journal_at(tmp_path / "data") as journal,
    ):
        journal.append(RUN, results := a_run(30))
        state = delivered(journal, anna(broker))
        assert (state.refused, state.behind) == (journal.count(RUN, "alert"), 0)
        assert state.delivered == len(results) - state.refused
        assert state.limited is not None
        assert "kneeload/anna/status: Not authorized" in state.limited


@pytest.mark.parametrize(("again_s", "heard"), [(300.0, ["ended"]), (0.0, ["running", "ended"])])
def test_a_state_that_was_refused_is_said_once_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again_s: float, heard: list[str]
) -> None:
    monkeypatch.setattr("kneeload.sinks.follow.DELAYS_S", (0.02,))
    monkeypatch.setattr("kneeload.sinks.mqtt.SAY_AGAIN_S", again_s)

    def states() -> list[str]:
        # A retained one comes once more to a reader that was cut off, too.
        return list(dict.fromkeys(json.loads(payload)["state"] for payload in reader.payloads()))

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            async with following(journal, anna(broker)) as state:
                await until(lambda: state.limited is not None, "the refusal is shown")
                (tmp_path / "broker" / "acl").write_text(ALL + READER)
                await asyncio.to_thread(broker.stop)
                await until(lambda: not state.connected, "the loss is noticed")
                await asyncio.to_thread(broker.start)
                await until(lambda: state.connected and states() == heard[:-1], "connected again")
                journal.end_run(RUN, STARTED_NS + 1)
            assert state.limited is None
        reader.wait_for(lambda _: states() == heard)

    with (
        guarded(tmp_path / "broker", ALL.replace("#", "+/stride"), "max_queued_messages 100000") as broker,
        Subscriber(
            broker.host, broker.port, "kneeload/anna/status", credentials=("coach", "word of coach")
        ) as reader,
    ):
        asyncio.run(run())


def test_without_reasons_what_is_thrown_away_cannot_be_told(tmp_path: Path) -> None:
    """Why MQTT 5 is asked for first: a canary."""
    with (
        guarded(tmp_path / "broker", MOST, "max_queued_messages 100000") as broker,
        journal_at(tmp_path / "data") as journal,
    ):
        journal.append(RUN, results := a_run(30))
        state = delivered(journal, anna(broker, version="3.1.1"))
        assert (state.server, state.delivered, state.refused) == ("MQTT 3.1.1", len(results), 0)


@pytest.mark.parametrize("answer", [b"\x20\x02\x00\x01", b"\x20\x03\x00\x84\x00", b""])
def test_a_broker_that_knows_no_mqtt_5_is_served_in_3_1_1(
    mosquitto: Mosquitto, tmp_path: Path, answer: bytes
) -> None:
    """It refuses the protocol's version in the words of 3.1.1 or of 5, or just hangs up."""
    greetings: list[int] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await reader.readexactly(9)
        greetings.append(greeting[8])
        if greeting[8] == 5:
            writer.write(answer)
        else:
            far_reader, far_writer = await asyncio.open_connection(mosquitto.host, mosquitto.port)
            far_writer.write(greeting)
            await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))
        writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with journal_at(tmp_path) as journal:
            journal.append(RUN, a_run(5))
            async with server, following(journal, MqttSettings(host="127.0.0.1", port=port)) as state:
                await until(lambda: state.delivered == len(a_run(5)), "all delivered")
            assert (state.server, state.last_error) == ("MQTT 3.1.1", None)
        assert greetings == [5, 4]

    asyncio.run(run())
