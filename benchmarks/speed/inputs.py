"""What the speed benchmarks run on: a simulated runner as packets, as blocks and as a CSV file."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.blocks import cut
from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.encoder import Op
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Samples
from firmware_sim.plan import Phase, Plan
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.packet import Kind, Packet

__all__ = ["ACC_RANGE_G", "GYRO_RANGE_DPS", "RATE_HZ", "blocks_of", "hour", "packets", "running", "write_csv"]

RATE_HZ: Final = 200.0
ACC_RANGE_G, GYRO_RANGE_DPS = 16.0, 2000.0
PAYLOAD_BYTES: Final = 244
CONNECTION_INTERVAL_S: Final = 0.030
LINK_DELAY_S: Final = 0.008
PIECE_S: Final = 300.0


def plan(duration_s: float) -> Plan:
    """A minute's walk in, then running."""
    walk_s = min(60.0, duration_s / 4)
    return Plan.of(
        Phase(activity="stand", duration_s=5.0),
        Phase(activity="walk", duration_s=walk_s),
        Phase(activity="run", duration_s=duration_s - walk_s - 5.0, speed_kmh=11.0),
    )


@cache
def running(mount: Mount, duration_s: float) -> Samples:
    """A six-axis sensor at 200 Hz on a runner, before range and resolution."""
    return GaitSource(mount, plan(duration_s), rate_hz=RATE_HZ, seed=3).take(duration_s)


def blocks_of(samples: Samples, mount: Mount, *, size: int, repeat: int = 1) -> list[ImuBlock]:
    """The samples as blocks of so many; repeat: the same run over again, without a gap."""
    gyro = samples.gyro_dps
    length = len(samples)
    t_s: NDArray[np.float64] = np.arange(length * repeat, dtype=np.float64) / RATE_HZ
    return list(
        cut(
            mount,
            t_s,
            np.tile(samples.acc_g, (repeat, 1)),
            gyro_dps=None if gyro is None else np.tile(gyro, (repeat, 1)),
            rate_hz=RATE_HZ,
            samples=size,
            acc_range_g=ACC_RANGE_G,
            gyro_range_dps=GYRO_RANGE_DPS,
        )
    )


def packets(mount: Mount, duration_s: float) -> list[Packet]:
    """What a perfect radio brings of that run: the link's, the settings' and the data packets."""
    source = GaitSource(mount, plan(duration_s), rate_hz=RATE_HZ, seed=3)
    sensor = VirtualSensor(source, Traits(mount, f"BENCH-{list(Mount).index(mount):04d}"))
    sensor.payload_bytes = PAYLOAD_BYTES
    sensor.control(Op.START, 0, now_s=0.0)
    sensor.sending = True
    family = "kneeload-v1"
    found = [
        Packet(mount, family, Kind.LINK, 0, b"connected"),
        Packet(mount, family, Kind.INFO, 0, sensor.info.encode()),
        Packet(mount, family, Kind.CONFIG, 0, sensor.config.encode()),
    ]
    for event in range(1, int(duration_s / CONNECTION_INTERVAL_S)):
        now_s = event * CONNECTION_INTERVAL_S
        arrival_ns = round((now_s + LINK_DELAY_S) * 1e9)
        found += [Packet(mount, family, Kind.DATA, arrival_ns, data) for data in sensor.advance(now_s)]
    return found


def hour(folder: Path) -> Path:
    """One hour of six axes at 200 Hz as CSV: 720 000 rows."""
    path = folder / "hour.csv"
    write_csv(path, running(Mount.LEFT_SHIN, 3600.0))
    return path


def write_csv(path: Path, samples: Samples) -> None:
    assert samples.gyro_dps is not None, "six axes"
    table = np.column_stack((samples.t_s, samples.acc_g, samples.gyro_dps))
    np.savetxt(
        path,
        table,
        fmt=("%.6f", *(["%.4f"] * 3), *(["%.2f"] * 3)),
        delimiter=",",
        header="t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps",
        comments="",
    )
