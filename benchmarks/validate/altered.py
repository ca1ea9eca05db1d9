"""The recordings as other people and sensors might have made them.

They are of few people. Steps twice or half as hard, other step rates, other sensors: what is found then shows
how far a rule is from an edge that it happens to keep clear of here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal
from scipy.spatial.transform import Rotation

from benchmarks.blocks import cut
from benchmarks.foot_speed import borne_out
from benchmarks.score import Score, figures, score
from benchmarks.sheet import Sheet, number
from benchmarks.trial import DATA_SETS, Contacts, Trial, load_trials
from benchmarks.validate.ours import contacts_of, strides_of

__all__ = ["ALTERATIONS", "Alteration", "Altered", "altered", "altered_by", "altered_sheet"]

Floats = NDArray[np.float64]

SEED = 7
MOVES_HZ = 1.5  # faster is impact, slower is how the leg leans
LANDS_HZ = 5.0
PACKET = 10  # samples of a notification
LOW_HZ = 52.0


def _steps(trial: Trial, factor: float) -> Trial:
    sos = signal.butter(2, MOVES_HZ, fs=trial.rate_hz, output="sos")
    slow_g = signal.sosfiltfilt(sos, trial.acc_g, axis=0)
    acc_g = slow_g + factor * (trial.acc_g - slow_g)
    return replace(trial, acc_g=np.clip(acc_g, -trial.acc_range_g, trial.acc_range_g))


def _paced(trial: Trial, factor: float) -> Trial:
    truth = trial.truth
    return replace(
        trial,
        t_s=trial.t_s / factor,
        rate_hz=trial.rate_hz * factor,
        gyro_dps=None if trial.gyro_dps is None else trial.gyro_dps * factor,
        truth=truth and Contacts(truth.initial_contact_s / factor, truth.toe_off_s / factor),
    )


def _soft_landings(trial: Trial, share: float) -> Trial:
    """What is felt above LANDS_HZ around each true contact, less."""
    if trial.truth is None:
        return trial
    sos = signal.butter(2, LANDS_HZ, fs=trial.rate_hz, output="sos")
    slow_g = signal.sosfiltfilt(sos, trial.acc_g, axis=0)
    after_s = trial.t_s[:, None] - trial.truth.initial_contact_s[None, :]
    near = np.exp(-0.5 * ((after_s - 0.03) / 0.05) ** 2).max(axis=1)[:, None]
    return replace(trial, acc_g=slow_g + (1.0 - (1.0 - share) * near) * (trial.acc_g - slow_g))


def _noisy(trial: Trial, g: float, dps: float) -> Trial:
    rng = np.random.default_rng(SEED)
    return _shifted(trial, rng.normal(0.0, g, trial.acc_g.shape), rng.normal(0.0, dps, trial.acc_g.shape))


def _offset(trial: Trial, g: float, dps: float) -> Trial:
    return _shifted(trial, np.array((g, -g, g)), np.array((-dps, dps, dps)))


def _shifted(trial: Trial, acc_g: Floats, gyro_dps: Floats) -> Trial:
    gyro = None if trial.gyro_dps is None else trial.gyro_dps + gyro_dps
    return replace(trial, acc_g=trial.acc_g + acc_g, gyro_dps=gyro)


def _turned(trial: Trial) -> Trial:
    turn = Rotation.random(random_state=SEED)
    gyro = None if trial.gyro_dps is None else turn.apply(trial.gyro_dps)
    return replace(trial, acc_g=turn.apply(trial.acc_g), gyro_dps=gyro)


def _slow_sensor(trial: Trial) -> Trial:
    t_s = np.arange(trial.t_s[0], trial.t_s[-1], 1.0 / LOW_HZ)
    sos = signal.butter(4, 0.4 * LOW_HZ, fs=trial.rate_hz, output="sos")

    def slow(x: Floats) -> Floats:
        smooth = signal.sosfiltfilt(sos, x, axis=0)
        return np.stack([np.interp(t_s, trial.t_s, column) for column in smooth.T], axis=1)

    gyro = None if trial.gyro_dps is None else slow(trial.gyro_dps)
    return replace(trial, t_s=t_s, rate_hz=LOW_HZ, acc_g=slow(trial.acc_g), gyro_dps=gyro)


def _bare(trial: Trial) -> Trial:
    return replace(trial, gyro_dps=None)


@dataclass(frozen=True, slots=True)
class Alteration:
    """lost: share of the notifications that do not come."""

    name: str
    of: Callable[[Trial], Trial]
    lost: float = 0.0


ALTERATIONS = (
    Alteration("as recorded", lambda trial: trial),
    Alteration("steps half as hard", lambda trial: _steps(trial, 0.5)),
    Alteration("steps twice as hard", lambda trial: _steps(trial, 2.0)),
    Alteration("landings half as hard", lambda trial: _soft_landings(trial, 0.5)),
    Alteration("15 % slower", lambda trial: _paced(trial, 0.85)),
    Alteration("20 % faster", lambda trial: _paced(trial, 1.2)),
    Alteration("noise of 0.05 g, 5 deg/s", lambda trial: _noisy(trial, 0.05, 5.0)),
    Alteration("off by 0.05 g, 5 deg/s an axis", lambda trial: _offset(trial, 0.05, 5.0)),
    Alteration("turned at random", _turned),
    Alteration(f"{LOW_HZ:g} Hz", _slow_sensor),
    Alteration("no gyroscope", _bare),
    Alteration(
        "15 % slower, steps half as hard, no gyroscope", lambda t: _bare(_steps(_paced(t, 0.85), 0.5))
    ),
    Alteration("10 % of notifications lost", lambda trial: trial, lost=0.1),
)


@dataclass(frozen=True, slots=True)
class Altered:
    """Of all recordings. scores: of those with a truth in the shin's and the shoe's data set.

    off: how many strides more or less than counted, trial by trial; wrong: contacts with the wrong activity.
    """

    name: str
    scores: dict[str, list[Score]]
    off: tuple[int, ...]
    strides: int
    wrong: int


def altered(folder: Path, progress: Callable[[str], None] = lambda _: None) -> list[Altered]:
    trials = [trial for name in DATA_SETS for trial in load_trials(folder, name) if trial.mount is not None]
    rows = []
    for alteration in ALTERATIONS:
        progress(f"recordings, {alteration.name}")
        rows.append(altered_by(alteration, trials))
    return rows


def altered_by(alteration: Alteration, trials: list[Trial]) -> Altered:
    scores: dict[str, list[Score]] = {}
    off: list[int] = []
    told = wrong = 0
    for trial in trials:
        if trial.truth is not None and not trial.truth_fits:
            continue
        other = alteration.of(trial)
        assert other.mount is not None, "only leg-worn sensors have strides"
        arrived = np.random.default_rng(SEED).random(-(-other.t_s.size // PACKET)) >= alteration.lost
        arrived[0] = True
        stream = cut(
            other.mount,
            other.t_s,
            other.acc_g,
            gyro_dps=other.gyro_dps,
            rate_hz=other.rate_hz,
            samples=PACKET,
            acc_range_g=None,
            gyro_range_dps=None,
            keep=arrived,
        )
        strides = strides_of(other.mount, stream)
        told += len(strides)
        wrong += sum(stride.activity != trial.activity for stride in strides)
        if other.truth is not None:
            # What the foot's own speed bears out does not change with the sensor.
            kept, found = borne_out(trial), contacts_of(strides)
            row = score(found, other.truth, activity=trial.activity, borne_out=kept)
            scores.setdefault(trial.data_set, []).append(row)
        elif trial.strides is not None:
            off.append(len(strides) - trial.strides)
    return Altered(alteration.name, scores, tuple(off), told, wrong)


def altered_sheet(rows: list[Altered]) -> Sheet:
    sets = list(rows[0].scores)
    return Sheet(
        "The recordings altered: kneeload",
        (
            "recordings",
            *(f"{name}: {what}" for name in sets for what in ("missed + extra ‰", "IC SD ms")),
            "counted trials off by more than one stride",
            "wrong activity %",
        ),
        tuple(_row(row, sets) for row in rows),
        notes=(
            f"Harder and softer: the acceleration above {MOVES_HZ:g} Hz multiplied, then clipped at the "
            "range. Landings: the acceleration above "
            f"{LANDS_HZ:g} Hz within a tenth of a second of each contact of the truth, where there is one. "
            "Faster and slower: the same samples at another rate. Lost: of notifications of "
            f"{PACKET} samples; a contact in a long hole cannot be found to 50 ms.",
            "Counted: vicon_shoe and ble_foot. walk_feet without the two contacts that the foot's speed does "
            "not bear out. treadmill_shank and outdoor_shoe never had a gyroscope.",
        ),
    )


def _row(row: Altered, sets: list[str]) -> tuple[str, ...]:
    cells: list[str] = []
    for name in sets:
        found = figures(row.scores[name])
        cells.append(number(found.missed_per_1000 + found.extra_per_1000))
        cells.append(number(found.initial_contact_sd_ms))
    off = sum(abs(count) > 1 for count in row.off)
    return row.name, *cells, f"{off} of {len(row.off)}", number(100 * row.wrong / row.strides, 2)
