"""Our pipeline on simulated runners, whose truth is exact."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.blocks import cut
from benchmarks.matching import TOLERANCE_S
from benchmarks.peers import PEERS
from benchmarks.score import Score, score
from benchmarks.trial import Contacts, Trial
from benchmarks.validate.cells import Cell
from benchmarks.validate.ours import contacts_of, strides_of
from benchmarks.validate.quality import Graded, graded
from benchmarks.validate.recorded import OURS, peer_score
from dsp.block import ImuBlock
from dsp.stride import Stride
from firmware_sim.gait import Chip, GaitSource
from firmware_sim.motion import Truth
from firmware_sim.orientation import ALIGNED
from firmware_sim.plan import Phase, Plan
from kneeload.truth import match

__all__ = [
    "CellResult",
    "Simulation",
    "graded_strides",
    "measure",
    "run_cell",
    "simulate",
]

Floats = NDArray[np.float64]

PACKET_S = 0.05
LSB_PER_RANGE = 32768
GYRO_RANGE_DPS = 2000.0


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """What reached us (blocks), the same as a trial for the peers, and what happened.

    railed: (n,) which samples left the range on some axis, whether or not they were lost on the way.
    """

    trial: Trial
    blocks: tuple[ImuBlock, ...]
    truth: Truth
    railed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class CellResult:
    """Arrays: one value for each matched contact, NaN where we gave none. Errors are found minus true.

    clipped: rows (truly clipped, flagged). true_peak_g: along with peak_percent.
    """

    cell: Cell
    score: Score
    peers: tuple[tuple[str, Score], ...]
    peak_axial_percent: Floats
    peak_resultant_percent: Floats
    clipped: NDArray[np.bool_]
    angle_deg: Floats
    speed_percent: Floats
    graded: Graded


def simulate(cell: Cell, *, seconds: float) -> Simulation:
    phase = Phase(
        activity="walk" if cell.walking else "run",
        duration_s=seconds,
        speed_kmh=cell.speed_kmh,
        foot_strike=cell.foot_strike,
    )
    phase = Phase(
        activity=phase.activity,
        duration_s=seconds,
        speed_kmh=cell.speed_kmh,
        foot_strike=cell.foot_strike,
        cadence_spm=phase.cadence() * cell.cadence,
    )
    chip = Chip()
    source = GaitSource(
        cell.mount,
        Plan.of(Phase(activity="stand", duration_s=5.0), phase, Phase(activity="stand", duration_s=4.0)),
        rate_hz=cell.rate_hz,
        acc_range_g=cell.acc_range_g,
        gyro_range_dps=GYRO_RANGE_DPS if cell.gyro else None,
        seed=cell.number,
        orientation=None if cell.turned else ALIGNED,
        chip=Chip(
            acc_noise_ug_per_rthz=cell.noise * chip.acc_noise_ug_per_rthz,
            gyro_noise_mdps_per_rthz=cell.noise * chip.gyro_noise_mdps_per_rthz,
        ),
    )
    return measure(source, cell)


def measure(source: GaitSource, cell: Cell) -> Simulation:
    """What the source does, as the cell's sensor and link give it."""
    samples = source.take(source.plan.duration_s)
    truth = source.truth()
    acc_g = _quantise(samples.acc_g, cell.acc_range_g)
    gyro_dps = None if samples.gyro_dps is None else _quantise(samples.gyro_dps, GYRO_RANGE_DPS)
    per_block = max(1, round(PACKET_S * cell.rate_hz))
    random = np.random.default_rng([cell.number, 7])
    keep = random.random(-(-len(samples) // per_block)) >= cell.loss_percent / 100
    keep[0] = True
    trial = Trial(
        data_set="simulated",
        name=f"cell-{cell.number:03d}",
        path=None,
        mount=cell.mount,
        activity="walk" if cell.walking else "run",
        t_s=samples.t_s,
        acc_g=acc_g,
        gyro_dps=gyro_dps,
        rate_hz=cell.rate_hz,
        acc_range_g=cell.acc_range_g,
        truth=Contacts(truth.initial_contact_s, truth.toe_off_s),
        axial=source.orientation[:, 1].copy(),
        lateral=source.orientation[:, 2].copy(),
    )
    stream = cut(
        cell.mount,
        samples.t_s,
        acc_g,
        gyro_dps=gyro_dps,
        rate_hz=cell.rate_hz,
        samples=per_block,
        acc_range_g=cell.acc_range_g,
        gyro_range_dps=None if gyro_dps is None else GYRO_RANGE_DPS,
        keep=keep,
    )
    railed = np.any(np.abs(samples.acc_g) >= cell.acc_range_g * (1 - 1 / LSB_PER_RANGE), axis=1)
    return Simulation(trial, tuple(stream), truth, np.asarray(railed, dtype=bool))


def _quantise(values: Floats, full_scale: float) -> Floats:
    counts = np.clip(np.rint(values / full_scale * LSB_PER_RANGE), -LSB_PER_RANGE, LSB_PER_RANGE - 1)
    return np.ascontiguousarray(counts / LSB_PER_RANGE * full_scale)


def run_cell(cell: Cell, *, seconds: float, peers: bool) -> CellResult:
    simulation = simulate(cell, seconds=seconds)
    strides = graded_strides(strides_of(cell.mount, simulation.blocks), simulation.truth)
    trial, truth = simulation.trial, simulation.truth
    assert trial.truth is not None, "a simulation has a truth"
    found = contacts_of(strides)
    own = score(
        found,
        trial.truth,
        activity=trial.activity,
        activities=[stride.activity for stride in strides],
    )
    pairs = match(found.initial_contact_s, truth.initial_contact_s, tolerance_s=TOLERANCE_S)
    matched = [strides[k] for k in pairs.found]
    gyro_peers = tuple(
        (method.name, peer_score(_without_ungraded(method.detect(trial), truth), trial))
        for method in (PEERS if peers else ())
        if method.fits(trial)
    )
    clipped = np.array(
        [
            (_railed_in(simulation, k), stride.clipped)
            for k, stride in zip(pairs.true.tolist(), matched, strict=True)
        ],
        dtype=bool,
    ).reshape(-1, 2)
    whole = ~clipped.any(axis=1)
    angle = "shank_angle_deg" if cell.mount.segment == "shin" else "foot_strike_deg"
    return CellResult(
        cell=cell,
        score=own,
        peers=gyro_peers,
        peak_axial_percent=_percent(matched, "peak_axial_g", truth.peak_axial_g[pairs.true])[whole],
        peak_resultant_percent=_percent(matched, "peak_resultant_g", truth.peak_resultant_g[pairs.true])[
            whole
        ],
        clipped=clipped,
        angle_deg=_values(matched, angle) - truth.shank_angle_deg[pairs.true],
        speed_percent=_percent(matched, "speed_m_per_s", truth.speed_m_per_s[pairs.true]),
        graded=graded(strides, trial.truth),
    )


def graded_strides(strides: list[Stride], truth: Truth) -> list[Stride]:
    """Without the contacts that begin or end a bout: a foot set down to stand may count or not."""
    found_s = np.array([stride.initial_contact_us / 1e6 for stride in strides])
    keep = _far_from(found_s, truth.ungraded_contact_s)
    return [stride for stride, ok in zip(strides, keep.tolist(), strict=True) if ok]


def _without_ungraded(found: Contacts, truth: Truth) -> Contacts:
    keep = _far_from(found.initial_contact_s, truth.ungraded_contact_s)
    return Contacts(found.initial_contact_s[keep], found.toe_off_s[keep])


def _far_from(found_s: Floats, ungraded_s: Floats) -> NDArray[np.bool_]:
    near = np.abs(found_s[:, None] - ungraded_s[None, :]) <= 2 * TOLERANCE_S
    return np.asarray(~near.any(axis=1), dtype=bool)


def _railed_in(simulation: Simulation, contact: int) -> bool:
    start_s = simulation.truth.initial_contact_s[contact] - 0.010
    first, last = np.searchsorted(simulation.trial.t_s, [start_s, simulation.truth.toe_off_s[contact]])
    return bool(simulation.railed[first:last].any())


def _values(strides: list[Stride], name: str) -> Floats:
    return np.array([np.nan if (v := getattr(s, name)) is None else v for s in strides], dtype=np.float64)


def _percent(strides: list[Stride], name: str, true: Floats) -> Floats:
    return np.asarray(100 * (_values(strides, name) / true - 1), dtype=np.float64)


def methods(results: list[CellResult]) -> Iterator[str]:
    """Ours first, then every peer that some cell asked."""
    yield OURS
    asked = {name for result in results for name, _ in result.peers}
    yield from (method.name for method in PEERS if method.name in asked)
