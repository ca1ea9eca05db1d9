"""The family "kneeload-v1": sensors that speak docs/gatt-profile.md."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.errors import DecodeError
from ingest.packet import Kind
from ingest.sensors.battery import BATTERY_LEVEL_UUID, decode_battery_level
from ingest.sensors.family import Family, Read, Samples, Step, Wanted, Write
from ingest.sensors.kneeload_v1_wire import (
    CONFIG_UUID,
    CONTROL_UUID,
    DATA_UUID,
    INFO_UUID,
    SERVICE_UUID,
    STATS_UUID,
    TIME_SYNC_UUID,
    VERSION,
    Config,
    DataPacket,
    Info,
    Stats,
    Sync,
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

__all__ = [
    "FAMILY",
    "VERSION",
    "Config",
    "DataPacket",
    "Info",
    "KneeloadV1Decoder",
    "Stats",
    "Sync",
    "decode_config",
    "decode_control_result",
    "decode_data",
    "decode_info",
    "decode_stats",
    "decode_sync",
    "encode_config",
    "encode_control",
    "encode_sync",
]

END_OF_RANGE_LSB = 32767
# The low-range channel bends before it rails: from here on the high-g channel is the better witness.
HIGH_G_FROM = 0.985
# A range above this is asked of the high-g channel where there is one.
LARGEST_LOW_RANGE_G = 32.0


class KneeloadV1Decoder:
    """DATA bytes -> Samples, by the CONFIG last seen."""

    def __init__(self) -> None:
        self.rate_hz: float | None = None
        self.acc_range_g: float | None = None
        self.gyro_range_dps: float | None = None
        self._config: Config | None = None

    def receive(self, kind: Kind, data: bytes) -> Samples | None:
        if kind is Kind.DATA:
            return self._samples(data)
        if kind is Kind.CONFIG:
            self._configure(decode_config(data))
        elif kind is Kind.INFO:
            decode_info(data)
        elif kind is Kind.CONTROL:
            decode_control_result(data)
        return None

    def battery(self, data: bytes) -> float:
        return decode_battery_level(data)

    def samples_taken(self, data: bytes) -> int | None:
        return decode_stats(data).samples_taken

    def sync(self, data: bytes) -> tuple[int, int] | None:
        answer = decode_sync(data)
        return answer.host_us, answer.tick_receipt_us

    def _configure(self, config: Config) -> None:
        self._config = config
        self.rate_hz = config.rate_mhz / 1000
        self.acc_range_g = float(config.high_g_range_g if config.layout == "high-g" else config.acc_range_g)
        self.gyro_range_dps = None if config.layout == "acc" else float(config.gyro_range_dps)

    def _samples(self, data: bytes) -> Samples:
        packet = decode_data(data)
        config = self._config
        if config is None:
            raise DecodeError("DATA", "came before CONFIG was read, its scale is not known")
        if packet.layout != config.layout:
            raise DecodeError("DATA", f"layout {packet.layout} where CONFIG says {config.layout}")
        raw = packet.samples
        acc_g = np.multiply(raw[:, :3], config.acc_g_per_lsb, dtype=np.float64)
        gyro_dps = None
        if packet.layout != "acc":
            gyro_dps = np.multiply(raw[:, 3:6], config.gyro_dps_per_lsb, dtype=np.float64)
        if packet.layout == "high-g":
            beyond = np.abs(acc_g) >= HIGH_G_FROM * config.acc_range_g
            np.copyto(acc_g, raw[:, 6:9] * config.high_g_per_lsb, where=beyond)
        return Samples(
            packet.boot,
            packet.counter,
            packet.tick_us,
            packet.interval_us,
            acc_g,
            gyro_dps,
            _clipped(raw, packet.layout == "high-g"),
        )


def _clipped(raw: NDArray[np.int16], high_g: bool) -> int:
    """Samples with a channel that counts at the end of its range.

    With a high-g channel the low-range one may rail unharmed. Most packets are nowhere near: two
    reductions settle those.
    """
    if raw.max() < END_OF_RANGE_LSB and raw.min() > -END_OF_RANGE_LSB:
        return 0
    counted = raw[:, 3:9] if high_g else raw
    return int(((counted >= END_OF_RANGE_LSB) | (counted <= -END_OF_RANGE_LSB)).any(axis=1).sum())


def recognises(_name: str | None, service_uuids: Collection[str]) -> bool:
    return SERVICE_UUID in service_uuids


def start(wanted: Wanted, read: Mapping[Kind, bytes]) -> tuple[Step, ...]:
    """START alone where the sensor is as wanted; else stop, configure, read what came of it, start."""
    begin = Write(CONTROL_UUID, encode_control("start"))
    present = decode_config(read[Kind.CONFIG])
    asked = _asked(wanted, present, decode_info(read[Kind.INFO]))
    if asked == present:
        return (begin,)
    return (
        Write(CONTROL_UUID, encode_control("stop")),
        Write(CONFIG_UUID, encode_config(asked), optional=True),
        Read(CONFIG_UUID, Kind.CONFIG),
        begin,
    )


def _asked(wanted: Wanted, present: Config, info: Info) -> Config:
    """The configuration to ask for: as wanted, within what the sensor says it can."""
    asked = replace(present, mount=wanted.mount)
    if wanted.gyro is False and "acc" in info.layouts:
        asked = replace(asked, layout="acc")
    elif wanted.gyro and present.layout == "acc" and "six-axis" in info.layouts:
        asked = replace(asked, layout="six-axis")
    if wanted.rate_hz is not None and info.rate_min_hz <= wanted.rate_hz <= info.rate_max_hz:
        asked = replace(asked, rate_mhz=round(wanted.rate_hz * 1000))
    if wanted.acc_range_g is not None:
        if asked.layout == "high-g" and wanted.acc_range_g > LARGEST_LOW_RANGE_G:
            asked = replace(asked, high_g_range_g=round(wanted.acc_range_g))
        elif wanted.acc_range_g in info.acc_ranges_g:
            asked = replace(asked, acc_range_g=round(wanted.acc_range_g))
    return asked


FAMILY = Family(
    name="kneeload-v1",
    service_uuid=SERVICE_UUID,
    recognises=recognises,
    # STATS before START tells how many samples were taken before this run.
    reads={
        INFO_UUID: Kind.INFO,
        CONFIG_UUID: Kind.CONFIG,
        STATS_UUID: Kind.STATS,
        BATTERY_LEVEL_UUID: Kind.BATTERY,
    },
    subscribes={
        CONTROL_UUID: Kind.CONTROL,
        STATS_UUID: Kind.STATS,
        TIME_SYNC_UUID: Kind.SYNC,
        BATTERY_LEVEL_UUID: Kind.BATTERY,
        DATA_UUID: Kind.DATA,
    },
    start=start,
    stop=(Write(CONTROL_UUID, encode_control("stop")),),
    decoder=KneeloadV1Decoder,
    sync=lambda number, host_us: Write(TIME_SYNC_UUID, encode_sync(number, host_us)),
)
