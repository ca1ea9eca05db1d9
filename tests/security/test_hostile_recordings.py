"""Files that are small and claim to be large."""

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

HOUR_NS = 3600 * 1_000_000_000


def test_packets_years_apart_are_refused_before_every_second_between_is_reported_on(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    with Recorder(path, {}) as recorder:
        for hour in range(24 * 8):
            packet = Packet(Mount.LEFT_SHIN, "kneeload-v1", Kind.LINK, hour * HOUR_NS, b"connected")
            recorder.append(packet)
    assert path.stat().st_size < 50_000
    with pytest.raises(RecordingError, match="longer than a week"):
        list(recording.read(path))
    with pytest.raises(RecordingError, match="longer than a week"):
        analyze([path], None)


def test_a_table_of_nothing_repeated_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    zeros = pyarrow.array(np.zeros(3_000_000, np.int8))
    names = ["t_us", "ax_g", "ay_g", "az_g"]
    piece = pyarrow.table(dict.fromkeys(names, zeros))
    with parquet.ParquetWriter(path, piece.schema) as writer:
        for _ in range(17):
            writer.write_table(piece)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(RecordingError, match="claims 51000000 rows"):
        read_recording(path, Mount.LEFT_SHIN)
