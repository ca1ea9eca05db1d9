"""What a hostile sensor of ours can send: single values of every characteristic, and whole streams."""

import json
import math
import struct
from binascii import crc_hqx
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Final

import numpy as np

from dsp.mount import Mount
from ingest.errors import DecodeError
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES, Wanted
from kneeload.codec import Row, encode
from kneeload.errors import RowError
from kneeload.monitor import Monitor
from kneeload.payload import line, message
from tests.fuzz.feed import Feed
from tests.fuzz.refusal import fit_to_show
from tests.kneeload.virtual_packets import running

__all__ = ["attack_decoders", "attack_run", "decoder_seeds", "run_seeds"]

KINDS: Final = tuple(Kind)
NAMES: Final = ("kneeload-v1",)
GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden" / "gatt_v1.json"
KIND_OF: Final = {"control-result": "control"}
SECOND_NS: Final = 1_000_000_000
LONGEST_NS: Final = 1200 * SECOND_NS
CHANNELS: Final = (3, 6, 9)
# Headers that a healthy sensor never sends.
INTERVALS_US: Final = (0, 1, 49, 50, 4808, 5000, 10_000, 65_535)
JUMPS: Final = (0, 1, 5, 1000, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)
MOST_ROWS: Final = 40


@cache
def golden() -> list[tuple[Kind, bytes]]:
    """(kind, bytes) of every golden row that a sensor could send."""
    rows = json.loads(GOLDEN.read_text())
    pairs = [(KIND_OF.get(r["kind"], r["kind"]), r["hex"]) for r in (*rows["rows"], *rows["bad_rows"])]
    return [(Kind(kind), bytes.fromhex(text)) for kind, text in pairs if kind in KINDS]


def seal_v1(data: bytes) -> bytes:
    """With the CRC that belongs to it, which no fuzzer guesses."""
    return data[:-2] + crc_hqx(data[:-2], 0xFFFF).to_bytes(2, "little") if len(data) > 2 else data


SEALS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"kneeload-v1": seal_v1}


CONFIGS: Final = {"kneeload-v1": [body for kind, body in golden() if kind is Kind.CONFIG][:4]}
INFOS: Final = {"kneeload-v1": next(body for kind, body in golden() if kind is Kind.INFO)}


def unsealed(data: bytes) -> bytes:
    return data


def attack_decoders(data: bytes) -> None:
    """A characteristic of a family, after a good CONFIG or none: finite numbers, or a DecodeError."""
    if len(data) < 2:
        return
    name, choice, body = NAMES[data[0] % len(NAMES)], data[1], data[2:]
    kind = KINDS[choice % 8]
    decoder = FAMILIES[name].decoder()
    try:
        if choice & 0x08:
            decoder.receive(Kind.CONFIG, CONFIGS[name][choice >> 4 & 3])
        if kind is Kind.DATA and choice & 0x40 == 0:
            body = SEALS.get(name, unsealed)(body)
        if choice & 0x80:
            begin(name, kind, body)
        elif kind is Kind.BATTERY:
            assert isfinite(decoder.battery(body))
        elif kind is Kind.STATS:
            decoder.samples_taken(body)
        elif kind is Kind.SYNC:
            decoder.sync(body)
        elif kind is not Kind.LINK:
            samples = decoder.receive(kind, body)
            if samples is not None:
                assert len(samples.acc_g) > 0
                assert np.isfinite(samples.acc_g).all()
                assert samples.gyro_dps is None or np.isfinite(samples.gyro_dps).all()
    except DecodeError as error:
        fit_to_show(error)


def begin(name: str, kind: Kind, body: bytes) -> None:
    """The start sequence, with one of the answers it rests on from the attacker."""
    read = {Kind.INFO: INFOS[name], Kind.CONFIG: CONFIGS[name][1]} | {kind: body}
    FAMILIES[name].start(Wanted(Mount.LEFT_SHIN, 208.0, 16.0, True), read)


def decoder_seeds() -> list[bytes]:
    """The golden rows, good and bad, behind each configuration and none."""
    heads = (0x00, 0x08, 0x18, 0x28, 0x80)
    return [
        bytes((0, head | KINDS.index(kind))) + body
        for head in heads
        for kind, body in golden()
        if len(body) < 250
    ]


