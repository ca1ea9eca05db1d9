"""packets.mcap with damaged bytes: what is lost is what they held, and it is said."""

import random
import struct
from pathlib import Path

import pytest
from mcap.opcode import Opcode

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from ingest.recording import Damage, Recorder, read
from ingest.sensors.witmotion_wire import RATE_REGISTER
from tests.ingest.wire import CONFIG_SIX, data_bytes, packet

ABOUT = {"run": "20260102T030405Z"}
ROWS = [[1, 2, 3, 4, 5, 6]] * 8
STARTED = (Kind.LINK, Kind.INFO, Kind.CONFIG, Kind.CONTROL)


def run(n: int = 300) -> list[Packet]:
    """Two sensors that are started, and n packets of samples of each, 12 a second."""
    packets = []
    for mount in (Mount.LEFT_SHIN, Mount.RIGHT_SHIN):
        packets += [
            packet(Kind.LINK, b"connected", 0.0, mount),
            packet(Kind.INFO, bytes(40), 0.0, mount),
            packet(Kind.CONFIG, CONFIG_SIX, 0.01, mount),
            packet(Kind.CONTROL, b"\1\0", 0.02, mount),
        ]
        packets += [packet(Kind.DATA, data_bytes(ROWS, counter=8 * k), 0.1 + k / 12, mount) for k in range(n)]
    return sorted(packets, key=lambda each: each.arrival_ns)


def record(path: Path, packets: list[Packet]) -> list[tuple[int, int, int]]:
    """Write them; (opcode, begin, end) of each record of the file."""
    with Recorder(path, ABOUT) as recorder:
        for each in packets:
            recorder.append(each)
    return laid_out(path.read_bytes())


def laid_out(content: bytes) -> list[tuple[int, int, int]]:
    found, at = [], 8
    while at + 9 <= len(content) - 8:
        opcode, length = struct.unpack_from("<BQ", content, at)
        found.append((opcode, at, at + 9 + length))
        at += 9 + length
    return found


