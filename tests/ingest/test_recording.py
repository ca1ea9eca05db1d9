"""packets.mcap: what went in comes out, whatever happened to the file."""

import errno
import os
import signal
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from dsp.mount import Mount
from ingest import recording
from ingest.errors import FileLostError, PacketDroppedError, RecordingError, StorageError
from ingest.packet import Kind, Packet
from ingest.recording import CHUNK_NS, Recorder, metadata, read
from tests.ingest.wire import packet
from tests.room import largest_file, no_sync

OPEN = Path("/proc/self/fd")
ABOUT = {"run": "20260102T030405Z", "started": "2026-01-02T03:04:05+00:00"}


def stream(n: int, *, step_s: float = 0.09) -> list[Packet]:
    """n packets, every tenth of them not DATA, of two sensors."""
    mounts = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
    kinds = [Kind.DATA] * 9 + [Kind.STATS]
    return [packet(kinds[k % 10], bytes([k % 256]) * 30, k * step_s, mounts[k % 2]) for k in range(n)]


def record(path: Path, packets: list[Packet]) -> None:
    with Recorder(path, ABOUT) as recorder:
        for each in packets:
            recorder.append(each)


@given(
    st.lists(
        st.builds(
            Packet,
            st.sampled_from(list(Mount)),
            st.sampled_from(["kneeload-v1", "another"]),
            st.sampled_from(list(Kind)),
            st.integers(0, 86_400 * 10**9),
            st.binary(max_size=300),
        ),
        max_size=40,
    )
)
def test_what_went_in_comes_out(tmp_path_factory: pytest.TempPathFactory, packets: list[Packet]) -> None:
    path = tmp_path_factory.mktemp("run") / "packets.mcap"
    record(path, packets)
    assert list(read(path)) == packets
    assert metadata(path) == ABOUT


