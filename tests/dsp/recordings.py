"""Real recordings for tests; a test that asks for one that is missing skips with the reason."""

import os
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from dsp.stride import Stride

__all__ = ["contact_times_s", "pieces", "recording", "strides_of", "truth", "without"]

ROOT = Path(os.environ.get("KNEELOAD_DATA", Path(__file__).parents[3] / "shared" / "data"))


@cache
def _columns(path: Path) -> NDArray[np.void]:
    if not path.is_file():
        pytest.skip(f"recording {path} is missing: set KNEELOAD_DATA to the folder of recordings")
    table: NDArray[np.void] = np.genfromtxt(path, delimiter=",", names=True)
    return table


def recording(name: str, mount: Mount, rate_hz: float, *, acc_range_g: float | None = None) -> ImuBlock:
    """A whole recording as one block; `name` is like treadmill_shank/run-01."""
    table = _columns(ROOT / f"{name}.csv")
    t_us = np.rint(table["t_s"] * 1e6).astype(np.int64)
    acc = np.stack([table[f"a{k}_g"] for k in "xyz"], axis=1)
    gyro = (
        np.stack([table[f"g{k}_dps"] for k in "xyz"], axis=1)
        if "gx_dps" in (table.dtype.names or ())
        else None
    )
    return ImuBlock(mount, t_us, acc, gyro, rate_hz, restart=True, acc_range_g=acc_range_g)


def truth(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(initial contacts, toe-offs), s."""
    table = _columns(ROOT / f"{name}.truth.csv")
    return table["initial_contact_s"], table["toe_off_s"]


def pieces(block: ImuBlock, cuts: list[int]) -> list[ImuBlock]:
    """The block cut before the given samples; equal cuts make empty pieces."""
    edges = [0, *sorted(min(c, len(block)) for c in cuts), len(block)]
    out = []
    for k, (a, b) in enumerate(pairwise(edges)):
        gyro = None if block.gyro_dps is None else np.ascontiguousarray(block.gyro_dps[a:b])
        out.append(
            ImuBlock(
                block.mount,
                block.t_us[a:b],
                np.ascontiguousarray(block.acc_g[a:b]),
                gyro,
                block.rate_hz,
                restart=block.restart and k == 0,
                acc_range_g=block.acc_range_g,
            )
        )
    return out


def without(block: ImuBlock, gone: NDArray[np.bool_]) -> ImuBlock:
    """The block as it comes when samples were lost; (n,) gone says which."""
    keep = ~gone
    gyro = None if block.gyro_dps is None else np.ascontiguousarray(block.gyro_dps[keep])
    return replace(block, t_us=block.t_us[keep], acc_g=np.ascontiguousarray(block.acc_g[keep]), gyro_dps=gyro)


def strides_of(blocks: list[ImuBlock]) -> list[Stride]:
    """Everything a fresh pipeline makes of the blocks, the end of the stream included."""
    pipeline = StridePipeline(blocks[0].mount)
    strides = [s for block in blocks for s in pipeline.push(block)]
    return strides + pipeline.flush()


def contact_times_s(strides: list[Stride]) -> NDArray[np.float64]:
    return np.array([s.initial_contact_us / 1e6 for s in strides])
