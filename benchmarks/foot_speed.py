"""Whether a shoe's own samples bear out the contacts of a truth: how fast the foot is at each of them.

A foot that meets the ground has slowed down from its swing and has not stopped yet. Its speed is found from
one rest to the next, in the stances that the truth lists: rotated by the gyroscope from where gravity says it
starts, gravity taken off, summed, and straightened so that it ends in rest too (zero-velocity integration:
Skog 2010). Nothing of the signal core is used, and nothing that it found. It tells a time that is wrong by a
tenth of a second or more; a smaller error leaves the foot at a speed that a contact may have.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from benchmarks.trial import Trial

__all__ = ["FASTEST", "SLOWEST", "borne_out", "speed_shares"]

Floats = NDArray[np.float64]

G_MPS2: Final = 9.80665
SLOWEST, FASTEST = 0.05, 0.75
"""Of the swing's highest speed; of the shared recordings' contacts nine of ten are from 0.18 to 0.40."""
LONGEST_S: Final = 2.5
"""Contacts further apart have an unlisted one between them."""
REST_S: Final = 0.1
AFTER_CONTACT_S, BEFORE_TOE_OFF_S = 0.1, 0.05


def speed_shares(trial: Trial) -> Floats:
    """(n,) of each true contact: the foot's speed then over its swing's highest; NaN where unknown."""
    assert trial.truth is not None, "asked only of trials with a truth"
    contact_s, toe_off_s = trial.truth.initial_contact_s, trial.truth.toe_off_s
    shares = np.full(contact_s.size, np.nan)
    if trial.gyro_dps is None or trial.site != "shoe":
        return shares
    fits = toe_off_s <= trial.t_s[-1]
    rests = [
        _rest(trial, a + AFTER_CONTACT_S, b - BEFORE_TOE_OFF_S) if fit else -1
        for a, b, fit in zip(contact_s, toe_off_s, fits, strict=True)
    ]
    for k in range(1, contact_s.size):
        if contact_s[k] - contact_s[k - 1] <= LONGEST_S and rests[k] > rests[k - 1] >= 0:
            speed = _speed(trial, rests[k - 1], rests[k])
            at = np.interp(contact_s[k], trial.t_s[rests[k - 1] : rests[k] + 1], speed)
            shares[k] = at / speed.max()
    return shares


def borne_out(trial: Trial) -> NDArray[np.bool_]:
    """(n,) of each true contact: not in mid-swing, not at rest. True where nothing is known."""
    shares = speed_shares(trial)
    return ~((shares < SLOWEST) | (shares > FASTEST))


def _rest(trial: Trial, start_s: float, stop_s: float) -> int:
    """Row in the middle of the stretch in which the foot turns least."""
    assert trial.gyro_dps is not None, "asked only of trials with a gyroscope"
    reach = round(REST_S * trial.rate_hz)
    a, b = np.searchsorted(trial.t_s, [start_s, stop_s]).tolist()
    turning = (trial.gyro_dps[a : max(b, a + reach + 2)] ** 2).sum(axis=1)
    mean = np.convolve(turning, np.full(reach, 1 / reach), "valid")
    return int(a) + int(mean.argmin()) + reach // 2


def _speed(trial: Trial, a: int, b: int) -> Floats:
    """(b - a + 1,) m/s between two rests."""
    assert trial.gyro_dps is not None, "asked only of trials with a gyroscope"
    acc_g, step_s = trial.acc_g[a : b + 1], 1 / trial.rate_hz
    turns = Rotation.from_rotvec(np.radians(trial.gyro_dps[a:b]) * step_s)
    felt = acc_g[: max(3, round(0.5 * REST_S * trial.rate_hz))].mean(axis=0)
    pose, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [felt / np.linalg.norm(felt)])
    level = np.empty_like(acc_g)
    for k in range(acc_g.shape[0]):
        level[k] = pose.apply(acc_g[k])
        if k < len(turns):
            pose = pose * turns[k]
    velocity = np.cumsum((level - [0.0, 0.0, 1.0]) * G_MPS2 * step_s, axis=0)
    velocity -= np.linspace(0.0, 1.0, velocity.shape[0])[:, None] * velocity[-1]
    return np.asarray(np.linalg.norm(velocity, axis=1))
