"""What a sensor of another maker can send: packets of any kind, through decoder and device clock."""

import json
import struct
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from tests.fuzz.feed import Feed

__all__ = ["attack_makers", "maker_seeds"]

NAMES: Final = ("polar-verity-sense", "witmotion-wt9011")
FOLDER: Final = Path(__file__).resolve().parents[1] / "golden"
KINDS: Final = (
    Kind.DATA,
    Kind.REQUEST,
    Kind.CONTROL,
    Kind.LINK,
    Kind.INFO,
    Kind.BATTERY,
    Kind.STATS,
    Kind.SYNC,
)
LATER_NS: Final = (0, 5_000_000, 90_000_000, 1_000_000_000, 700_000_000_000)
SAYS_200_HZ: Final = bytes.fromhex("557103000b000000000000000000000000000000")


@cache
def golden() -> dict[str, list[bytes]]:
    """Rows of each family, good and bad."""
    polar = json.loads((FOLDER / "polar_pmd.json").read_text())
    wit = json.loads((FOLDER / "witmotion.json").read_text())
    return {
        NAMES[0]: [bytes.fromhex(row["hex"]) for row in (*polar["rows"], *polar["bad_rows"])],
        NAMES[1]: [SAYS_200_HZ, *(bytes.fromhex(row["hex"]) for row in wit["rows"])],
    }


def attack_makers(data: bytes) -> None:
    """Nothing raises, numbers are finite, and times only ever grow."""
    feed = Feed(data)
    name = feed.pick(NAMES)
    stream = SensorStream(Mount.LEFT_SHIN, FAMILIES[name])
    now_ns, last_us, last_ns = 0, -(1 << 62), 0
    while feed:
        kind, shape = feed.pick(KINDS), feed.uint(1)
        now_ns += feed.pick(LATER_NS)
        match shape % 4:
            case 0:
                body = feed.pick(golden()[name])
            case 1:
                # A frame with a time that goes on, or leaps.
                last_ns = (last_ns + feed.uint(1 + shape // 4 % 8)) % (1 << 64)
                body = struct.pack("<BQB", 2, last_ns, feed.pick((0x80, 0x81, 0x01, 0x82))) + feed.blob()
            case 2:
                body = feed.pick((b"connected", b"lost", b"\x55\x61", b"\x55\x71")) + feed.blob()
            case _:
                body = feed.blob()
        block = stream.receive(Packet(Mount.LEFT_SHIN, name, kind, now_ns, body))
        if block is None:
            continue
        assert len(block) > 0
        assert np.isfinite(block.acc_g).all()
        assert block.gyro_dps is None or np.isfinite(block.gyro_dps).all()
        assert block.rate_hz >= 20
        assert block.lost_before >= 0
        assert block.t_us[0] > last_us
        assert (np.diff(block.t_us) > 0).all()
        last_us = int(block.t_us[-1])


def maker_seeds() -> list[bytes]:
    """Started and streaming, with a loss; connected, told its rate and streaming."""
    start = bytes((1, 0, 0, 3)) + bytes((2, 0, 0, 5))
    frames = b"".join(bytes((0, 1 | 3 << 2, 2, 40, 0, 0, 0, 2, 12, *([k] * 12))) for k in range(6))
    connected = bytes((3, 2, 0, 0, 0)) + bytes((0, 0, 0, 0))
    motion = b"".join(bytes((0, 0, 1, 1)) for _ in range(8))
    parts = b"".join(bytes((0, 2, 1, 2, 18, *([k] * 18))) for k in range(6))
    return [
        bytes((0,)) + start + frames,
        bytes((1,)) + connected + motion + parts,
        bytes((1,)) + connected + parts + motion,
    ]
