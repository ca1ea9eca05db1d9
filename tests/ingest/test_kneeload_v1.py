"""The decoder against the golden rows, and against everything else."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.mount import Mount
from ingest.errors import DecodeError, VersionError
from ingest.packet import Kind
from ingest.sensors import FAMILIES, Read, Wanted, Write, kneeload_v1_wire
from ingest.sensors.kneeload_v1 import (
    KneeloadV1Decoder,
    decode_config,
    decode_control_result,
    decode_data,
    decode_info,
    decode_stats,
    decode_sync,
    encode_config,
    encode_control,
    encode_sync,
)
from tests.ingest.wire import CONFIG_SIX, config_bytes, data_bytes

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "gatt_v1.json").read_text())
DECODERS: dict[str, Callable[[bytes], Any]] = {
    "data": decode_data,
    "info": decode_info,
    "config": decode_config,
    "stats": decode_stats,
    "sync": decode_sync,
    "control-result": decode_control_result,
}
OPS = {number: op for op, number in kneeload_v1_wire.OPS.items()}


def rows(*kinds: str, of: str = "rows") -> list[Any]:
    return [
        pytest.param(row, id=f"{row['kind']}-{row['name']}") for row in GOLDEN[of] if row["kind"] in kinds
    ]


@pytest.mark.parametrize("row", rows("data"))
def test_data_rows_decode(row: dict[str, Any]) -> None:
    packet = decode_data(bytes.fromhex(row["hex"]))
    fields = {name: getattr(packet, name) for name in row["decoded"] if name != "samples"}
    assert {**fields, "samples": packet.samples.tolist()} == row["decoded"]


@pytest.mark.parametrize("row", rows("info", "config", "stats", "sync"))
def test_other_rows_decode(row: dict[str, Any]) -> None:
    decoded = asdict(DECODERS[row["kind"]](bytes.fromhex(row["hex"])))
    assert json.loads(json.dumps(decoded)) == row["decoded"]


@pytest.mark.parametrize("row", rows("control-result"))
def test_control_results_decode(row: dict[str, Any]) -> None:
    assert decode_control_result(bytes.fromhex(row["hex"])) == (
        row["decoded"]["op"],
        row["decoded"]["result"],
    )


@pytest.mark.parametrize("row", rows("control-write"))
def test_control_writes_encode(row: dict[str, Any]) -> None:
    decoded = row["decoded"]
    assert encode_control(OPS[decoded["op"]], decoded["argument"]) == bytes.fromhex(row["hex"])


@pytest.mark.parametrize("row", rows("sync-write"))
def test_sync_writes_encode(row: dict[str, Any]) -> None:
    assert encode_sync(row["decoded"]["id"], row["decoded"]["host_us"]) == bytes.fromhex(row["hex"])


@pytest.mark.parametrize("row", rows("config"))
def test_config_is_written_as_it_was_read(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["hex"])
    assert encode_config(decode_config(data)) == data


def test_every_golden_row_is_tested() -> None:
    tested = {"data", "info", "config", "stats", "sync", "control-result", "control-write", "sync-write"}
    assert {row["kind"] for row in GOLDEN["rows"]} == tested


@pytest.mark.parametrize("row", rows(*DECODERS, of="bad_rows"))
def test_bad_rows_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        DECODERS[row["kind"]](bytes.fromhex(row["hex"]))


def test_a_newer_version_is_named_even_when_nothing_else_fits() -> None:
    for data in (data_bytes([[0, 0, 2048]], version=2), bytes([0x20]) + bytes(30)):
        with pytest.raises(VersionError, match="protocol version 2 is newer") as caught:
            decode_data(data)
        assert (caught.value.version, caught.value.known) == (2, 1)
    with pytest.raises(VersionError, match="CONFIG: protocol version 2"):
        decode_config(bytes([2]) + bytes(63))


@pytest.mark.parametrize("decode", DECODERS.values(), ids=DECODERS)
@given(data=st.binary(max_size=300))
def test_random_bytes_are_refused_or_decoded(decode: Any, data: bytes) -> None:
    with suppress(DecodeError):
        decode(data)


@given(row=st.sampled_from([r for r in GOLDEN["rows"] if r["kind"] == "data"]), bit=st.integers(0, 10_000))
def test_any_flipped_bit_of_data_is_noticed(row: dict[str, Any], bit: int) -> None:
    data = bytearray(bytes.fromhex(row["hex"]))
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    with pytest.raises(DecodeError):
        decode_data(bytes(data))


@pytest.mark.parametrize(
    ("at", "field"),
    [
        (4, bytes(4)),
        (4, b"\xff" * 4),
        (8, b"\0\0\x80\x7f"),
        (8, bytes(4)),
        (8, b"\0\0\xc0\x7f"),
        (12, b"\0\0\x80\xff"),
        (20, bytes(2)),
    ],
)
def test_a_configuration_that_cannot_scale_is_refused(at: int, field: bytes) -> None:
    data = CONFIG_SIX[:at] + field + CONFIG_SIX[at + len(field) :]
    with pytest.raises(DecodeError, match="CONFIG"):
        decode_config(data)


def test_samples_are_scaled_to_g_and_degrees() -> None:
    decoder = KneeloadV1Decoder()
    decoder.receive(Kind.CONFIG, CONFIG_SIX)
    samples = decoder.receive(Kind.DATA, data_bytes([[2048, -4096, 0, 16384, 0, -16384]] * 3, counter=7))
    assert samples is not None
    assert samples.gyro_dps is not None
    assert samples.counter == 7
    np.testing.assert_array_equal(samples.acc_g, [[1.0, -2.0, 0.0]] * 3)
    np.testing.assert_array_equal(samples.gyro_dps, [[1000.0, 0.0, -1000.0]] * 3)
    for array in (samples.acc_g, samples.gyro_dps):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
    assert (decoder.rate_hz, decoder.acc_range_g, decoder.gyro_range_dps) == (208.0, 16.0, 2000.0)


def test_high_g_takes_over_where_the_low_range_ends() -> None:
    decoder = KneeloadV1Decoder()
    decoder.receive(Kind.CONFIG, config_bytes(2))
    below, above = round(0.98 * 32768), round(0.99 * 32768)
    row = [above, below, -32768, 0, 0, 0, 3277, 3277, -6554]
    samples = decoder.receive(Kind.DATA, data_bytes([row]))
    assert samples is not None
    scale = 320 / 32768
    np.testing.assert_allclose(samples.acc_g, [[3277 * scale, below * 16 / 32768, -6554 * scale]])
    assert decoder.acc_range_g == 320.0
    assert samples.clipped == 0, "a railed low-range channel is what the high-g channel is for"


@pytest.mark.parametrize(
    ("value", "clipped"), [(32767, 1), (-32767, 1), (-32768, 1), (32766, 0), (-32766, 0)]
)
def test_both_ends_of_the_range_count_as_clipped(value: int, clipped: int) -> None:
    decoder = KneeloadV1Decoder()
    decoder.receive(Kind.CONFIG, CONFIG_SIX)
    samples = decoder.receive(Kind.DATA, data_bytes([[0] * 6, [0, value, value, 0, 0, 0]]))
    assert samples is not None
    assert samples.clipped == clipped


INFO_16_G = bytes.fromhex("01030f006400e803") + bytes(32)


def test_a_sensor_that_is_as_wanted_is_only_started() -> None:
    family = FAMILIES["kneeload-v1"]
    for wanted in (Wanted(Mount.LEFT_SHIN, 208.0, 16.0, True), Wanted(Mount.LEFT_SHIN)):
        (begin,) = family.start(wanted, {Kind.INFO: INFO_16_G, Kind.CONFIG: CONFIG_SIX})
        assert begin == Write(kneeload_v1_wire.CONTROL_UUID, encode_control("start"))


def test_another_configuration_is_read_back_before_samples_come() -> None:
    family = FAMILIES["kneeload-v1"]
    wanted = Wanted(Mount.RIGHT_SHOE, 416.0, 8.0, False)
    stop, write, read, begin = family.start(wanted, {Kind.INFO: INFO_16_G, Kind.CONFIG: CONFIG_SIX})
    assert isinstance(stop, Write)
    assert isinstance(write, Write)
    assert isinstance(begin, Write)
    assert (stop.data, begin.data) == (encode_control("stop"), encode_control("start"))
    assert read == Read(kneeload_v1_wire.CONFIG_UUID, Kind.CONFIG)
    asked = decode_config(write.data)
    assert (asked.mount, asked.rate_mhz, asked.acc_range_g) == (Mount.RIGHT_SHOE, 416_000, 8)
    assert asked.layout == "acc"


def test_what_the_sensor_cannot_do_is_not_asked_of_it() -> None:
    family = FAMILIES["kneeload-v1"]
    wanted = Wanted(Mount.LEFT_SHIN, 5000.0, 200.0)
    assert len(family.start(wanted, {Kind.INFO: INFO_16_G, Kind.CONFIG: CONFIG_SIX})) == 1


def test_a_layout_that_the_sensor_lacks_is_not_asked_of_it_and_the_rest_is() -> None:
    """It would refuse the whole configuration for it: rate and range as well."""
    six_axis_alone = INFO_16_G[:1] + b"\x02" + INFO_16_G[2:]
    wanted = Wanted(Mount.LEFT_SHIN, 416.0, 8.0, False)
    steps = FAMILIES["kneeload-v1"].start(wanted, {Kind.INFO: six_axis_alone, Kind.CONFIG: CONFIG_SIX})
    assert isinstance(steps[1], Write)
    asked = decode_config(steps[1].data)
    assert (asked.layout, asked.rate_mhz, asked.acc_range_g) == ("six-axis", 416_000, 8)
