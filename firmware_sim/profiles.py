"""Which GATT table belongs to which pretend sensor: one row a family."""

from collections.abc import Callable
from typing import Any, Final

from firmware_sim.body import Body
from firmware_sim.kneeload_profile import KneeloadProfile
from firmware_sim.polar_profile import PolarProfile
from firmware_sim.polar_sensor import PolarSensor
from firmware_sim.profile import Profile
from firmware_sim.sensor import VirtualSensor
from firmware_sim.wit_profile import WitProfile
from firmware_sim.wit_sensor import WitSensor

__all__ = ["PROFILES", "profile_of"]

PROFILES: Final[dict[type[Body], Callable[[Any], Profile]]] = {
    VirtualSensor: KneeloadProfile,
    PolarSensor: PolarProfile,
    WitSensor: WitProfile,
}


def profile_of(sensor: Body) -> Profile:
    """The table of its family, with this sensor behind it."""
    return next(profile for kind, profile in PROFILES.items() if isinstance(sensor, kind))(sensor)
