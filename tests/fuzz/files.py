"""Hostile files: packets, recordings, configurations."""

import atexit
import os
import shutil
import struct
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from dsp.mount import Mount
from ingest import recording
from ingest.errors import IngestError
from ingest.files import blocks, read_recording
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from ingest.sensors import FAMILIES
from kneeload.config import load
from kneeload.errors import ConfigError
from kneeload.monitor import Monitor
from tests.fuzz.refusal import fit_to_show
from tests.fuzz.wire import golden

__all__ = [
    "attack_config",
    "attack_csv",
    "attack_mcap",
    "attack_parquet",
    "config_seeds",
    "csv_seeds",
    "folder",
    "mcap_seeds",
    "parquet_seeds",
]

MEMORY: Final = Path("/dev/shm")
# A hostile file may be long; what a fuzzer breeds is short, and may not make a thousand times more of itself.
MOST_RESULTS: Final = 400_000
# Silence is reported on: a week of it costs seconds and has a test of its own, in tests/security.
LONGEST_NS: Final = 1200 * 1_000_000_000


@cache
def folder() -> Path:
    """A private folder of this process, in memory where there is such a place."""
    place = Path(
        tempfile.mkdtemp(prefix="kneeload-fuzz-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    )
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def attack_mcap(data: bytes) -> None:
    """Any file is packets or a RecordingError, and its packets can be computed."""
    path = folder() / "packets.mcap"
    path.write_bytes(resealed(data))
    results = 0
    try:
        recording.metadata(path)
        packets = list(recording.read(path))
        mounts = {packet.mount: packet.family for packet in packets if packet.family in FAMILIES}
        monitor = Monitor(mounts)
        for packet in packets:
            if packet.mount in mounts and packet.arrival_ns < LONGEST_NS:
                results += len(monitor.receive(packet))
        results += len(monitor.finish(monitor.now_us * 1000))
    except IngestError as error:
        fit_to_show(error)
    assert results < MOST_RESULTS, f"{len(data)} bytes made {results} results"


def resealed(data: bytes) -> bytes:
    """With the checksums of its chunks made right, as far as its records hang together."""
    out, at = bytearray(data), 8
    while at + 9 <= len(out):
        opcode, length = struct.unpack_from("<BQ", out, at)
        at += 9
        if opcode == 6 and length <= len(out) - at and length >= 40:
            name = struct.unpack_from("<I", out, at + 28)[0]
            body = at + 32 + name + 8
            if body <= at + length:
                checksum = zlib.crc32(out[body : at + length])
                struct.pack_into("<I", out, at + 24, checksum)
        if length > len(out) - at:
            break
        at += length
    return bytes(out)


@cache
def mcap_seeds() -> list[bytes]:
    path = folder() / "seed.mcap"
    path.unlink(missing_ok=True)
    with Recorder(path, {"run": "20260301T070000Z"}) as recorder:
        for number, (kind, body) in enumerate(golden()[:24]):
            recorder.append(Packet(Mount.LEFT_SHIN, "kneeload-v1", kind, number * 100_000_000, body))
    whole = path.read_bytes()
    path.unlink()
    with Recorder(path, {}) as recorder:
        recorder.append(Packet(Mount.LEFT_SHIN, "kneeload-v1", Kind.LINK, 1, b"connected"))
    return [whole, path.read_bytes()]


def attack_csv(data: bytes) -> None:
    attack_recording("recording.csv", data)


def attack_parquet(data: bytes) -> None:
    attack_recording("recording.parquet", data)


def attack_recording(name: str, data: bytes) -> None:
    """Any file is a recording that can be computed, or a RecordingError in one line."""
    path = folder() / name
    path.write_bytes(data)
    try:
        samples = read_recording(path, Mount.LEFT_SHIN)
    except IngestError as error:
        fit_to_show(error)
        return
    assert np.isfinite(samples.acc_g).all()
    assert (np.diff(samples.t_us) > 0).all()
    monitor = Monitor({Mount.LEFT_SHIN: None})
    for block in blocks(samples):
        monitor.receive_block(block)
    monitor.finish(int(samples.t_us[-1]) * 1000)


@cache
def csv_seeds() -> list[bytes]:
    rows = [f"{i / 100:.2f},0.0{i % 7},1.0{i % 9},-0.1,{i % 30},0,-5" for i in range(60)]
    six = "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps\n" + "\n".join(rows)
    metric = "t_ms,ax_ms2,ay_ms2,az_ms2\n" + "\n".join(f"{10 * i},0.1,9.8,-0.2" for i in range(30))
    holes = "\ufefft_us,az_g,ay_g,ax_g,note\r\n" + "\r\n".join(
        f'{i * 5000},{i % 3},1,nan,"a,b"' for i in range(20)
    )
    return [six.encode(), metric.encode(), holes.encode(), b"t_s;ax_g\n1;2\n", b""]


@cache
def parquet_seeds() -> list[bytes]:
    import pyarrow
    from pyarrow import parquet

    t = np.arange(40) * 5000
    columns = {"t_us": t, **{f"a{axis}_g": np.sin(t / 3e4) + (axis == "y") for axis in "xyz"}}
    seeds = []
    for compression in ("none", "snappy"):
        path = folder() / "seed.parquet"
        parquet.write_table(pyarrow.table(columns), path, compression=compression)
        seeds.append(path.read_bytes())
    return seeds


def attack_config(data: bytes) -> None:
    """Any file is a configuration or a ConfigError in one line."""
    path = folder() / "kneeload.toml"
    path.write_bytes(data)
    path.chmod(0o600)
    try:
        load(path, data_dir=folder() / "data")
    except ConfigError as error:
        fit_to_show(error)


@cache
def config_seeds() -> list[bytes]:
    example = (Path(__file__).resolve().parents[2] / "kneeload.example.toml").read_text()
    lines = [text.removeprefix("# ") if " = " in text else text for text in example.splitlines()]
    small = '[runner]\nname = "a"\n[[sensors]]\nmount = "left-shin"\naddress = "C0:FF:EE:00:00:01"\n'
    servers = '[mqtt]\nhost = "h"\nport = 1\ntls = true\n[influx]\nurl = "http://h:1"\nversion = 2\n'
    alerts = "[alerts.shock-high]\nlimit = 1.5\nwindow = 4\nof = 3\nenabled = false\n"
    return [example.encode(), "\n".join(lines).encode(), small.encode(), servers.encode(), alerts.encode()]