def attack_run(data: bytes) -> None:
    """Packets through decoder, clock, strides, rules and back out: nothing raises, all of it can be told."""
    feed = Feed(data)
    name, mount = feed.pick(NAMES), feed.pick(tuple(Mount))
    monitor = Monitor({mount: name})
    now_ns, results = 0, []
    counter = tick_us = boot = 0
    layout = place = 0
    # A long silence is reported on every few seconds: one or two of them are enough for an input.
    while feed and now_ns < LONGEST_NS:
        operation = feed.uint(1)
        now_ns += (0, 5_000_000, 25_000_000, SECOND_NS, 10 * SECOND_NS, 700 * SECOND_NS)[operation // 8 % 6]
        match operation % 8:
            case 0 | 1 | 2:
                kind, body = Kind.DATA, hostile_data(feed, layout, counter, tick_us=tick_us, boot=boot)
                step = len(body)
                counter = counter + step if operation & 0x40 else counter + feed.pick(JUMPS)
                tick_us += 5000 * step if operation & 0x40 else feed.pick(JUMPS)
            case 3:
                kind, body, layout = Kind.CONFIG, *hostile_config(feed)
            case 4:
                kind, body = Kind.LINK, feed.pick((b"connected", b"lost", b""))
            case 5:
                kind, body = Kind.SYNC, feed.take(18)
            case 7 if operation & 0x80 == 0:
                # A runner in between, so that strides are under way when the absurd comes.
                for genuine in runner()[place : place + 12]:
                    results += monitor.receive(replace(genuine, mount=mount, arrival_ns=now_ns))
                    now_ns += 90_000_000
                place += 12
                continue
            case 6:
                kind, body = feed.pick((Kind.STATS, Kind.BATTERY, Kind.INFO, Kind.CONTROL)), feed.blob()
            case _:
                boot, kind, body = feed.uint(1), Kind.DATA, seal_v1(feed.blob())
        results += monitor.receive(Packet(mount, name, kind, now_ns, body))
    results += monitor.finish(now_ns + SECOND_NS)
    last_us = -1
    for seq, result in enumerate(results):
        entry = encode(result)
        row = Row(seq, "20260301T070000Z", "anna", 1_772_348_400_000_000_000, entry.stream, entry.body)
        # Not-a-number differs from itself: compared as text.
        assert repr(row.result) == repr(result)
        for tell in (message, line):
            # A database takes no row without a value; all else that we made can be told.
            with suppress(RowError) if tell is line else nullcontext():
                tell(row)
        if entry.stream == "summary":
            assert entry.t_us > last_us
            last_us = entry.t_us


def hostile_data(feed: Feed, layout: int, counter: int, *, tick_us: int, boot: int) -> bytes:
    """A DATA notification whose form is right and whose content is any."""
    n, channels = 1 + feed.uint(1) % MOST_ROWS, CHANNELS[layout % 3]
    head = struct.pack(
        "<BBBBIIH",
        0x10 | layout % 3,
        feed.uint(1),
        n,
        boot,
        counter % (1 << 32),
        tick_us % (1 << 32),
        feed.pick(INTERVALS_US),
    )
    # A short pattern again and again: a few bytes make a whole packet.
    pattern = feed.take(1 + feed.uint(1) % 36) or b"\0"
    size = 2 * n * channels
    return seal_v1(head + (pattern * (size // len(pattern) + 1))[:size] + b"\0\0")


def hostile_config(feed: Feed) -> tuple[bytes, int]:
    """A CONFIG with any rate, scale and range, and its layout."""
    layout = feed.uint(1) % 3
    rate_mhz = feed.pick((1, 1000, 25_000, 208_000, 416_000, 1_000_000, 2_000_000, (1 << 32) - 1))
    scales = [feed.pick((0.0, 1e-45, 1 / 2048, 1.0, 3.4e38, math.inf, math.nan, -1.0)) for _ in range(3)]
    ranges = [feed.pick((0, 1, 16, 2000, 65_535)) for _ in range(3)]
    return struct.pack("<BBBBIfffHHHH", 1, layout, 1, 0, rate_mhz, *scales, *ranges, 0), layout


def run_seeds() -> list[bytes]:
    """Connected, configured, and some packets with a counter that goes on."""
    config = bytes((3, 1, 3, 2, 2, 2, 2, 3, 2))
    link = bytes((4, 0))
    packets = b"".join(bytes((0x40 | 8 * 2, 9, 0, 4, 11, *([step] * 12))) for step in range(0, 40, 7))
    jumps = b"".join(bytes((8, 3, 0, 7, 4, 255, 127, 0, step % 8, step % 8)) for step in range(6))
    genuine = bytes((15,)) * 9
    return [
        bytes((0, 0)) + link + config + packets,
        bytes((0, 1)) + link + config + jumps,
        bytes((0, 0)) + genuine,
        bytes((0, 2)) + genuine[:6] + jumps + genuine[:6],
    ]


@cache
def runner() -> Sequence[Packet]:
    """Packets of ten seconds of running."""
    return running(Mount.LEFT_SHIN, 10.0)
