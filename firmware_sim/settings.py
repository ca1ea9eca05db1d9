"""What a virtual sensor can do (INFO), what it does from boot on, and what of CONFIG it grants."""

from dataclasses import replace
from math import ceil, floor
from typing import Final

from firmware_sim.encoder import ACC_RANGES_G, Config, Info, Layout
from firmware_sim.motion import Source
from firmware_sim.player import GYRO_RANGES_DPS
from firmware_sim.traits import Traits

__all__ = ["MODEL", "ConfigRefusedError", "StartedError", "default_config", "granted", "info_of"]

MODEL: Final = "Virtual Knee"


class ConfigRefusedError(ValueError):
    """CONFIG asks for what the sensor cannot do."""


class StartedError(ValueError):
    """CONFIG cannot change while sampling."""


def _layouts(source: Source, traits: Traits) -> list[Layout]:
    if source.gyro_range_dps is None:
        return [Layout.ACC]
    return [Layout.ACC, Layout.SIX_AXIS, *([Layout.HIGH_G] if traits.high_g_range_g else [])]


def info_of(source: Source, traits: Traits) -> Info:
    """A source moves at one rate: that is the only one offered."""
    return Info(
        layouts=_layouts(source, traits),
        acc_ranges_g=ACC_RANGES_G,
        rate_min_hz=floor(source.rate_hz),
        rate_max_hz=ceil(source.rate_hz),
        model=MODEL,
        serial=traits.serial,
    )


def default_config(source: Source, traits: Traits) -> Config:
    layout = _layouts(source, traits)[-1]
    return Config(
        layout=layout,
        mount=traits.mount,
        samples_per_packet=0,
        rate_mhz=round(source.rate_hz * 1000),
        acc_range_g=traits.acc_range_g or round(source.acc_range_g),
        gyro_range_dps=round(source.gyro_range_dps or 0),
        high_g_range_g=traits.high_g_range_g if layout is Layout.HIGH_G else 0,
    )


def granted(wanted: Config, default: Config, info: Info) -> Config:
    """wanted as it comes into force: what is not measured becomes 0. ConfigRefusedError if impossible."""
    config = replace(
        wanted,
        gyro_range_dps=0 if wanted.layout is Layout.ACC else wanted.gyro_range_dps,
        high_g_range_g=wanted.high_g_range_g if wanted.layout is Layout.HIGH_G else 0,
    )
    possible = {
        "layout": config.layout in info.layouts,
        "rate": config.rate_mhz == default.rate_mhz,
        "acceleration range": config.acc_range_g in info.acc_ranges_g,
        "rotation range": config.layout is Layout.ACC or config.gyro_range_dps in GYRO_RANGES_DPS,
        "high-g range": config.layout is not Layout.HIGH_G or config.high_g_range_g == default.high_g_range_g,
    }
    if impossible := [what for what, can in possible.items() if not can]:
        raise ConfigRefusedError(f"cannot do this {' and '.join(impossible)}: {wanted}")
    return config
