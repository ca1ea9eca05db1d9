"""Runs beside servers that misbehave: does the run notice, and does everything arrive once and in order?"""

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from kneeload.journal import Journal
from kneeload.payload import line
from tests.services import Influxd, Mosquitto
from tests.subscriber import Subscriber
from tests.torture.hostile import HTTP_MOODS, MQTT_MOODS, HostileBroker, HostileDatabase
from tests.torture.process import Child
from tests.torture.row import Row
from tests.torture.runner import save_packets

__all__ = ["AGAIN_S", "BAD_S", "FINE_S", "SPEEDUP", "Trouble", "bad_company", "messages", "trouble"]

Server = TypeVar("Server", Influxd, Mosquitto)

SPEEDUP = 3.0
FINE_S, BAD_S, AGAIN_S = 4.0, 6.0, 4.0
LAST_RUN_S = 6.0


@dataclass
class Trouble:
    """One run with misbehaving servers.

    p95_ms, largest_ms: from arrival to journal. grown_kb: memory, from a quarter of the run to its end.
    waited_s: from the server's recovery to the first write it took; None when only the next start brought it.
    """

    p95_ms: float
    largest_ms: float
    grown_kb: int
    results: int
    missing: int = 0
    unordered: int = 0
    surplus: int = 0
    repeated: int = 0
    parked: int = 0
    waited_s: float | None = None
    said: list[str] = field(default_factory=list)


def trouble(folder: Path, packets: Path, http: str, mqtt: str, *, whole_run: bool = False) -> Trouble:
    """One run; whole_run: the servers are down from its start and come back for the next run only."""
    folder.mkdir()
    data, config = folder / "data", folder / "kneeload.toml"
    with (
        _started(lambda n: Mosquitto(folder / f"mosquitto{n}")) as mosquitto,
        _started(lambda n: Influxd(folder / f"influxd{n}")) as influxd,
        HostileBroker(mosquitto.port) as broker,
        HostileDatabase(influxd.port) as database,
        Subscriber("127.0.0.1", mosquitto.port, "kneeload/#") as got,
    ):
        taken: list[str] = []
        database.accepted = lambda body: taken.extend(body.decode().split("\n"))
        _configure(config, broker, database, drain_s=2)
        seconds = (FINE_S + BAD_S + AGAIN_S) * SPEEDUP
        arguments: list[str | Path] = [data, packets, "--config", config, "--speedup", str(SPEEDUP)]
        if whole_run:
            database.mood, broker.mood = http, mqtt
        with Child([*arguments, "--more", str(seconds)]) as child:
            child.wait_for("B")
            if not whole_run:
                time.sleep(FINE_S)  # a time of the experiment, not a wait for something
                database.mood, broker.mood = http, mqtt
                time.sleep(BAD_S)
                database.mood = broker.mood = "fine"
            recovered_s = time.monotonic()
            assert child.finish() == 0, child.errors
        ended_s = time.monotonic()
        database.mood = broker.mood = "fine"
        before_next = [at for at in database.served_s if recovered_s <= at <= ended_s]
        _configure(config, broker, database, drain_s=60)
        with Journal.open(data) as journal:
            # What kneeload doctor --resend does.
            parked = {refusal.seq for refusal in journal.deliveries.refused()}
            journal.deliveries.try_again()
        with Child([*arguments, "--more", str(LAST_RUN_S)]) as last:
            assert last.finish() == 0, last.errors
        with Journal.open(data) as journal:
            rows = journal.deliveries.after(0, 1_000_000)
            assert journal.deliveries.refused() == []
        ((p95, largest, memory),) = child.said("L")
        outcome = Trouble(float(p95), float(largest), int(memory), len(rows))
        outcome.said = [" ".join(words) for words in child.said("N")]
        if before_next and not whole_run:
            outcome.waited_s = before_next[0] - recovered_s
        outcome.parked = len(parked)
        later = {line(row) for row in rows if row.seq in parked}
        _points(outcome, [line(row) for row in rows], taken, later, influxd)
        messages(outcome, [row.seq for row in rows], got)
    return outcome


