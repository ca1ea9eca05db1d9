"""Everything that was found on gaitmap_feet and opensense_legs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere import feet, legs
from benchmarks.elsewhere.feet import FEET, RECORDED, Foot, read_feet
from benchmarks.elsewhere.judged import (
    Gait,
    KnownStrides,
    against_contacts,
    against_known_strides,
    against_ways,
    at_toe_offs,
    gait_of,
    peer_against_contacts,
)
from benchmarks.elsewhere.legs import read_legs
from benchmarks.elsewhere.markers import At, at_events, read_markers
from benchmarks.elsewhere.places import Places, both_places
from benchmarks.elsewhere.told import Told, tell
from benchmarks.elsewhere.truths import TURN, Ways, read_contacts, read_known_strides, read_ways
from benchmarks.peers import PEERS, Method
from benchmarks.score import Score
from benchmarks.trial import Contacts, Trial

__all__ = ["DATA_SETS", "WAYS", "Elsewhere", "judge"]

Floats = NDArray[np.float64]

DATA_SETS = (feet.DATA_SET, legs.DATA_SET)
WAYS = (True, False)
"""With the gyroscope, and without."""
CAPTURED, KNOWN, LEG = "imu_sample", "imu_sample_ic_stride", legs.RECORDING


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """By foot and whether with the gyroscope, unless said otherwise.

    lift_offs: how many of the extra contacts are at a true toe-off; peers: method -> a score for each foot;
    way_m: foot -> (n,) the heel's level way of each stride; length_percent: errors of the same strides, with
    the gyroscope; markers: foot -> event -> where the markers are then; gaits: by trial and gyroscope.
    places: by leg and whether the shin sensor has its gyroscope (the shoe's always has).
    """

    contacts: dict[tuple[Foot, bool], Score]
    lift_offs: dict[tuple[Foot, bool], int]
    peers: dict[str, list[Score]]
    way_m: dict[Foot, Floats]
    length_percent: dict[Foot, Floats]
    markers: dict[Foot, dict[str, At]]
    known: dict[tuple[Foot, bool], KnownStrides]
    gaits: dict[tuple[str, bool], Gait]
    places: dict[tuple[Foot, bool], Places]

    def turns(self, foot: Foot) -> NDArray[np.bool_]:
        """(n,) which of the foot's true strides turn."""
        way_m = self.way_m[foot]
        return np.asarray(way_m < TURN * np.median(way_m), dtype=bool)


def judge(
    folders: Mapping[str, Path],
    *,
    peers: tuple[Method, ...] = PEERS,
    progress: Callable[[str], None] = lambda _: None,
) -> Elsewhere:
    """folders: where the originals of each data set are."""
    folder = folders[feet.DATA_SET]
    told: dict[tuple[str, bool], Told] = {}
    trials: dict[str, Trial] = {}
    for trial, gyro in _trials(folders):
        progress(trial.name)
        trials[trial.name] = trial
        told[trial.name, gyro] = tell(trial, gyro=gyro)
    rates_hz = {recorded.name: recorded.rate_hz for recorded in RECORDED}
    events = folder / "stride_events_sample.csv"
    truths: dict[Foot, Contacts] = {foot: read_contacts(events, foot, rates_hz[CAPTURED]) for foot in FEET}
    heels: dict[Foot, Ways] = {
        foot: read_ways(events, folder / "position_sample.csv", foot, rates_hz[CAPTURED]) for foot in FEET
    }
    borders = folder / "stride_borders_sample_ic_stride.csv"
    return Elsewhere(
        contacts={
            (foot, gyro): against_contacts(told[f"{CAPTURED} {foot}", gyro], truths[foot])
            for gyro in WAYS
            for foot in FEET
        },
        lift_offs={
            (foot, gyro): at_toe_offs(told[f"{CAPTURED} {foot}", gyro], truths[foot])
            for gyro in WAYS
            for foot in FEET
        },
        peers={
            method.name: [
                peer_against_contacts(method.detect(trials[f"{CAPTURED} {foot}"]), truths[foot])
                for foot in FEET
            ]
            for method in peers
            if method.site == "shoe"
        },
        way_m={foot: heels[foot].length_m for foot in FEET},
        length_percent={foot: against_ways(told[f"{CAPTURED} {foot}", True], heels[foot]) for foot in FEET},
        markers={
            foot: at_events(
                read_markers(folder / "mocap_sample.csv", foot),
                truths[foot],
                told[f"{CAPTURED} {foot}", True].contacts,
            )
            for foot in FEET
        },
        known={
            (foot, gyro): against_known_strides(
                told[f"{KNOWN} {foot}", gyro], read_known_strides(borders, foot, rates_hz[KNOWN])
            )
            for gyro in WAYS
            for foot in FEET
        },
        gaits={(name, gyro): gait_of(told[name, gyro], told[name, True]) for name, gyro in told},
        places={
            (foot, gyro): both_places(told[f"{LEG} {foot}-shin", gyro], told[f"{LEG} {foot}-shoe", True])
            for gyro in WAYS
            for foot in FEET
        },
    )


def _trials(folders: Mapping[str, Path]) -> Iterator[tuple[Trial, bool]]:
    for recorded in RECORDED:
        for trial in read_feet(folders[feet.DATA_SET] / recorded.file, recorded):
            for gyro in WAYS:
                yield trial, gyro
    for trial in read_legs(folders[legs.DATA_SET]):
        for gyro in WAYS:
            yield trial, gyro
