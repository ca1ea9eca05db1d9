"""The pretend sensors of other makers: their bytes against the golden rows, their answers, their streams."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.mount import Mount
from firmware_sim.polar_encoder import (
    FEATURES,
    Command,
    Status,
    encode_delta,
    encode_raw,
    encode_response,
    parse_command,
    samples_that_fit,
)
from firmware_sim.polar_sensor import PolarSensor
from firmware_sim.traits import Traits
from firmware_sim.wit_encoder import encode_motion, encode_registers, parse_write
from firmware_sim.wit_sensor import WitSensor
from tests.firmware_sim.wire import steady_player, taken

GOLDEN = Path(__file__).parents[1] / "golden"
POLAR = {row["name"]: row for row in json.loads((GOLDEN / "polar_pmd.json").read_text())["rows"]}
WIT = {row["name"]: row for row in json.loads((GOLDEN / "witmotion.json").read_text())["rows"]}
START = parse_command(bytes.fromhex("02020001d0000101100002011000040103"))
SDK_MODE = Command(2, 9, {})
STOP = Command(3, 2, {})
STEPS_S = [0.01 * k for k in range(1, 801)]


def unpacked(frame: bytes) -> NDArray[np.int64]:
    """(n, 3) values of a compressed frame, bit by bit."""
    values = [[int.from_bytes(frame[10 + 2 * k : 12 + 2 * k], "little", signed=True) for k in range(3)]]
    at = 16
    while at < len(frame):
        width, count = frame[at], frame[at + 1]
        bits = int.from_bytes(frame[at + 2 :], "little")
        for k in range(count):
            deltas = [bits >> (3 * k + c) * width & (1 << width) - 1 for c in range(3)]
            deltas = [d - (d >> width - 1 << width) for d in deltas]
            values.append([before + d for before, d in zip(values[-1], deltas, strict=True)])
        at += 2 + (3 * width * count + 7) // 8
    return np.array(values)


def test_frames_are_the_golden_ones() -> None:
    raw = POLAR["raw type 1"]
    assert (
        encode_raw(np.array(raw["decoded"]["samples"], dtype=np.int16), last_ns=2_000_000_000).hex()
        == raw["hex"]
    )
    whole = bytes.fromhex(POLAR["compressed type 0"]["hex"])
    values = unpacked(whole)
    assert values[:2].tolist() == POLAR["compressed type 0"]["decoded"]["samples"]
    assert encode_delta(values.astype(np.int16), last_ns=2_000_000_000, width=10) == whole
    np.testing.assert_array_equal(unpacked(encode_delta(values.astype(np.int16), last_ns=0)), values)


def test_answers_are_the_golden_ones() -> None:
    assert encode_response(START, Status.SUCCESS, factor=1.0).hex() == POLAR["started, factor 1"]["hex"]
    assert encode_response(START, Status.SUCCESS).hex() == POLAR["started, nothing told"]["hex"]
    assert encode_response(START, Status.INVALID_RANGE).hex() == POLAR["refused, invalid range"]["hex"]
    assert encode_response(SDK_MODE, Status.SUCCESS).hex() == POLAR["SDK mode on"]["hex"]
    assert FEATURES[:3].hex() == POLAR["Verity Sense"]["hex"][:6]
    assert START.settings == {0: 208, 1: 16, 2: 16, 4: 3}


@pytest.mark.parametrize(
    "row", [r for r in WIT.values() if r["kind"] == "write"], ids=lambda r: str(r["name"])
)
def test_commands_are_read(row: dict[str, Any]) -> None:
    assert parse_write(bytes.fromhex(row["hex"])) == (row["decoded"]["register"], row["decoded"]["value"])


def test_wit_frames_are_the_golden_ones() -> None:
    assert (
        encode_motion(np.array([[0, 0, 2048, 0, 0, 0]], dtype=np.int16)).hex() == WIT["at rest, level"]["hex"]
    )
    registers = WIT["registers from the rate on"]
    assert encode_registers(3, registers["decoded"]["values"]).hex() == registers["hex"]


def test_as_many_samples_as_fit_go_into_a_frame() -> None:
    random = np.random.default_rng(1)
    values = np.zeros((1, 3), dtype=np.int16)
    for spread in (1, 30, 1000, 30_000):
        values = random.integers(-spread, spread, (400, 3)).astype(np.int16)
        n = samples_that_fit(values, 244)
        assert len(encode_delta(values[:n], last_ns=0)) <= 244
        assert n == 256 or len(encode_delta(values[: n + 1], last_ns=0)) > 244
    assert samples_that_fit(values, 15) == 0


def polar() -> PolarSensor:
    sensor = PolarSensor(steady_player(8.0, rate_hz=208.0, six_axis=False), Traits(Mount.LEFT_SHIN, "P1"))
    sensor.payload_bytes = 244
    return sensor


def test_it_streams_at_208_hz_in_sdk_mode_alone() -> None:
    sensor = polar()
    assert sensor.control(START, now_s=0.0)[3] == Status.INVALID_SAMPLE_RATE
    assert sensor.control(STOP, now_s=0.0)[3] == Status.INVALID_STATE
    assert sensor.control(SDK_MODE, now_s=0.0)[3] == Status.SUCCESS
    assert sensor.control(SDK_MODE, now_s=0.0)[3] == Status.ALREADY_IN_STATE
    assert sensor.control(START, now_s=0.0)[3] == Status.SUCCESS
    assert sensor.control(START, now_s=0.0)[3] == Status.ALREADY_IN_STATE
    assert sensor.control(Command(3, 9, {}), now_s=0.0)[3] == Status.INVALID_STATE
    assert sensor.control(Command(7, 2, {}), now_s=0.0)[3] == Status.INVALID_OP_CODE
    assert sensor.control(Command(2, 5, {}), now_s=0.0)[3] == Status.INVALID_MEASUREMENT_TYPE


def test_every_sample_is_in_a_frame_once_and_the_frame_says_when_its_last_was() -> None:
    sensor = polar()
    sensor.control(SDK_MODE, now_s=0.0)
    sensor.control(START, now_s=0.0)
    sensor.sending = True
    frames = [frame for now_s in STEPS_S for frame in sensor.advance(now_s)]
    samples = taken(steady_player(8.0, rate_hz=208.0, six_axis=False))
    values = np.vstack([unpacked(frame) for frame in frames])
    assert np.allclose(values * (16 / 32768), samples.acc_g, atol=16 / 65536)
    ends = np.cumsum([sensor.samples_in(frame) for frame in frames]) - 1
    last_ns = np.array([int.from_bytes(frame[1:9], "little") for frame in frames])
    assert np.abs(np.diff(last_ns) - np.diff(samples.t_s[ends]) * 1e9).max() < 2000
    assert sensor.truth.sent == len(samples)


def wit(notification_bytes: int = 160) -> WitSensor:
    return WitSensor(steady_player(4.0), Traits(Mount.LEFT_SHIN, "W1"), notification_bytes=notification_bytes)


def test_registers_are_written_when_unlocked_and_read_in_the_stream() -> None:
    sensor = wit(notification_bytes=20)
    sensor.listen(True, 0.0)
    sensor.write(0x03, 11, now_s=0.1)
    sensor.write(0x27, 0x03, now_s=0.1)
    sensor.write(0x69, 0xB588, now_s=0.2)
    sensor.write(0x03, 11, now_s=0.3)
    sensor.write(0x27, 0x03, now_s=0.3)
    sensor.write(0x1F, 0, now_s=11.0)
    told = [p for p in sensor.advance(0.35) if p[:2] == b"\x55\x71"]
    assert [p[4] for p in told] == [6, 11]
    assert sensor.registers[0x1F] == 4, "after ten seconds it is locked again"


def test_it_streams_every_so_many_samples_until_it_is_told_to_stream_all() -> None:
    sensor = wit(notification_bytes=20)
    sensor.listen(True, 0.0)
    slow = [p for now_s in STEPS_S[:100] for p in sensor.advance(now_s)]
    assert len(slow) == 10
    sensor.registers[0x03] = 11
    fast = [p for now_s in STEPS_S[100:200] for p in sensor.advance(now_s)]
    assert len(fast) == 200


def test_what_nobody_hears_is_not_kept() -> None:
    sensor = wit()
    sensor.listen(True, 0.0)
    sensor.advance(0.5)
    sensor.listen(False, 0.5)
    assert sensor.advance(1.0) == []
    sensor.listen(True, 2.0)
    sensor.registers[0x03] = 11
    packets = [p for now_s in STEPS_S[200:300] for p in sensor.advance(now_s)]
    assert all(len(p) == 160 for p in packets)
    assert len(packets) * 8 == pytest.approx(200, abs=8)


def test_without_rotation_there_is_no_such_sensor() -> None:
    with pytest.raises(ValueError, match="rotation"):
        WitSensor(steady_player(1.0, six_axis=False), Traits(Mount.LEFT_SHIN, "W1"))