def test_the_file_is_private_and_others_can_read_its_format(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    record(path, stream(50))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("rb") as file:
        messages = [
            (channel.topic, message.data) for _, channel, message in make_reader(file).iter_messages()
        ]
    assert messages == [(f"{p.mount}/{p.kind}", p.data) for p in stream(50)]


def test_a_file_cut_at_any_byte_gives_every_whole_chunk(tmp_path: Path) -> None:
    """Cut everywhere: what is read is a beginning of what was written, and grows with the cut."""
    path = tmp_path / "packets.mcap"
    packets = stream(20)
    record(path, packets)
    counts = []
    for end in range(path.stat().st_size, -1, -1):
        os.truncate(path, end)
        found = list(read(path))
        assert found == packets[: len(found)]
        assert metadata(path) in ({}, ABOUT)
        counts.append(len(found))
    assert counts[0] == len(packets)
    assert counts[-1] == 0
    assert len(set(counts)) > 3, "several chunks"
    assert all(longer >= shorter for longer, shorter in pairwise(counts))


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6, 0.95, 1.0])
def test_a_cut_file_is_continued(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "packets.mcap"
    packets = stream(60)
    record(path, packets)
    start = path.read_bytes().index(b"left-shin")  # the metadata are before it, and synced before any packet
    os.truncate(path, max(start, round(path.stat().st_size * keep)))
    before = list(read(path))
    later = [packet(Kind.DATA, b"later", 100 + k) for k in range(5)]
    with Recorder.resume(path, {"resumed": "once"}) as recorder:
        for each in later:
            recorder.append(each)
    assert list(read(path)) == before + later
    assert metadata(path) == {**ABOUT, "resumed": "once"}
    assert [p.name for p in tmp_path.iterdir()] == ["packets.mcap"]
    with path.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == len(before) + len(later)


def test_what_is_continued_is_copied_by_the_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packet by packet, eight hours of two sensors took eleven seconds, in which nothing was received."""
    path = tmp_path / "packets.mcap"
    packets = stream(2000)
    record(path, packets)
    added = 0
    add_message = Writer.add_message

    def counted(*args: Any, **kwargs: Any) -> None:
        nonlocal added
        added += 1
        add_message(*args, **kwargs)

    monkeypatch.setattr(Writer, "add_message", counted)
    before = path.stat().st_size
    Recorder.resume(path).close()
    assert added < 50
    assert list(read(path)) == packets
    assert path.stat().st_size < 1.01 * before
    with path.open("rb") as file:
        reader = make_reader(file)
        messages = [message for _, _, message in reader.iter_messages()]
        summary = reader.get_summary()
    assert [m.data for m in messages] == [p.data for p in packets]
    for channel in {m.channel_id for m in messages}:
        sequences = [m.sequence for m in messages if m.channel_id == channel]
        assert sequences == list(range(len(sequences)))
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == sum(summary.statistics.channel_message_counts.values()) == 2000
    assert summary.statistics.message_end_time == packets[-1].arrival_ns


def test_a_file_of_another_program_is_continued(tmp_path: Path) -> None:
    """With other numbers for its channels, one that is not ours, and packets outside of chunks."""
    path = tmp_path / "packets.mcap"
    packets = stream(40)
    with path.open("wb") as file:
        writer = Writer(file, use_chunking=False)
        writer.start()
        strange = writer.register_channel("strange", "json", 0)
        writer.add_message(strange, 1, b"{}", 1)
        channels = {
            key: writer.register_channel("any", "any", 0, {"mount": key[0], "family": key[1], "kind": key[2]})
            for key in sorted({(p.mount, p.family, p.kind) for p in packets}, reverse=True)
        }
        for each in packets:
            channel = channels[each.mount, each.family, each.kind]
            writer.add_message(channel, each.arrival_ns, each.data, each.arrival_ns)
        writer.finish()  # type: ignore[no-untyped-call]
    assert list(read(path)) == packets
    later = packet(Kind.DATA, b"later", 100)
    with Recorder.resume(path) as recorder:
        recorder.append(later)
    assert list(read(path)) == [*packets, later]


@pytest.mark.skipif(not OPEN.is_dir(), reason="needs /proc to see what is open")
def test_a_file_is_closed_while_it_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows moves no file that is open."""
    path = tmp_path / "packets.mcap"
    record(path, stream(60))
    moved = []
    replace = os.replace

    def closed(source: Path, target: Path) -> None:
        assert not [
            link for link in OPEN.iterdir() if link.is_symlink() and str(tmp_path) in os.readlink(link)
        ]
        replace(source, target)
        moved.append(target)

    monkeypatch.setattr(os, "replace", closed)
    Recorder.resume(path).close()
    assert moved == [path]
    assert list(read(path)) == stream(60)


def test_a_killed_process_leaves_all_but_the_last_second(tmp_path: Path) -> None:
    """A child records and is killed without warning after its last append."""
    path = tmp_path / "packets.mcap"
    packets = stream(100)
    pid = os.fork()
    if pid == 0:
        recorder = Recorder(path, ABOUT)
        for each in packets:
            recorder.append(each)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    found = list(read(path))
    assert found == packets[: len(found)]
    assert packets[-1].arrival_ns - found[-1].arrival_ns <= CHUNK_NS + 90_000_000


def test_a_flush_writes_what_waits_even_when_nothing_comes(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    with Recorder(path, ABOUT) as recorder:
        recorder.append(packet(Kind.DATA, b"alone", 1.0))
        assert list(read(path)) == []
        recorder.flush()
        assert [p.data for p in read(path)] == [b"alone"]


def test_a_disk_that_is_full_for_a_while_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    packets = stream(300)
    recorder = Recorder(path, ABOUT)
    failures: list[StorageError] = []
    with largest_file(4000):
        for each in packets[:200]:
            try:
                recorder.append(each)
            except StorageError as error:
                failures.append(error)
        found = list(read(path))
        assert found == packets[: len(found)]
        assert found
    assert len(failures) > 10
    assert all(error.pending_bytes > 0 and str(path) in str(error) for error in failures)
    for each in packets[200:]:
        recorder.append(each)
    recorder.close()
    assert list(read(path)) == packets


def test_what_does_not_fit_into_memory_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LARGEST_PENDING", 2000)
    path = tmp_path / "packets.mcap"
    packets, kept = stream(300), []
    recorder = Recorder(path, ABOUT)
    with largest_file(1):
        for each in packets:
            try:
                recorder.append(each)
            except PacketDroppedError:
                assert recorder._file.pending_bytes > 2000
                continue
            except StorageError:
                pass
            kept.append(each)
    recorder.close()
    assert 0 < recorder.packets_dropped == len(packets) - len(kept)
    assert list(read(path)) == kept


def test_after_a_failed_sync_no_later_one_makes_the_file_trusted_again(tmp_path: Path) -> None:
    """Linux marks the pages clean that it could not write: the next fsync knows nothing of them."""
    path = tmp_path / "packets.mcap"
    packets = stream(40)
    recorder = Recorder(path, ABOUT)
    recorder.append(packets[0])
    recorder.flush()
    with no_sync(), pytest.raises(FileLostError, match="Input/output error; check the disk"):
        recorder.fsync()
    with pytest.raises(FileLostError, match=f"{path}: could not be synced: Input/output error"):
        recorder.fsync()
    for each in packets[1:]:
        recorder.append(each)
    with pytest.raises(FileLostError):
        recorder.close()
    assert list(read(path)) == packets, "what comes later is written all the same: it may well be readable"


def test_a_file_that_cannot_be_synced_from_the_first_has_lost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    said = f"{path}: could not be synced: Input/output error; check the disk and the folder's permissions"
    with no_sync(), pytest.raises(StorageError) as caught:
        Recorder(path, ABOUT)
    assert str(caught.value) == said
    assert not isinstance(caught.value, FileLostError)
    path.unlink()
    record(path, stream(3))
    # The folder's and the new file's beginning get through, the packets do not.
    with no_sync(after=2), pytest.raises(StorageError) as caught:
        Recorder.resume(path)
    assert str(caught.value) == said
    assert list(read(path)) == stream(3)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_sync_that_found_no_room_is_tried_again(tmp_path: Path, number: int) -> None:
    with Recorder(tmp_path / "packets.mcap", ABOUT) as recorder:
        recorder.append(packet(Kind.DATA, b"x"))
        recorder.flush()
        with no_sync(number), pytest.raises(StorageError, match="free some space"):
            recorder.fsync()
        recorder.fsync()


def test_full_disk_is_named(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    path = tmp_path / "packets.mcap"
    recorder = Recorder(path, ABOUT)
    with full.open("wb") as device:
        os.dup2(device.fileno(), recorder._file._fd)
    recorder.append(packet(Kind.DATA, b"x"))
    with pytest.raises(StorageError, match="No space left on device; free some space") as caught:
        recorder.flush()
    assert caught.value.full
    with pytest.raises(StorageError):
        recorder.close()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    record(path, stream(3))
    with pytest.raises(StorageError, match="File exists"):
        Recorder(path, ABOUT)
    assert list(read(path)) == stream(3)


@given(st.data())
def test_damaged_files_never_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("run") / "packets.mcap"
    record(path, stream(20))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    originals = stream(20)
    try:
        assert all(found in originals for found in read(path)), "a chunk that is read was not damaged"
    except RecordingError as error:
        assert "\n" not in str(error)  # noqa: PT017
    metadata(path)


@pytest.mark.parametrize("content", [b"t_s,ax_g\n0,1\n", b"\x89PNG\r\n", os.urandom(64)])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.mcap"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="is not an MCAP file"):
        list(read(path))
    with pytest.raises(RecordingError, match="No such file"):
        list(read(tmp_path / "none.mcap"))
