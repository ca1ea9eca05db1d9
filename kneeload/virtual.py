"""Virtual sensors as the commands `demo` and `sim` make them: a runner's plan or a recording, and faults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from dsp.mount import Mount
from firmware_sim.body import Body
from firmware_sim.errors import FaultError
from firmware_sim.faults import Faults, Setting, parse_faults
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Source
from firmware_sim.plan import Phase, Plan
from firmware_sim.player import Player
from firmware_sim.polar_sensor import PolarSensor
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from firmware_sim.wit_sensor import WitSensor
from ingest.files import read_recording
from ingest.links import OURS
from ingest.text import one_line
from kneeload.failures import UsageError

__all__ = ["DEMO_MOUNTS", "demo_plan", "virtual_sensors"]

DEMO_MOUNTS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
STAND_S, WALK_S, EASY_S, HARD_S, USUAL_S = 5.0, 10.0, 20.0, 15.0, 300.0
RATE_HZ = 208.0
# What a family's virtual sensor is, and the rate at which it measures a plan.
MADE: Mapping[str, tuple[Callable[..., Body], float]] = {
    OURS: (VirtualSensor, RATE_HZ),
    "polar-verity-sense": (PolarSensor, RATE_HZ),
    "witmotion-wt9011": (WitSensor, 200.0),
}


def demo_plan() -> Plan:
    """Standing, walking, easy running, a stretch of fast and hard landings, and after minutes of easy running
    another, then easy running for ever.

    The hard stretches are there to raise an alert, first by a rough limit and then by what is usual for the
    runner, and the rest to clear it; the right leg lands a little harder throughout, and shock grows by a
    third in an hour, as with tired runners (Mizrahi et al. 2000).
    """
    easy = Phase(
        activity="run",
        speed_kmh=10.0,
        impact_g=6.0,
        asymmetry_percent=6.0,
        impact_drift_percent_per_hour=35.0,
    )
    hard = Phase(activity="run", duration_s=HARD_S, speed_kmh=14.0, impact_g=13.0, asymmetry_percent=6.0)
    return Plan.of(
        Phase(activity="stand", duration_s=STAND_S),
        Phase(activity="walk", duration_s=WALK_S, speed_kmh=5.0),
        replace(easy, duration_s=EASY_S),
        hard,
        replace(easy, duration_s=USUAL_S),
        hard,
        easy,
    )


def virtual_sensors(
    mounts: Sequence[Mount],
    *,
    recording: Path | None,
    seed: int,
    faults: Sequence[str],
    first_boot: int = 1,
    family: str = OURS,
) -> tuple[list[Body], list[Source]]:
    """One sensor a mount, of that family, and the source of its motion; what is doubtful is said on stderr.

    Raises UsageError or IngestError.
    """
    if family not in MADE:
        raise UsageError(f"there is no virtual sensor of the family {family!r}: use one of {', '.join(MADE)}")
    if recording is not None and len(mounts) != 1:
        raise UsageError("--recording needs exactly one --mount: where its sensor was worn")
    twice = next((mount for mount in mounts if mounts.count(mount) > 1), None)
    if twice is not None:
        raise UsageError(f"--mount {twice} is given twice; a mount has one sensor")
    settings = _settings(faults, mounts)
    make, rate_hz = MADE[family]
    sources: list[Source] = []
    for mount in mounts:
        if recording is None:
            sources.append(GaitSource(mount, demo_plan(), rate_hz=rate_hz, seed=seed))
        else:
            sources.append(_player(recording, mount, family))
    sensors = [
        make(
            source,
            Traits(
                mount,
                serial=f"SIM{seed % 1000:03d}-{list(Mount).index(mount) + 1:04d}",
                first_boot=first_boot,
                holds_source=recording is not None,
            ),
            faults=Faults(settings, mount=mount, seed=seed),
        )
        for mount, source in zip(mounts, sources, strict=True)
    ]
    return sensors, sources


def _settings(faults: Sequence[str], mounts: Sequence[Mount]) -> tuple[Setting, ...]:
    """The faults that are asked for, each of a sensor that is there."""
    try:
        settings = parse_faults(faults)
    except FaultError as error:
        raise UsageError(str(error)) from None
    idle = next((setting for setting in settings if setting.mount not in (None, *mounts)), None)
    if idle is not None:
        raise UsageError(
            f"--fault {idle.mount}:{idle.name}: no sensor is worn at {idle.mount}, "
            f"only at {', '.join(mounts)}"
        )
    return settings


def _player(recording: Path, mount: Mount, family: str) -> Player:
    played = read_recording(recording, mount)
    if played.doubt:
        typer.echo(one_line(played.doubt), err=True)
    if played.gyro_dps is None and MADE[family][0] is WitSensor:
        raise UsageError(f"{recording}: has no rotation, which a sensor of the family {family} measures")
    return Player(played.t_us, played.acc_g, played.gyro_dps)
