"""WitMotion's frames against the golden rows, cut and mixed up in every way, and against everything else."""

import json
import struct
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.mount import Mount
from ingest.errors import DecodeError
from ingest.packet import Kind
from ingest.sensors import FAMILIES, Pause, Wanted, Write
from ingest.sensors.witmotion import UNTOLD_FRAMES, WitMotionDecoder
from ingest.sensors.witmotion_wire import Frames, encode_read, encode_register, encode_unlock, registers_in

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "witmotion.json").read_text())
FAMILY = FAMILIES["witmotion-wt9011"]
SAYS_200_HZ = bytes.fromhex("557103000b0000000000000000000000000000" + "00")
SAYS_10_HZ = bytes.fromhex("55710300060000000000000000000000000000" + "00")


def frame(*values: int) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", *values, *([0] * (9 - len(values))))


def rows(*kinds: str) -> list[Any]:
    return [pytest.param(row, id=row["name"]) for row in GOLDEN["rows"] if row["kind"] in kinds]


def streaming() -> WitMotionDecoder:
    decoder = WitMotionDecoder()
    decoder.receive(Kind.LINK, b"connected")
    assert decoder.receive(Kind.DATA, SAYS_200_HZ) is None
    return decoder


@pytest.mark.parametrize("row", rows("motion"))
def test_motion_rows_decode(row: dict[str, Any]) -> None:
    samples = streaming().receive(Kind.DATA, bytes.fromhex(row["hex"]))
    assert samples is not None
    assert samples.gyro_dps is not None
    assert samples.acc_g.tolist() == [row["decoded"]["acc_g"]]
    assert samples.gyro_dps.tolist() == [row["decoded"]["gyro_dps"]]
    assert samples.clipped == row["decoded"]["clipped"]
    for array in (samples.acc_g, samples.gyro_dps):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


@pytest.mark.parametrize("row", rows("registers"))
def test_register_rows_decode(row: dict[str, Any]) -> None:
    registers = registers_in(bytes.fromhex(row["hex"]))
    assert registers == (row["decoded"]["first"], tuple(row["decoded"]["values"]))


@pytest.mark.parametrize("row", rows("write"))
def test_writes_encode(row: dict[str, Any]) -> None:
    assert encode_register(row["decoded"]["register"], row["decoded"]["value"]) == bytes.fromhex(row["hex"])


def test_every_golden_row_is_tested() -> None:
    assert {row["kind"] for row in GOLDEN["rows"]} == {"motion", "registers", "write"}


