"""What `kneeload analyze` costs on one hour of data."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.sheet import Sheet, number
from benchmarks.speed.inputs import hour
from benchmarks.speed.timing import interleaved
from dsp.mount import Mount
from kneeload.analyze import analyze

__all__ = ["analyze_sheet"]

AIM = 3.0


def analyze_sheet() -> Sheet:
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = hour(folder)
        megabytes = path.stat().st_size / 1e6
        ratio = interleaved(
            lambda: analyze([path], Mount.LEFT_SHIN, folder / "out"),
            lambda: np.loadtxt(path, delimiter=",", skiprows=1),
            repeats=3,
        )
    return Sheet(
        "`kneeload analyze` of one hour, as a ratio to numpy reading that file alone",
        ("file", "analyze s", "numpy.loadtxt s", "ratio", "aim"),
        (
            (
                f"six axes, 200 Hz, 1 h: {megabytes:.0f} MB",
                number(ratio.ours_s, 2),
                number(ratio.reference_s, 2),
                number(ratio.ratio, 2),
                f"≤ {AIM:g}",
            ),
        ),
        notes=("From the CSV file to strides.csv and summary.json.",),
    )