@contextmanager
def _started(make: Callable[[int], Server]) -> Iterator[Server]:
    """A private server; where another program was quicker to take its port, a second one."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(make(1))
        except pytest.fail.Exception:
            server = stack.enter_context(make(2))
        yield server


def _configure(path: Path, broker: HostileBroker, database: HostileDatabase, *, drain_s: float) -> None:
    path.write_text(
        f'[runner]\nname = "ada"\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ndrain_s = {drain_s}\n'
        f'[influx]\nurl = "http://127.0.0.1:{database.port}"\ndatabase = "kneeload"\ndrain_s = {drain_s}\n'
    )


def _points(
    outcome: Trouble, lines: Sequence[str], taken: Sequence[str], later: Collection[str], influxd: Influxd
) -> None:
    """later: what was parked and sent again, after the rest."""
    firsts = list(dict.fromkeys(taken))
    outcome.unordered += [text for text in firsts if text not in later] != [
        text for text in lines if text not in later
    ]
    outcome.repeated += len(taken) - len(firsts)
    expected = Counter(text.split(",", 1)[0] for text in lines)
    fields = {"stride": "quality", "alert": "value", "summary": "strides", "sensor": "connected"}
    for measurement, count in expected.items():
        there = influxd.count(measurement, fields[measurement])
        outcome.missing += max(0, count - there)
        outcome.surplus += max(0, there - count)


def messages(outcome: Trouble, seqs: Sequence[int], got: Subscriber) -> None:
    """Hold what a subscriber got against what the journal holds of all that was to be delivered."""

    def heard() -> list[int]:
        return [json.loads(m.payload)["seq"] for m in list(got.messages) if b'"seq"' in m.payload]

    end = time.monotonic() + 10.0
    while set(seqs) - set(heard()) and time.monotonic() < end:
        time.sleep(0.05)
    firsts = list(dict.fromkeys(heard()))
    outcome.missing += len(set(seqs) - set(firsts))
    outcome.surplus += len(set(firsts) - set(seqs))
    outcome.unordered += firsts != sorted(firsts)
    outcome.repeated += len(heard()) - len(firsts)


def bad_company(folder: Path, times: int) -> list[Row]:
    """The table's rows: every mood of the database, each together with one of the broker; times: rounds."""
    packets = save_packets(folder / "packets.pickle", (FINE_S + BAD_S + AGAIN_S) * SPEEDUP + 5.0)
    fine = trouble(folder / "fine", packets, "fine", "fine")
    seen: dict[str, Trouble] = {}
    for number in range(times):
        for place, http in enumerate(HTTP_MOODS):
            mqtt = MQTT_MOODS[(place + number) % len(MQTT_MOODS)]
            seen[f"database {http}, broker {mqtt} {number}"] = trouble(
                folder / f"{number}-{place}", packets, http, mqtt
            )
    next_day = [
        trouble(folder / f"down{n}", packets, "refuse", "refuse", whole_run=True) for n in range(times)
    ]
    promise = "the run never stutters; afterwards every result is there once and in order"
    return [
        _row(
            promise,
            f"database ({', '.join(HTTP_MOODS)}) and broker ({', '.join(MQTT_MOODS)}) misbehave for "
            f"{BAD_S:g} s in mid-run",
            list(seen.values()),
            fine,
        ),
        _row(promise, "database and broker down for the whole run, back for the next", next_day, fine),
    ]


def _row(promise: str, attack: str, seen: Sequence[Trouble], fine: Trouble) -> Row:
    waits = [t.waited_s for t in seen if t.waited_s is not None]
    later = sum(t.waited_s is None for t in seen)
    return Row(
        promise,
        attack,
        len(seen),
        f"{sum(t.missing for t in seen)} of {2 * sum(t.results for t in seen)} deliveries",
        f"{sum(t.surplus for t in seen)} (repeats that change nothing: {sum(t.repeated for t in seen)}; "
        f"out of order: {sum(t.unordered for t in seen)})",
        (f"at most {max(waits):.1f} s after the server; " if waits else "")
        + (f"{later} at the next start" if later else ""),
        f"parked as refused and sent again: {sum(t.parked for t in seen)}; "
        f"arrival to journal p95 {max(t.p95_ms for t in seen):.1f} ms in the worst run, "
        f"{fine.p95_ms:.1f} ms with servers that work; memory grew by at most "
        f"{max(t.grown_kb for t in seen)} kB, {fine.grown_kb} kB with servers that work",
    )
