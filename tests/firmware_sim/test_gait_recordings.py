"""The gait model beside real recordings: mean strides of the shoe have the same shape and size."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.plot_gait_model import CASES, DATA, Case, curves, mean_stride, recorded, simulated

Floats = NDArray[np.float64]

SHOES = [case for case in CASES if case.mount.segment == "shoe"]


def mean(case: Case, *, real: bool) -> Floats:
    """(GRID, 4) mean stride: resultant, up, forward, pitch rate."""
    if not real:
        members = [simulated(case)]
    else:
        paths = [path for path in sorted(DATA.glob(case.pattern)) if ".truth" not in path.name]
        if not paths:
            pytest.skip(f"no recordings at {DATA / case.pattern}; KNEELOAD_DATA says where they are")
        members = [recorded(path) for path in paths]
    return mean_stride([(one.t_s, *curves(one, case.mount)) for one in members])[1]


@pytest.mark.parametrize("case", SHOES, ids=lambda case: case.pattern.split("/")[0])
def test_mean_strides_look_like_the_recorded_ones(case: Case) -> None:
    real, pretended = mean(case, real=True), mean(case, real=False)
    likeness = [float(np.corrcoef(real[:, row], pretended[:, row])[0, 1]) for row in range(4)]
    assert likeness[3] > 0.9  # pitch rate
    assert likeness[2] > 0.7  # forward acceleration: braking before contact, still in stance
    assert likeness[0] > 0.6
    for row in (0, 2, 3):
        assert 0.6 < np.ptp(pretended[:, row]) / np.ptp(real[:, row]) < 1.6
