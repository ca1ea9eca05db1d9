"""A recording of samples alone through the monitor, as worn where a person says it was."""

from dataclasses import replace
from typing import Final

from dsp.mount import Mount
from dsp.params import Params
from dsp.stride import Stride
from ingest.files import Recording, blocks
from kneeload.monitor import Monitor
from kneeload.results import Result

__all__ = ["computed", "doubt_of_mount"]

# Fewer may come of anything.
TELLING: Final = 10
OTHER: Final = {"shin": "shoe", "shoe": "shin"}


def computed(samples: Recording, params: Params) -> tuple[Monitor, list[Result]]:
    """The monitor after the last sample, and all that it told."""
    monitor = Monitor({samples.mount: None}, params={samples.mount: params})
    results: list[Result] = []
    for block in blocks(samples):
        results.extend(monitor.receive_block(block))
    results.extend(monitor.finish(int(samples.t_us[-1]) * 1000))
    return monitor, results


def doubt_of_mount(samples: Recording, params: Params) -> str:
    """Of a recording without strides: whether it has some at the leg's other place. Empty: it has none.

    A foot is braked before it lands, a shank is not: without a gyroscope a shin's running has no strides at a
    shoe. Nothing of the kind tells a shoe that is taken for a shin.
    """
    mount = samples.mount
    other = Mount(f"{mount.side}-{OTHER[mount.segment]}")
    _, results = computed(replace(samples, mount=other), params)
    count = sum(isinstance(result, Stride) for result in results)
    if count < TELLING:
        return ""
    return (
        f"there are no strides as at a {mount.segment}, and {count} as at a {other.segment}: "
        "look where it was worn, unless these are steps on the spot"
    )
