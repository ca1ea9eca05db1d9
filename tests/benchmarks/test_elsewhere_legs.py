"""A leg with a sensor at shin and shoe: the file as it was published, and what the two say of each other."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.elsewhere.legs import ACCELERATION, ORIENTATION, RECORDING, SENSORS, read_legs
from benchmarks.elsewhere.places import both_places
from benchmarks.elsewhere.told import Told, tell
from dsp.mount import Mount
from tests.benchmarks.synthetic import walking


def write(
    folder: Path, sensor: str, first: int, orientation: Rotation, header: str = "PacketCounter"
) -> None:
    lines = ["// Update Rate: 100.0Hz", "\t".join([header, "UTC_Valid", *ACCELERATION, *ORIENTATION])]
    for k, matrix in enumerate(orientation.as_matrix()):
        numbers = [9.80665, 0.0, k, *matrix.ravel().tolist()]
        lines.append("\t".join([f"{first + k:05d}", "", *map(str, numbers)]))
    (folder / f"{RECORDING}_{sensor}.txt").write_text("\n".join(lines) + "\n")


def test_orientation_becomes_angular_rate_in_the_sensors_frame(tmp_path: Path) -> None:
    """Two degrees a sample about the sensor's own y, however it lay; one sensor begins 3 packets later."""
    lay = Rotation.from_euler("XYZ", [20, 50, -70], degrees=True)
    turning = lay * Rotation.from_rotvec(np.radians(2.0) * np.outer(np.arange(30), [0, 1, 0]))
    for k, sensor in enumerate(SENSORS):
        write(tmp_path, sensor, 472 + 3 * (k == 1), turning)
    trials = list(read_legs(tmp_path))
    assert [trial.mount for trial in trials] == list(SENSORS.values())
    assert trials[0].t_s[:2].tolist() == [0.0, 0.01]
    assert trials[1].t_s[0] == pytest.approx(0.03)
    assert trials[0].gyro_dps == pytest.approx(np.tile([0.0, 200.0, 0.0], (30, 1)), abs=1e-6)
    assert trials[0].acc_g[7] == pytest.approx([1.0, 0.0, 7 / 9.80665])
    write(tmp_path, next(iter(SENSORS)), 472, turning, header="Counter")
    with pytest.raises(KeyError, match="PacketCounter"):
        list(read_legs(tmp_path))


@pytest.fixture(scope="module")
def shoe() -> Told:
    return tell(walking(200.0)[0], gyro=True)


def test_what_both_places_tell_is_compared_and_the_rest_counted(shoe: Told) -> None:
    """The shin: the shoe's strides 30 ms later and shorter by a tenth, one of them gone, one far off."""
    later = [
        replace(
            stride,
            mount=Mount.LEFT_SHIN,
            initial_contact_us=stride.initial_contact_us + (400_000 if k == 6 else 30_000),
            toe_off_us=None if k == 4 else stride.toe_off_us,
            stride_length_m=None if stride.stride_length_m is None else 0.9 * stride.stride_length_m,
        )
        for k, stride in enumerate(shoe.strides)
        if k != 9
    ]
    found = both_places(replace(shoe, strides=later), shoe)
    n = len(shoe.strides)
    assert (found.both, found.shin_alone, found.shoe_alone) == (n - 2, 1, 2)
    assert found.initial_contact_ms == pytest.approx(30.0)
    assert found.toe_off_ms == pytest.approx(0.0)
    assert found.toe_off_ms.size == sum(s.toe_off_us is not None for s in shoe.strides) - 3
    assert found.shin_m.size > 10
    assert found.shin_m == pytest.approx(0.9 * found.shoe_m)


def test_no_common_contact_leaves_nothing_to_compare(shoe: Told) -> None:
    found = both_places(replace(shoe, strides=[]), shoe)
    assert (found.both, found.shin_alone, found.shoe_alone) == (0, 0, len(shoe.strides))
    assert found.shin_m.size == found.toe_off_ms.size == 0
