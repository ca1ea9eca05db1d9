"""The encoder gives, byte for byte, the golden rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsp.mount import Mount
from firmware_sim.encoder import (
    CHANNELS,
    Config,
    Flag,
    Info,
    Layout,
    Result,
    Stats,
    encode_control_result,
    encode_data,
    encode_sync,
    parse_control,
    parse_sync,
    samples_that_fit,
)

ROWS = json.loads((Path(__file__).parents[1] / "golden" / "gatt_v1.json").read_text())["rows"]
LAYOUTS = {"acc": Layout.ACC, "six-axis": Layout.SIX_AXIS, "high-g": Layout.HIGH_G}


def rows(kind: str) -> pytest.MarkDecorator:
    chosen = [row for row in ROWS if row["kind"] == kind]
    assert chosen
    return pytest.mark.parametrize("row", chosen, ids=[row["name"] for row in chosen])


@rows("data")
def test_data_is_the_golden_row(row: dict[str, Any]) -> None:
    d = row["decoded"]
    flags = Flag(d["clipped"] | d["overrun"] << 1 | d["low_battery"] << 2 | d["mark"] << 3)
    data = encode_data(
        np.array(d["samples"], dtype=np.int16),
        layout=LAYOUTS[d["layout"]],
        counter=d["counter"],
        tick_us=d["tick_us"],
        interval_us=d["interval_us"],
        boot=d["boot"],
        flags=flags,
    )
    assert data == bytes.fromhex(row["hex"])
    if "full-mtu-247" in row["name"]:
        assert samples_that_fit(247 - 3, LAYOUTS[d["layout"]]) == len(d["samples"])


@rows("info")
def test_info_is_the_golden_row(row: dict[str, Any]) -> None:
    d = row["decoded"]
    info = Info(
        [LAYOUTS[name] for name in d["layouts"]],
        d["acc_ranges_g"],
        d["rate_min_hz"],
        d["rate_max_hz"],
        d["model"],
        d["serial"],
    )
    assert info.encode() == bytes.fromhex(row["hex"])


@rows("config")
def test_config_is_the_golden_row_and_reads_back(row: dict[str, Any]) -> None:
    d = row["decoded"]
    config = Config(
        LAYOUTS[d["layout"]],
        None if d["mount"] is None else Mount(d["mount"]),
        d["samples_per_packet"],
        d["rate_mhz"],
        d["acc_range_g"],
        d["gyro_range_dps"],
        d["high_g_range_g"],
    )
    assert config.encode() == bytes.fromhex(row["hex"])
    assert Config.parse(bytes.fromhex(row["hex"])) == config


@rows("stats")
def test_stats_are_the_golden_row(row: dict[str, Any]) -> None:
    assert Stats(**row["decoded"]).encode() == bytes.fromhex(row["hex"])


@rows("control-write")
def test_control_write_is_understood(row: dict[str, Any]) -> None:
    assert parse_control(bytes.fromhex(row["hex"])) == (row["decoded"]["op"], row["decoded"]["argument"])


@rows("control-result")
def test_control_result_is_the_golden_row(row: dict[str, Any]) -> None:
    d = row["decoded"]
    assert encode_control_result(d["op"], Result(d["result"])) == bytes.fromhex(row["hex"])


@rows("sync-write")
def test_sync_write_is_understood(row: dict[str, Any]) -> None:
    assert parse_sync(bytes.fromhex(row["hex"])) == (row["decoded"]["id"], row["decoded"]["host_us"])


@rows("sync")
def test_sync_is_the_golden_row(row: dict[str, Any]) -> None:
    d = row["decoded"]
    data = encode_sync(
        d["id"],
        d["host_us"],
        tick_receipt_us=d["tick_receipt_us"],
        tick_sending_us=d["tick_sending_us"],
    )
    assert data == bytes.fromhex(row["hex"])


@pytest.mark.parametrize("layout", Layout)
def test_no_sample_fits_the_smallest_mtu(layout: Layout) -> None:
    assert samples_that_fit(23 - 3, layout) == 0
    assert samples_that_fit(16 + 2 * CHANNELS[layout], layout) == 1


@pytest.mark.parametrize("shape", [(0, 3), (256, 3), (1, 6)])
def test_samples_that_do_not_fit_the_layout_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        encode_data(
            np.zeros(shape, dtype=np.int16), layout=Layout.ACC, counter=0, tick_us=0, interval_us=1, boot=0
        )


@pytest.mark.parametrize(
    "data", [b"", b"\1", b"\1\0\0", bytes(27), bytes(29), bytes(28), b"\1\3" + bytes(26)]
)
def test_garbage_written_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"CONTROL|CONFIG|Layout|TIME_SYNC"):
        Config.parse(data)
    if len(data) != 2:
        with pytest.raises(ValueError, match="CONTROL"):
            parse_control(data)
    with pytest.raises(ValueError, match="TIME_SYNC"):
        parse_sync(data)
