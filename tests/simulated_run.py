"""A whole run on disk without a radio: virtual sensors' packets through recorder, monitor and journal."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from dsp.mount import Mount
from firmware_sim.plan import Phase, Plan
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload.journal import Journal
from kneeload.monitor import Monitor
from tests.kneeload.virtual_packets import FAMILY, virtual_packets

__all__ = ["RUN", "SHINS_HARDER", "STARTED_NS", "record_run", "recorded_run"]

RUN = "20260301T070000Z"
STARTED_NS = 1_772_348_400_000_000_000
SHINS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)

# Walks, runs, then lands much harder: the shock alert before a baseline is above 10 g.
SHINS_HARDER = Plan(
    (
        Phase(activity="stand", duration_s=5),
        Phase(activity="walk", duration_s=15),
        Phase(activity="run", duration_s=25, impact_g=7.0),
        Phase(activity="run", duration_s=40, impact_g=14.0, asymmetry_percent=15),
    )
)
DURATION_S = 85.0


@cache
def recorded_run(base: Path) -> Path:
    """The run, recorded once below a test session's base folder; for looking only."""
    data_dir = base / "simulated-run"
    record_run(data_dir)
    return data_dir


def record_run(
    data_dir: Path,
    *,
    plans: Mapping[Mount, Plan] | None = None,
    duration_s: float = DURATION_S,
    runner: str = "Ada",
    sensor_name: str = "pod",
    note: str = "",
    lost_s: tuple[float, float] | None = (30.0, 38.0),
) -> None:
    """Write journal.db and packets.mcap. lost_s: the left sensor's link is gone and its packets with it."""
    plans = plans or dict.fromkeys(SHINS, SHINS_HARDER)
    packets = [p for p in virtual_packets(plans, duration_s) if not gone(p, lost_s)]
    first = next(iter(plans))
    if lost_s:
        for at_s, data in zip(lost_s, (b"lost", b"connected"), strict=True):
            packets.append(Packet(first, FAMILY, Kind.LINK, round(at_s * 1e9), data))
    packets += [Packet(mount, FAMILY, Kind.LINK, round((duration_s + 0.5) * 1e9), b"lost") for mount in plans]
    packets.sort(key=lambda packet: packet.arrival_ns)
    folder = data_dir / "runs" / RUN
    folder.mkdir(parents=True)
    config = {"sensors": [{"mount": str(mount), "name": sensor_name} for mount in plans]}
    monitor = Monitor(dict.fromkeys(plans, FAMILY))
    with (
        Journal.open(data_dir) as journal,
        Recorder(folder / "packets.mcap", {"config": json.dumps(config)}) as recorder,
    ):
        journal.start_run(RUN, runner, started_ns=STARTED_NS, config=config, note=note)
        results = []
        for packet in packets:
            recorder.append(packet)
            results += monitor.receive(packet)
        end_ns = round((duration_s + 1) * 1e9)
        journal.append(RUN, results + monitor.finish(end_ns))
        journal.end_run(RUN, STARTED_NS + end_ns)


def gone(packet: Packet, lost_s: tuple[float, float] | None) -> bool:
    if lost_s is None or packet.mount.side != "left" or packet.kind is Kind.LINK:
        return False
    return lost_s[0] <= packet.arrival_ns / 1e9 < lost_s[1]
