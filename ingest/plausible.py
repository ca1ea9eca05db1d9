"""Whether numbers can be what their columns' names say: those of a leg that stands, walks or runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import RecordingError
from ingest.grid import near_share
from ingest.tables import ACC_UNITS, GYRO_UNITS, Columns

__all__ = [
    "FASTEST_DPS",
    "check_acc",
    "check_gyro",
    "doubt_of_rate",
    "doubts_of_acc",
    "doubts_of_gyro",
    "doubts_of_times",
    "is_dead",
]

# Of a leg, the median acceleration is between standing still (1 g) and sprinting (about 4 g); outside of
# these limits the unit is another one.
MEDIAN_ACC_G: Final = (0.3, 6.0)
# No gyroscope made measures more.
LARGEST_GYRO_DPS: Final = 12_000.0
# A leg that walks swings at over 200 deg/s, which is 3.5 rad/s; one that runs shows up to 35 rad/s.
SWING_DPS: Final = 45.0
# Away from gravity by so much for so long altogether: not standing or sitting, and more than a few knocks.
MOVING_G, MOVING_S = 0.4, 1.0
# A sprinter's foot turns at 2,000 deg/s; ranges end at 4,000.
FASTEST_DPS: Final = 4_500.0
# A second in which the magnitude varies less than this, a sensor's noise, is one without movement.
STILL_G, STILL_S = 0.03, 1.0
# The smallest ranges made are ±2 and ±3 g: every step leaves them.
LEAST_SMALL_G, LARGEST_SMALL_G = 1.9, 3.1
# An end is met so often, more often than all that is just below it; on the way there so many values are met.
LEAST_MET, JUST_BELOW = 20, 0.97
LEAST_ON_THE_WAY, ON_THE_WAY = 5, 0.9
# Cheap sensors are off by up to a tenth.
GRAVITY_G: Final = (0.85, 1.15)

# Of recordings thinned out to 20 to 30 Hz up to a third of the contacts are 0.1 to 0.25 s off and some are
# missed; from 40 on hardly one is.
SLOW_HZ: Final = 40.0
# Where half of the samples are missing at random every other step is a period long.
FEW_NEAR: Final = 0.45
# Samples that arrive in one packet.
LONGEST_PACKET: Final = 64
# The finest that many clocks tell, and how alike the ways between its double steps are.
TICK_US: Final = 1000
LEAST_DOUBLES: Final = 20
REGULAR: Final = 0.2
# Of a nominal rate measured by an uneven clock.
NEARLY: Final = 0.99


def doubt_of_rate(rate_hz: float) -> str:
    """What to say of a rate that is too slow for contacts to be sure; or nothing."""
    if rate_hz >= NEARLY * SLOW_HZ:
        return ""
    return (
        f"sampled at {rate_hz:.3g} Hz: contacts can be missed or off by more than 0.1 s; "
        "50 Hz or more is enough for contacts, 200 Hz or more for peaks"
    )


def doubts_of_times(
    time_name: str, t_us: NDArray[np.int64], period: float, lost_before: NDArray[np.int64]
) -> Iterator[str]:
    """What to say of a slow rate, of uneven times and of holes everywhere. period: in µs."""
    if slow := doubt_of_rate(1e6 / period):
        yield slow
    near = near_share(t_us, period, within=0.25)
    if near < FEW_NEAR:
        yield (
            f"only {100 * near:.0f} % of the steps of {time_name} are near {period / 1000:.3g} ms, which "
            "seems to be the sensor's interval: its rate, its losses and all results rest on uneven times; "
            "give each sample the time it was taken"
        )
    n, lost, holes = len(t_us), int(lost_before.sum()), int(np.count_nonzero(lost_before))
    if lost > n and holes * LONGEST_PACKET > n:
        yield (
            f"by {time_name} {100 * lost / (n + lost):.0f} % of the samples are missing, and only "
            f"{n / holes:.0f} come between two holes: if it says when they arrived, "
            "give each sample the time it was taken"
        )
    if lost and (apart := _coarse(np.diff(t_us))):
        yield (
            f"{time_name} is in whole milliseconds, and every {apart:.3g} samples or so a step is of two: "
            "each counts as a lost sample and may only be the coarse clock; give times in µs"
        )


def _coarse(steps: NDArray[np.int64]) -> float:
    """How far double steps are apart where they come as a slower clock than one a millisecond makes them;
    else 0. As at 833 Hz: what is lost is never so regular.
    """
    doubles = np.flatnonzero(steps == 2 * TICK_US)
    if len(doubles) < LEAST_DOUBLES or np.median(steps) != TICK_US or (steps % TICK_US).any():
        return 0.0
    between = np.diff(doubles)
    low, high = np.quantile(between, (0.05, 0.95))
    return float(np.median(between)) if high - low <= max(1.0, REGULAR * low) else 0.0


def is_dead(gyro: NDArray[np.float64]) -> bool:
    """(n, 3) rotations that are empty or the same throughout: columns that an exporter writes for nothing."""
    ends = gyro[[0, -1]]
    if np.isfinite(ends).all() and (ends[0] != ends[1]).any():
        return False  # as of nearly every file, told without going through it
    told = gyro[np.isfinite(gyro).all(axis=1)]
    return len(told) == 0 or (len(told) > 1 and bool((told == told[0]).all()))


def check_acc(path: Path, columns: Columns, acc_g: NDArray[np.float64]) -> None:
    median_g = float(np.median(np.sqrt(np.einsum("ij,ij->i", acc_g, acc_g))))
    if not np.isfinite(median_g):  # the squares of such numbers are
        median_g = float(np.median(np.abs(acc_g).max(axis=1)))
    if MEDIAN_ACC_G[0] <= median_g <= MEDIAN_ACC_G[1]:
        return
    unit = columns.acc_unit
    said = median_g / ACC_UNITS[unit]
    if unit == "g":
        likely = (
            "m/s²: name the columns ax_ms2, ay_ms2, az_ms2"
            if MEDIAN_ACC_G[1] < said < 60
            else "mg (divide by 1000) or counts (divide by the sensor's counts in a g)"
            if 300 < said < 6000
            else "another unit, or gravity was taken out: give g with gravity"
        )
    else:
        likely = (
            "g: name the columns ax_g, ay_g, az_g"
            if MEDIAN_ACC_G[0] < said < MEDIAN_ACC_G[1]
            else "another unit, or gravity was taken out: give m/s² with gravity"
        )
    raise RecordingError(
        path,
        f"ax_{unit}, ay_{unit}, az_{unit} have a median of {said:.3g} {unit}, which no leg does",
        f"they look like {likely}",
    )


def check_gyro(path: Path, gyro_unit: str, gyro: NDArray[np.float64]) -> None:
    """Of the file's numbers: in deg/s they may be infinite."""
    largest = float(max(gyro.max(), -gyro.min())) * GYRO_UNITS[gyro_unit]
    if largest > LARGEST_GYRO_DPS:
        raise RecordingError(
            path,
            f"the gyroscope reaches {largest:.6g} deg/s",
            "check the unit: gx_dps for deg/s, gx_rads for rad/s",
        )