def pieces(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@given(
    values=st.lists(st.lists(st.integers(-32768, 32767), min_size=9, max_size=9), min_size=1, max_size=12),
    cuts=st.lists(st.integers(0, 10_000), max_size=12),
)
def test_any_cut_of_the_stream_gives_the_same_frames(values: list[list[int]], cuts: list[int]) -> None:
    sent = [frame(*value) for value in values]
    frames = Frames()
    came = [f for piece in pieces(b"".join(sent), cuts) for f in frames.push(piece)]
    assert came == sent
    assert frames.skipped == 0


@given(
    values=st.lists(st.lists(st.integers(-300, 300), min_size=9, max_size=9), min_size=6, max_size=10),
    garbage=st.binary(min_size=1, max_size=30).filter(lambda b: b"\x55" not in b),
    cuts=st.lists(st.integers(0, 10_000), max_size=6),
)
def test_behind_garbage_the_frames_are_found_again(
    values: list[list[int]], garbage: bytes, cuts: list[int]
) -> None:
    sent = [frame(*value) for value in values]
    frames = Frames()
    came = [
        f for piece in pieces(b"".join((*sent[:3], garbage, *sent[3:])), cuts) for f in frames.push(piece)
    ]
    # Where a cut is just behind the third frame, nothing is there yet that tells that it is followed by none.
    assert came in (sent, [*sent[:2], *sent[3:]])


def test_a_lost_part_costs_the_frames_that_it_was_of_and_no_other() -> None:
    sent = [frame(k, 1, 2) for k in range(12)]
    stream = b"".join(sent)
    came = Frames()
    out = [f for piece in (stream[:50], stream[100:150], stream[150:]) for f in came.push(piece)]
    assert out == [*sent[:2], *sent[5:]]


def test_samples_are_counted_and_a_connection_is_a_boot() -> None:
    decoder = streaming()
    first = decoder.receive(Kind.DATA, frame(0, 0, 2048) * 8)
    second = decoder.receive(Kind.DATA, frame(0, 0, 2048) * 8)
    assert first is not None
    assert second is not None
    assert (first.counter, second.counter) == (0, 8)
    assert (first.interval_us, second.tick_us) == (5000, 40_000)
    decoder.receive(Kind.LINK, b"lost")
    decoder.receive(Kind.LINK, b"connected")
    assert decoder.receive(Kind.DATA, frame(0, 0, 2048)) is None, "at a rate that is not told yet"
    decoder.receive(Kind.DATA, SAYS_200_HZ)
    again = decoder.receive(Kind.DATA, frame(0, 0, 2048))
    assert again is not None
    assert again.boot > first.boot
    assert again.counter == 0


def test_frames_before_the_rate_is_told_are_no_samples_and_at_last_an_error() -> None:
    decoder = WitMotionDecoder()
    for _ in range(UNTOLD_FRAMES // 100):
        assert decoder.receive(Kind.DATA, frame(0, 0, 2048) * 100) is None
    with pytest.raises(DecodeError, match="does not tell"):
        decoder.receive(Kind.DATA, frame(0, 0, 2048))


def test_a_rate_at_which_no_contact_can_be_found_is_refused() -> None:
    decoder = streaming()
    with pytest.raises(DecodeError, match="rate 6"):
        decoder.receive(Kind.DATA, SAYS_10_HZ)
    assert decoder.receive(Kind.DATA, frame(0, 0, 2048)) is None


def test_what_holds_no_frame_is_told() -> None:
    with pytest.raises(DecodeError, match="no frame"):
        streaming().receive(Kind.DATA, bytes(20))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Kind.DATA, Kind.DATA, Kind.LINK, Kind.CONTROL, Kind.REQUEST]),
            st.binary(max_size=45) | st.sampled_from([SAYS_200_HZ, SAYS_10_HZ, frame(1, 2, 3), b"connected"]),
        ),
        max_size=10,
    )
)
def test_whatever_comes_gives_samples_or_a_decode_error(packets: list[tuple[Kind, bytes]]) -> None:
    decoder = WitMotionDecoder()
    for kind, data in packets:
        with suppress(DecodeError):
            samples = decoder.receive(kind, data)
            if samples is not None:
                assert len(samples.acc_g) > 0
                assert np.isfinite(samples.acc_g).all()
                assert samples.interval_us == 5000


def test_the_start_sets_bandwidth_and_rate_as_the_maker_does_and_asks_what_came_of_it() -> None:
    steps = FAMILY.start(Wanted(Mount.LEFT_SHIN, 208.0, 16.0, True), {})
    writes = [step.data for step in steps if isinstance(step, Write)]
    assert writes == [
        encode_unlock(),
        encode_register(0x1F, 0),
        encode_read(0x1F),
        encode_unlock(),
        encode_register(0x03, 0x0B),
        encode_read(0x03),
        encode_read(0x03),
    ]
    assert sum(step.seconds for step in steps if isinstance(step, Pause)) == pytest.approx(0.4)
    *_, asked, needed = FAMILY.start(Wanted(Mount.LEFT_SHIN, 100.0), {})
    assert isinstance(asked, Write)
    assert isinstance(needed, Write)
    assert asked.answer is not None
    assert needed.answer is not None
    assert (asked.optional, needed.optional) == (True, False)
    assert needed.answer.verdict(SAYS_10_HZ) == ""  # whichever it is, it is known
    assert asked.answer.verdict(frame(1, 2, 3)) is None
    # The registers may come in parts, among the frames that stream.
    answer = frame(1, 2, 3) + bytes.fromhex("5571030009000000000000000000000000000000") + frame(3)
    assert asked.answer.verdict(answer[:30]) is None
    assert asked.answer.verdict(answer[30:]) == ""
    assert asked.answer.verdict(SAYS_10_HZ) == "does not take 100 Hz"


def test_it_is_known_by_its_name_and_one_that_measures_vibration_is_not() -> None:
    assert FAMILY.recognises("WT901BLE68", [])
    assert not FAMILY.recognises("WTVB01-BT50", [])
    assert not FAMILY.recognises(None, [])
