"""Polar's frames and answers against the golden rows, and against everything else."""

import json
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.mount import Mount
from ingest.errors import DecodeError
from ingest.packet import Kind
from ingest.sensors import FAMILIES, Samples, Wanted, Write
from ingest.sensors.polar_pmd_frame import decode_frame
from ingest.sensors.polar_pmd_wire import (
    Setting,
    decode_features,
    decode_request,
    decode_response,
    encode_sdk_mode,
    encode_start,
    encode_stop,
)
from ingest.sensors.polar_verity import PolarVerityDecoder

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "polar_pmd.json").read_text())
FAMILY = FAMILIES["polar-verity-sense"]
DECODERS: dict[str, Callable[[bytes], Any]] = {
    "data": decode_frame,
    "request": decode_request,
    "response": decode_response,
    "features": decode_features,
}
STARTED = bytes.fromhex("f002020000")
PERIOD_NS = 1_000_000_000 / 208


def rows(kind: str | None = None, of: str = "rows") -> list[Any]:
    return [
        pytest.param(row, id=f"{row['kind']}-{row['name']}")
        for row in GOLDEN[of]
        if kind in (None, row["kind"])
    ]


def started(*, rate_hz: int = 208, range_g: int = 16, answer: bytes = STARTED) -> PolarVerityDecoder:
    decoder = PolarVerityDecoder()
    decoder.receive(Kind.REQUEST, encode_start(rate_hz, range_g))
    decoder.receive(Kind.CONTROL, answer)
    return decoder


def raw_frame(values_mg: Sequence[Sequence[int]], last_ns: int) -> bytes:
    body = b"".join(struct.pack("<3h", *value) for value in values_mg)
    return struct.pack("<BQB", 2, last_ns, 1) + body


def take(decoder: PolarVerityDecoder, data: bytes) -> Samples:
    samples = decoder.receive(Kind.DATA, data)
    assert samples is not None
    return samples


@pytest.mark.parametrize("row", rows("data"))
def test_data_rows_decode(row: dict[str, Any]) -> None:
    frame, want = decode_frame(bytes.fromhex(row["hex"])), row["decoded"]
    assert (frame.last_ns, frame.compressed, frame.kind) == (
        want["last_ns"],
        want["compressed"],
        want["kind"],
    )
    assert len(frame.samples) == want["n"]
    assert frame.samples[: len(want["samples"])].tolist() == want["samples"]


@pytest.mark.parametrize("row", rows("request"))
def test_requests_are_written_and_read(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["hex"])
    assert decode_request(data) == (row["decoded"]["rate_hz"], row["decoded"]["range_g"])
    assert encode_start(row["decoded"]["rate_hz"], row["decoded"]["range_g"]) == data


@pytest.mark.parametrize("row", rows("response"))
def test_responses_decode(row: dict[str, Any]) -> None:
    response, want = decode_response(bytes.fromhex(row["hex"])), row["decoded"]
    assert (response.op, response.measurement, response.status) == (
        want["op"],
        want["measurement"],
        want["status"],
    )
    factors = () if want["factor"] is None else (want["factor"],)
    assert response.settings.get(Setting.FACTOR, ()) == factors


@pytest.mark.parametrize("row", rows("features"))
def test_features_decode(row: dict[str, Any]) -> None:
    want = row["decoded"]
    assert decode_features(bytes.fromhex(row["hex"])) == (want["acceleration"], want["sdk_mode"])


def test_every_golden_row_is_tested() -> None:
    assert {row["kind"] for row in GOLDEN["rows"]} == set(DECODERS)


@pytest.mark.parametrize("row", rows(of="bad_rows"))
def test_bad_rows_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        DECODERS[row["kind"]](bytes.fromhex(row["hex"]))


@given(
    packets=st.lists(
        st.tuples(
            st.sampled_from(
                [Kind.DATA, Kind.DATA, Kind.CONTROL, Kind.REQUEST, Kind.INFO, Kind.LINK, Kind.BATTERY]
            ),
            st.binary(max_size=40)
            | st.binary(max_size=80).map(lambda body: struct.pack("<BQB", 2, len(body), 0x80) + body)
            | st.binary(max_size=12).map(lambda body: STARTED + body)
            | st.sampled_from([bytes.fromhex(row["hex"]) for row in GOLDEN["rows"]]),
        ),
        max_size=8,
    )
)
def test_whatever_comes_gives_samples_or_a_decode_error(packets: list[tuple[Kind, bytes]]) -> None:
    decoder = PolarVerityDecoder()
    for kind, data in packets:
        with suppress(DecodeError):
            if kind is Kind.BATTERY:
                assert 0.0 <= decoder.battery(data) <= 100.0
                continue
            samples = decoder.receive(kind, data)
            if samples is not None:
                assert len(samples.acc_g) > 0
                assert np.isfinite(samples.acc_g).all()
                assert 0 <= samples.counter < 2**32
                assert 0 <= samples.tick_us < 2**32


