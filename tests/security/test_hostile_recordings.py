"""Files that are small and claim to be large."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from dsp.mount import Mount
from ingest import recording
from ingest.errors import RecordingError
from ingest.files import read_recording
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from kneeload.analyze import analyze
from kneeload.config import load
from kneeload.errors import ConfigError
from tests.room import at_most_gib

HOSTILE = Path(__file__).resolve().parents[1] / "golden" / "hostile_inputs.json"
HOUR_NS = 3600 * 1_000_000_000


def test_packets_years_apart_are_refused_before_every_second_between_is_reported_on(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    with Recorder(path, {}) as recorder:
        for hour in range(24 * 8):
            packet = Packet(Mount.LEFT_SHIN, "kneeload-v1", Kind.LINK, hour * HOUR_NS, b"connected")
            recorder.append(packet)
    assert path.stat().st_size < 50_000
    with pytest.raises(RecordingError, match="claims weeks of silence"):
        list(recording.read(path))
    with pytest.raises(RecordingError, match="claims weeks of silence"):
        analyze([path], None)


def test_a_packet_that_claims_years_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    with Recorder(path, {}) as recorder:
        recorder.append(Packet(Mount.LEFT_SHIN, "kneeload-v1", Kind.LINK, 2**63, b"connected"))
    with pytest.raises(RecordingError, match="claims weeks of silence"):
        analyze([path], None)


def test_a_table_of_nothing_repeated_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    zeros = pyarrow.array(np.zeros(3_000_000, np.int8))
    names = ["t_us", "ax_g", "ay_g", "az_g"]
    parquet.write_table(pyarrow.table(dict.fromkeys(names, zeros)), path)
    assert path.stat().st_size < 100_000
    with pytest.raises(RecordingError, match="claims 3000000 rows"):
        read_recording(path, Mount.LEFT_SHIN)


def test_a_group_of_rows_that_is_not_there_gets_no_room(tmp_path: Path) -> None:
    """2.6 kB that claim 443 billion rows. The limit keeps the machine whole where the claim is believed."""
    (row,) = [row for row in json.loads(HOSTILE.read_text())["rows"] if "443 billion" in row["why"]]
    path = tmp_path / "group.parquet"
    path.write_bytes(bytes.fromhex(row["hex"]))
    with at_most_gib(16), pytest.raises(RecordingError, match="in its groups of rows"):
        read_recording(path, Mount.LEFT_SHIN)


def test_a_number_without_end_in_a_configuration_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "kneeload.toml"
    path.write_text(f"[mqtt]\nport = {'9' * 5000}\n")
    with pytest.raises(ConfigError, match="thousands of digits"):
        load(path)


def test_a_long_recording_that_packs_well_is_read(tmp_path: Path) -> None:
    path = tmp_path / "still.parquet"
    t_us = np.arange(400_000) * 5000
    still = np.zeros(len(t_us), np.float32)
    parquet.write_table(
        pyarrow.table({"t_us": t_us, "ax_g": still, "ay_g": still + 1, "az_g": still}),
        path,
        compression="zstd",
        column_encoding={"t_us": "DELTA_BINARY_PACKED"},
        use_dictionary=["ax_g", "ay_g", "az_g"],
    )
    assert path.stat().st_size < len(t_us)
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == len(t_us)


def test_a_text_of_gigabytes_for_a_number_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    columns = {name: pyarrow.array([1.0, 2.0]) for name in ("t_us", "ay_g", "az_g")}
    columns["ax_g"] = pyarrow.array(["0" * 50_000_000] * 2)
    parquet.write_table(pyarrow.table(columns), path, compression="zstd")
    assert path.stat().st_size < 20_000
    before = pyarrow.total_allocated_bytes(), pyarrow.default_memory_pool().max_memory()
    with pytest.raises(RecordingError, match="has no numbers in ax_g but string"):
        read_recording(path, Mount.LEFT_SHIN)
    assert pyarrow.default_memory_pool().max_memory() == before[1]


def test_a_table_of_words_takes_memory_in_proportion(tmp_path: Path) -> None:
    path = tmp_path / "recording.csv"
    rows = "\n".join(f"{i},0,1,0," for i in range(200_000))
    path.write_text(f"t_ms,ax_g,ay_g,az_g,note\n{rows}\n200000,,1,0,\n")
    tracemalloc.start()
    try:
        assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 200_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * path.stat().st_size