def overwrite(path: Path, begin: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(data)


def of_kinds(packets: list[Packet], *kinds: Kind) -> list[Packet]:
    return [each for each in packets if each.kind in kinds]


def test_one_damaged_byte_costs_the_chunk_that_it_is_in(tmp_path: Path) -> None:
    path, packets = tmp_path / "packets.mcap", run()
    chunks = [(begin, end) for opcode, begin, end in record(path, packets) if opcode == Opcode.CHUNK]
    whole, rng, costly = path.read_bytes(), random.Random(1), 0
    places = [begin + at for begin, _ in (chunks[0], chunks[3]) for at in range(60)]
    places += [rng.randrange(*rng.choice(chunks[:-3])) for _ in range(60)]
    for at in places:
        overwrite(path, at, bytes([whole[at] ^ rng.randrange(1, 256)]))
        damage = Damage()
        found = list(read(path, damage))
        overwrite(path, at, whole[at : at + 1])
        assert of_kinds(found, *STARTED) == of_kinds(packets, *STARTED)
        assert found == [each for each in packets if each in found]
        assert len(packets) - len(found) <= 20, f"half a second of two sensors, byte {at}"
        assert (damage.pieces > 0, damage.packets) == (found != packets, len(packets) - len(found)), at
        costly += found != packets
    assert costly > 110, "a chunk's own times are of no matter"


def test_a_bad_sector_at_the_beginning_costs_what_was_in_it(tmp_path: Path) -> None:
    path, packets = tmp_path / "packets.mcap", run()
    first = next(begin for opcode, begin, _ in record(path, packets) if opcode == Opcode.CHUNK)
    overwrite(path, first, bytes(4096))
    damage = Damage()
    found = list(read(path, damage))
    assert of_kinds(found, *STARTED) == of_kinds(packets, *STARTED)
    assert len(packets) - len(found) < 60, "less than three seconds"
    assert str(damage) == f"is damaged in one place and lacks {damage.packets} packets"


def test_of_a_start_in_mid_run_nothing_is_lost_either(tmp_path: Path) -> None:
    """A sensor whose battery was changed: its second CONFIG is the one to go by."""
    path, other = (
        tmp_path / "packets.mcap",
        bytes([*CONFIG_SIX[:8], *struct.pack("<f", 0.25), *CONFIG_SIX[12:]]),
    )
    again = [
        packet(Kind.LINK, b"lost", 10.0),
        packet(Kind.LINK, b"connected", 10.01),
        packet(Kind.CONFIG, other, 10.02),
    ]
    packets = sorted([*run(), *again], key=lambda each: each.arrival_ns)
    layout = record(path, packets)
    content = path.read_bytes()
    chunk = next(
        begin for opcode, begin, end in layout if opcode == Opcode.CHUNK and other in content[begin:end]
    )
    overwrite(path, chunk + 60, b"\xff\xff")
    found = list(read(path))
    assert of_kinds(found, Kind.CONFIG) == of_kinds(packets, Kind.CONFIG)
    assert again[1] in found


def test_of_a_file_without_copies_what_cannot_be_told_apart_is_counted(tmp_path: Path) -> None:
    """As they were written before there were any."""
    path, packets = tmp_path / "packets.mcap", run()
    layout = record(path, packets)
    content = path.read_bytes()
    kept = [content[begin:end] for opcode, begin, end in layout if opcode != Opcode.ATTACHMENT]
    path.write_bytes(content[:8] + b"".join(kept) + content[-8:])
    assert list(read(path)) == packets
    first = next(begin for opcode, begin, _ in laid_out(path.read_bytes()) if opcode == Opcode.CHUNK)
    overwrite(path, first + 100, b"x")
    damage = Damage()
    assert list(read(path, damage)) == []
    assert damage.pieces == 1
    assert damage.packets >= len(packets) - 20


def test_what_a_witmotion_sensor_said_of_its_rate_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    motion, mount = b"\x55\x61" + bytes(18), Mount.LEFT_SHOE
    told = struct.pack("<2sH", b"\x55\x71", RATE_REGISTER) + bytes([11, *bytes(15)])
    packets = [
        Packet(mount, "witmotion-wt9011", Kind.DATA, k * 50_000_000, told if k == 3 else motion * 3)
        for k in range(100)
    ]
    chunk = next(begin for opcode, begin, _ in record(path, packets) if opcode == Opcode.CHUNK)
    overwrite(path, chunk + 200, b"\xff\xff")
    found = list(read(path))
    assert [each.data for each in found].count(told) == 1
    assert 80 < len(found) < 100


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_an_end_that_is_cut_off_is_no_damage(tmp_path: Path, cut: int) -> None:
    path, packets = tmp_path / "packets.mcap", run(60)
    *_, (_, _, end) = [each for each in record(path, packets) if each[0] == Opcode.CHUNK]
    path.write_bytes(path.read_bytes()[: end - cut])
    damage = Damage()
    found = list(read(path, damage))
    assert found == packets[: len(found)]
    assert str(damage) == ""


def test_the_copies_take_little_room(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    layout = record(path, run(3600))
    copies = sum(end - begin for opcode, begin, end in layout if opcode == Opcode.ATTACHMENT)
    assert 0 < copies < 0.05 * path.stat().st_size


def test_a_damaged_file_that_is_gone_on_with_keeps_what_it_has_and_tells_of_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "packets.mcap"
    layout = record(path, run())
    first = next(begin for opcode, begin, _ in layout if opcode == Opcode.CHUNK)
    overwrite(path, first + 200, b"\xff\xff\xff")
    before, told = Damage(), Damage()
    packets = list(read(path, before))
    Recorder.resume(path).close()
    assert list(read(path, told)) == packets
    assert (told.pieces, told.packets) == (1, before.packets)
    copies = [begin for opcode, begin, _ in laid_out(path.read_bytes()) if opcode == Opcode.ATTACHMENT]
    assert len(copies) > 3