def test_samples_are_in_g_by_the_factor_that_was_answered() -> None:
    compressed = next(r for r in GOLDEN["rows"] if r["name"] == "compressed type 0")
    answer = STARTED + struct.pack("<BBf", 5, 1, 2.44e-4)
    samples = take(started(range_g=8, answer=answer), bytes.fromhex(compressed["hex"]))
    np.testing.assert_allclose(
        samples.acc_g[0], [1905 * 2.44e-4, 27376 * 2.44e-4, -29282 * 2.44e-4], rtol=1e-6
    )
    assert samples.acc_g.flags.c_contiguous
    assert samples.gyro_dps is None
    mg = next(r for r in GOLDEN["rows"] if r["name"] == "compressed type 1")
    np.testing.assert_array_equal(take(started(), bytes.fromhex(mg["hex"])).acc_g[0], [-0.015, 0.02, 1.008])


def test_the_tick_is_that_of_the_first_sample() -> None:
    decoder = started()
    first = take(decoder, raw_frame([[0, 0, 1000]] * 40, 599_616_000_000_000_000))
    samples = take(decoder, raw_frame([[0, 0, 1000]] * 40, 599_616_000_000_000_000 + round(40 * PERIOD_NS)))
    assert samples.interval_us == round(PERIOD_NS / 1000) == 4808
    ends_us = [s.tick_us + 39 * s.interval_us for s in (first, samples)]
    assert (ends_us[1] - ends_us[0]) % 2**32 == pytest.approx(40 * PERIOD_NS / 1000, abs=1)
    assert (first.counter, samples.counter) == (0, 40)


@pytest.mark.parametrize(("value_mg", "clipped"), [(15_990, 1), (-16_000, 1), (15_900, 0)])
def test_samples_at_the_range_that_was_asked_for_are_clipped(value_mg: int, clipped: int) -> None:
    assert take(started(), raw_frame([[0, value_mg, 0], [0, 0, 1000]], 10**12)).clipped == clipped


def test_data_before_the_start_was_answered_is_refused() -> None:
    decoder, frame = PolarVerityDecoder(), raw_frame([[0, 0, 1000]], 10**12)
    with pytest.raises(DecodeError, match="before the start"):
        decoder.receive(Kind.DATA, frame)
    decoder.receive(Kind.REQUEST, encode_start(208, 16))
    decoder.receive(Kind.CONTROL, bytes.fromhex("f0020208"))
    with pytest.raises(DecodeError, match="before the start"):
        decoder.receive(Kind.DATA, frame)
    assert decoder.rate_hz is None


def test_the_start_stops_what_streams_then_changes_the_mode_and_starts() -> None:
    steps = [s for s in FAMILY.start(Wanted(Mount.LEFT_SHIN, 208.0, 16.0, True), {}) if isinstance(s, Write)]
    assert [s.data for s in steps] == [encode_stop(), encode_sdk_mode(), encode_start(208, 16)]
    assert [s.kept for s in steps] == [False, False, True]
    assert all(s.answer is not None for s in steps)


@pytest.mark.parametrize(
    ("rate_hz", "range_g", "asked"),
    [
        (None, None, (208, 16)),
        (208.0, 32.0, (208, 16)),
        (200.0, 8.0, (104, 8)),
        (500.0, 3.0, (416, 4)),
        (25.0, 2.0, (104, 2)),
    ],
)
def test_what_is_asked_is_what_it_can(
    rate_hz: float | None, range_g: float | None, asked: tuple[int, int]
) -> None:
    *_, last = FAMILY.start(Wanted(Mount.LEFT_SHIN, rate_hz, range_g), {})
    assert isinstance(last, Write)
    assert decode_request(last.data) == asked


def test_verdicts_are_about_their_own_command_and_say_what_is_wrong() -> None:
    stop, mode, begin = (
        s.answer.verdict
        for s in FAMILY.start(Wanted(Mount.LEFT_SHIN), {})
        if isinstance(s, Write) and s.answer
    )
    assert stop(bytes.fromhex("f003020c")) == ""  # nothing was streaming: as well
    assert mode(STARTED) is None
    assert mode(bytes.fromhex("f0020906")) == ""  # it is on already
    assert mode(bytes.fromhex("f0020903")) == "refused the SDK mode: not supported"
    assert begin(bytes.fromhex("f0020903")) is None
    assert begin(STARTED) == ""
    assert begin(bytes.fromhex("f0020208")) == "refused 208 Hz at ±16 g: invalid sample rate"
    assert begin(bytes.fromhex("f00202ee")) == "refused 208 Hz at ±16 g: status 238"


def test_it_is_known_by_its_name() -> None:
    heart_rate = ["0000180d-0000-1000-8000-00805f9b34fb"]
    assert FAMILY.recognises("Polar Sense B5E5C221", [])
    assert not FAMILY.recognises("Polar H10 B5E5C221", heart_rate)
    assert not FAMILY.recognises(None, heart_rate)
