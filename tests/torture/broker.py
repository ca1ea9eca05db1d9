"""A broker whose machine lets it down: no room on its disk, no file descriptors. Does everything arrive?"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kneeload.journal import Journal
from tests.services import Mosquitto, wait_until
from tests.subscriber import Subscriber
from tests.torture.hostile import HostileBroker
from tests.torture.limits import fill, is_full, mounted
from tests.torture.process import Child
from tests.torture.row import Row
from tests.torture.runner import save_packets
from tests.torture.servers import AGAIN_S, BAD_S, FINE_S, SPEEDUP, Trouble, messages

__all__ = ["Pace", "poor_broker", "without_descriptors", "without_room"]

# Sessions and undelivered messages are written every second in which anything has changed.
SAVING = ("autosave_interval 1",)
# Standard input, output and error: nothing can be opened beside what is open.
NO_MORE_FILES = 3

Squeeze = Callable[[Mosquitto, HostileBroker], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of the wall for which all is fine, then bad, then fine again; speedup: of run time."""

    fine_s: float
    bad_s: float
    again_s: float
    speedup: float

    @property
    def run_s(self) -> float:
        """The run's length by its own clock."""
        return (self.fine_s + self.bad_s + self.again_s) * self.speedup


IN_FULL = Pace(FINE_S, BAD_S, AGAIN_S, SPEEDUP)


def without_room(folder: Path, packets: Path, pace: Pace = IN_FULL) -> Trouble:
    """The file system of the broker's persistence fills up in mid-run, and has room again later."""

    @contextmanager
    def squeeze(broker: Mosquitto, _way: HostileBroker) -> Iterator[None]:
        filler = broker.folder / "filler"
        fill(filler)
        yield
        # What it begins under this name, and cannot write, it leaves there.
        wait_until((broker.folder / "mosquitto.db.new").exists, "the broker has failed to save its sessions")
        assert is_full(broker.folder)
        filler.unlink()

    folder.mkdir()
    with mounted(folder / "disk", "-t", "tmpfs", "-o", "size=1m", "tmpfs") as disk:
        return _run(folder, packets, disk / "broker", squeeze, pace)


def without_descriptors(folder: Path, packets: Path, pace: Pace = IN_FULL) -> Trouble:
    """Connections break, and the broker cannot take new ones until it may open files again."""

    @contextmanager
    def squeeze(broker: Mosquitto, way: HostileBroker) -> Iterator[None]:
        limits = resource.prlimit(broker.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(broker.pid, resource.RLIMIT_NOFILE, (NO_MORE_FILES, limits[1]))
        way.cut()
        before = len(way.served_s)
        yield
        assert len(way.served_s) == before, "it took something all the same"
        resource.prlimit(broker.pid, resource.RLIMIT_NOFILE, limits)

    folder.mkdir()
    return _run(folder, packets, folder / "broker", squeeze, pace)


def _run(folder: Path, packets: Path, place: Path, squeeze: Squeeze, pace: Pace) -> Trouble:
    """One run; what the broker got is asked of a subscriber that was away from beginning to end."""
    data, config = folder / "data", folder / "kneeload.toml"
    with Mosquitto(place, *SAVING) as broker, HostileBroker(broker.port) as way:
        away = Subscriber("127.0.0.1", broker.port, "kneeload/#")
        with away:
            pass  # from here on the broker keeps everything for it
        config.write_text(
            f'[runner]\nname = "ada"\n[mqtt]\nhost = "127.0.0.1"\nport = {way.port}\ndrain_s = 60\n'
        )
        with Child(
            [data, packets, "--config", config, "--speedup", str(pace.speedup), "--more", str(pace.run_s)]
        ) as child:
            child.wait_for("B")
            time.sleep(pace.fine_s)  # a time of the experiment, not a wait for something
            with squeeze(broker, way):
                time.sleep(pace.bad_s)
            recovered_s = time.monotonic()
            assert child.finish() == 0, child.errors
        with Journal.open(data) as journal:
            rows = journal.deliveries.after(0, 1_000_000)
            assert journal.deliveries.refused() == []
        ((p95, largest, memory),) = child.said("L")
        outcome = Trouble(float(p95), float(largest), int(memory), len(rows))
        outcome.waited_s = next((at - recovered_s for at in way.served_s if at >= recovered_s), None)
        with away:
            messages(outcome, [row.seq for row in rows], away)
    return outcome


def poor_broker(folder: Path, times: int) -> list[Row]:
    """The table's rows; times: runs of each."""
    packets = save_packets(folder / "packets.pickle", IN_FULL.run_s + 5.0)
    rows = []
    for attack, name in (
        (without_room, "the broker's disk full"),
        (without_descriptors, "the broker without file descriptors, and our connection cut"),
    ):
        try:
            seen = [attack(folder / f"{attack.__name__}{n}", packets) for n in range(times)]
        except pytest.skip.Exception as skipped:
            print(f"{attack.__name__}: {skipped}")
            continue
        assert all((t.missing, t.surplus, t.unordered) == (0, 0, 0) for t in seen), seen
        rows.append(_row(f"{name} for {IN_FULL.bad_s:g} s in mid-run", seen))
    return rows


def _row(attack: str, seen: list[Trouble]) -> Row:
    return Row(
        "the run never stutters; afterwards every result is there once and in order",
        attack,
        len(seen),
        f"{sum(t.missing for t in seen)} of {sum(t.results for t in seen)} deliveries",
        f"{sum(t.surplus for t in seen)} (repeats that change nothing: {sum(t.repeated for t in seen)}; "
        f"out of order: {sum(t.unordered for t in seen)})",
        f"at most {max(t.waited_s or 0.0 for t in seen):.1f} s after it could again",
        f"asked of a subscriber that was away all the time; arrival to journal p95 "
        f"{max(t.p95_ms for t in seen):.1f} ms in the worst run",
    )
