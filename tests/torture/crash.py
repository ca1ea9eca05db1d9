"""Kill -9 at a random moment, then the same run again."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from kneeload.journal import Journal
from tests.services import Mosquitto
from tests.subscriber import Subscriber
from tests.torture.checks import Disk, doubled, look, order, replayed
from tests.torture.process import Child
from tests.torture.row import Row, percentile
from tests.torture.runner import load_packets, save_packets

__all__ = ["Crash", "check_cut", "kill_and_go_on", "kill_many"]

# Run time of packets that may be missing.
MOST_MISSING_S = 1.0

# Seconds after its start within which the process is killed.
LATEST_S = 3.5
MORE_S = 12.0


@dataclass(frozen=True, slots=True)
class Crash:
    """One kill. begun: samples had come. missing_s: run time of the packets taken and not on disk.

    lost, doubled: strides. gone_on: the second process went on with the run; recovered_s: until it did.
    """

    after_s: float
    begun: bool
    missing_s: float
    acknowledged: int
    lost: int
    doubled: int
    gone_on: bool
    recovered_s: float
    messages_missing: int
    messages_unordered: int
    messages_waiting: int


def kill_and_go_on(
    data: Path, packets_file: Path, packets: Sequence[Packet], random: Random, *, broker: Mosquitto | None
) -> Crash:
    """Run, kill, look, run again to the end, look again. AssertionError when anything is damaged."""
    config = data.parent / f"{data.name}.toml"
    config.write_text(f'[runner]\nname = "{data.name}"\n' + _mqtt(broker))
    arguments: list[str | Path] = [data, packets_file, "--config", config]
    after_s = random.uniform(0.0, LATEST_S)
    with Child(arguments) as child:
        time.sleep(after_s)  # the moment is what is varied
        child.kill()
        assert child.finish() == -9, child.errors
    data.mkdir(exist_ok=True)
    before = look(data)
    taken = [packets[int(words[0])] for words in child.said("P")]
    journalled = {(Mount(mount), int(number)) for mount, number in child.said("S")}
    missing_s = check_cut(before, taken)
    lost = len(journalled - set(before.numbers))
    with Child([*arguments, "--resume", "--more", str(MORE_S)]) as second:
        recovered_s = second.wait_for("B") - second.began_s
        assert second.finish() == 0, second.errors
    gone_on = "going on with" in second.errors
    begun = any(packet.kind is Kind.DATA for packet in before.packets)
    assert gone_on == begun, second.errors
    after = look(data)
    assert after.run is not None
    assert after.run.state == "ended"
    strides = order(after.strides)
    if gone_on:
        assert before.run is not None
        assert after.run.run == before.run.run
        lost += sum((before.numbers - after.numbers).values())
        assert set(before.strides) <= set(strides), "a journalled stride has changed"
    again, _ = replayed(data, after)
    assert order(again) == strides, "the packets give other strides than the journal holds"
    return Crash(
        after_s,
        begun,
        missing_s,
        len(journalled),
        lost,
        doubled(strides),
        gone_on,
        recovered_s,
        *_delivered(broker, data),
    )


def check_cut(disk: Disk, taken: Sequence[Packet]) -> float:
    """Run time from the last packet on disk to the last that was taken; what is on disk is a beginning."""
    kept = [(packet.mount, packet.kind, packet.data) for packet in disk.packets]
    assert kept == [(packet.mount, packet.kind, packet.data) for packet in taken][: len(kept)]
    if len(kept) == len(taken):
        return 0.0
    last_ns = disk.packets[-1].arrival_ns if kept else 0
    return (taken[-1].arrival_ns - min(last_ns, taken[-1].arrival_ns)) * 1e-9


def _mqtt(broker: Mosquitto | None) -> str:
    return "" if broker is None else f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\ndrain_s = 10\n'


def _delivered(broker: Mosquitto | None, data: Path) -> tuple[int, int, int]:
    """How many results the subscriber misses, got out of order, and will get at the next start."""
    if broker is None:
        return 0, 0, 0
    return SUBSCRIBED[broker.port].of(data)


class Deliveries:
    """What a broker's subscriber got, by runner."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber

    def of(self, data: Path) -> tuple[int, int, int]:

        with Journal.open(data) as journal:
            (upto,) = journal.deliveries.cursors().values()
            wanted = [row.seq for row in journal.deliveries.after(0, 1_000_000) if row.seq <= upto]
            waiting = journal.deliveries.last_seq() - upto
        runner = data.name

        def seqs() -> list[int]:
            return [
                json.loads(message.payload)["seq"]
                for message in list(self._subscriber.messages)
                if message.topic.startswith(f"kneeload/{runner}/") and b'"seq"' in message.payload
            ]

        end = time.monotonic() + 10.0
        while set(wanted) - set(seqs()) and time.monotonic() < end:
            time.sleep(0.05)
        firsts = list(dict.fromkeys(seqs()))
        unordered = sum(a > b for a, b in pairwise(firsts))
        return len(set(wanted) - set(firsts)), unordered, waiting


SUBSCRIBED: dict[int, Deliveries] = {}


def kill_many(folder: Path, times: int) -> list[Row]:
    """The table's row."""
    file = save_packets(folder / "packets.pickle", 110.0)
    packets = load_packets(file)
    crashes: list[Crash] = []
    with Mosquitto(folder / "mosquitto") as broker, Subscriber("127.0.0.1", broker.port, "kneeload/#") as got:
        SUBSCRIBED[broker.port] = Deliveries(got)
        for number in range(times):
            crash = kill_and_go_on(folder / f"run{number}", file, packets, Random(number), broker=broker)
            crashes.append(crash)
            assert crash.missing_s <= MOST_MISSING_S, crash
    gone_on = [crash for crash in crashes if crash.gone_on]
    missing = [crash.missing_s for crash in gone_on]
    acknowledged = sum(crash.acknowledged for crash in crashes)
    return [
        Row(
            "at most 1 s of packets missing; no journalled stride gone or doubled; the same run goes on",
            f"kill -9 within {LATEST_S:g} s of the start, at ten times the wall's speed",
            times,
            f"{sum(c.lost for c in crashes)} of {acknowledged} journalled strides; "
            f"packets: none in {sum(m == 0 for m in missing)} kills, at most {max(missing):.2f} s",
            f"{sum(c.doubled for c in crashes)} strides",
            f"p95 {percentile([c.recovered_s for c in gone_on], 95):.2f} s until it records again "
            "(interpreter start not counted)",
            f"{len(gone_on)} runs went on, {times - len(gone_on)} had no samples yet and began anew; "
            f"MQTT: {sum(c.messages_missing for c in crashes)} results missing, "
            f"{sum(c.messages_unordered for c in crashes)} out of order, "
            f"{sum(c.messages_waiting for c in crashes)} waiting for the next start; each run "
            "computed again from its packets gave the journal's strides",
        )
    ]
