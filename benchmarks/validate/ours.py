"""Our pipeline over a stream of blocks, and its strides as the scores want them."""

from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.trial import Contacts, Trial
from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.params import Params
from dsp.pipeline import StridePipeline
from dsp.stride import Stride
from ingest.files import blocks, read_recording

__all__ = ["contacts_of", "strides_of", "strides_of_trial"]

PARAMS = Params()


def strides_of(mount: Mount, stream: Iterable[ImuBlock]) -> list[Stride]:
    pipeline = StridePipeline(mount, PARAMS)
    strides: list[Stride] = []
    for block in stream:
        strides.extend(pipeline.push(block))
    strides.extend(pipeline.flush())
    return strides


def strides_of_trial(trial: Trial) -> list[Stride]:
    """As `kneeload analyze` does it: from the file alone, told nothing but the mount."""
    assert trial.path is not None, "only recordings lie on disk"
    assert trial.mount is not None, "only leg-worn sensors have strides"
    return strides_of(trial.mount, blocks(read_recording(trial.path, trial.mount)))


def contacts_of(strides: Sequence[Stride]) -> Contacts:
    """toe_off_s NaN where it was not estimated."""
    return Contacts(
        np.array([stride.initial_contact_us for stride in strides], dtype=np.float64) / 1e6,
        np.array(
            [np.nan if stride.toe_off_us is None else stride.toe_off_us for stride in strides],
            dtype=np.float64,
        )
        / 1e6,
    )