def doubts_of_acc(acc_g: NDArray[np.float64], period: float) -> Iterator[str]:
    """A range too small for a leg, and a scale that shows where only gravity is measured. period: in µs."""
    if cut_g := _small_range(acc_g):
        yield (
            f"the acceleration is cut off at {cut_g:.2g} g, less than a leg's: peaks are lower bounds; "
            "set the sensor to ±16 g or more"
        )
    size = round(STILL_S * 1e6 / period)
    whole = len(acc_g) // size * size
    seconds = np.sqrt(np.einsum("ij,ij->i", acc_g[:whole], acc_g[:whole])).reshape(-1, size)
    still = seconds.std(axis=1) < STILL_G
    if not still.any():
        return
    rest_g = float(np.median(seconds[still]))
    if not GRAVITY_G[0] <= rest_g <= GRAVITY_G[1]:
        yield (
            f"the acceleration is {rest_g:.3g} g while the sensor is still, where gravity alone is 1 g: "
            "check its unit and scale, and that gravity was not taken out"
        )


def _small_range(acc_g: NDArray[np.float64]) -> float:
    """Where an axis ends time and again at one value that nothing exceeds, as at a small range; else 0."""
    if max(acc_g.max(), -acc_g.min()) > LARGEST_SMALL_G:
        return 0.0
    for towards in (*acc_g.T, *-acc_g.T):
        largest = float(towards.max())
        met = int(np.count_nonzero(towards == largest))
        below = int(np.count_nonzero(towards >= JUST_BELOW * largest)) - met
        if largest < LEAST_SMALL_G or met < max(LEAST_MET, below):
            continue
        # Of a coarse scale many values are alike.
        if len(np.unique(towards[towards >= ON_THE_WAY * largest])) > LEAST_ON_THE_WAY:
            return largest
    return 0.0


def doubts_of_gyro(
    columns: Columns, acc_g: NDArray[np.float64], gyro_dps: NDArray[np.float64], period: float
) -> Iterator[str]:
    """A gyroscope that turns less than the acceleration's leg, or more than any. period: in µs."""
    away_g = np.abs(np.sqrt(np.einsum("ij,ij->i", acc_g, acc_g)) - 1.0)
    moving_s = float((away_g > MOVING_G).sum()) * period * 1e-6
    largest = float(np.sqrt(np.einsum("ij,ij->i", gyro_dps, gyro_dps)).max())
    if largest > FASTEST_DPS:
        yield f"the gyroscope reaches {largest:.0f} deg/s, which no leg does: check its unit and scale"
    elif columns.gyro_unit == "dps" and moving_s >= MOVING_S and largest < SWING_DPS:
        # Nobody walks without it.
        yield (
            f"the gyroscope reaches only {largest:.3g} deg/s while the leg moves; "
            "if that is rad/s, name the columns gx_rads, gy_rads, gz_rads"
        )
