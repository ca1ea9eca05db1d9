"""What a run says, held against what the simulator knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dsp.mount import Mount
from firmware_sim.faults import Setting
from firmware_sim.gait import GaitSource
from kneeload.witness import Witness
from tests.torture.own_time import OwnTime
from tests.torture.runner import MOUNTS

__all__ = ["Account", "grade", "returns_s"]

# Who is in range for less cannot be expected to stream.
LONG_ENOUGH_S = 5.0
# The least of all delays is in all times alike and in no uncertainty (docs/clock.md): a connection interval.
FLOOR_S = 0.03


@dataclass
class Account:
    """What a run says against what the simulator knows. lost, truly_lost: samples, by sensor in order.

    contacts, missed, extra: in the sensors' own time. off_s: how far off each contact's time is, s;
    unadmitted: contacts that are off by more than the uncertainty in the sensor's health, and the floor.
    """

    lost: list[int] = field(default_factory=list)
    truly_lost: list[int] = field(default_factory=list)
    received: int = 0
    contacts: int = 0
    missed: int = 0
    extra: int = 0
    off_s: list[float] = field(default_factory=list)
    unadmitted: int = 0
    returns_s: list[float] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    strangers_started: int = 0

    def settle(self, health: Sequence[tuple[int, int, int]], truly_lost: Sequence[int]) -> bool:
        """health: samples lost, received, bad packets of each sensor. Whether losses are the true ones."""
        self.lost = [lost for lost, _, _ in health]
        self.bad = [bad for _, _, bad in health]
        self.received = sum(received for _, received, _ in health)
        self.truly_lost = list(truly_lost)
        return self.lost == self.truly_lost


def grade(
    account: Account, witness: Witness, own_time: OwnTime, sources: Sequence[GaitSource], *, swapped: bool
) -> None:
    """Contacts against the true ones, and how far off their times are."""
    for mount in MOUNTS:
        said_s = witness.contacts_s.get(mount, [])
        truly_s, doubt_s = own_time.of(mount, said_s)
        off_s = np.abs(said_s - truly_s)
        account.off_s += off_s.tolist()
        account.unadmitted += int((off_s > doubt_s + FLOOR_S).sum())
        witness.contacts_s[mount] = truly_s.tolist()
    if swapped:
        left, right = MOUNTS
        for seen in (witness.heard, witness.contacts_s):
            seen[left], seen[right] = seen[right], seen[left]  # type: ignore[assignment]
    found = witness.against(sources)
    assert found is not None
    account.contacts, account.missed, account.extra = found["contacts"], found["missed"], found["extra"]


def returns_s(settings: Sequence[Setting], arrivals_s: Mapping[Mount, Sequence[float]]) -> list[float]:
    """Those of each sensor that was out of range for a while, again and again."""
    ended_s = max(arrivals_s[mount][-1] for mount in MOUNTS)
    found_s: list[float] = []
    for setting in settings:
        every_s, for_s = setting.values if setting.name == "disconnect" else (0.0, 0.0)
        if every_s - for_s >= LONG_ENOUGH_S:
            for mount in MOUNTS if setting.mount is None else (setting.mount,):
                found_s += _returns(arrivals_s[mount], every_s, for_s, ended_s)
    return found_s


def _returns(arrivals_s: Sequence[float], every_s: float, for_s: float, ended_s: float) -> list[float]:
    """From each return into range to the first samples after it, or to the end when none came any more.

    A return that the end followed at once is left out.
    """
    waits = []
    back_s = every_s + for_s
    while back_s < ended_s:
        seen_s = next((t for t in arrivals_s if t >= back_s), None)
        if seen_s is not None or ended_s - back_s > LONG_ENOUGH_S:
            waits.append((ended_s if seen_s is None else seen_s) - back_s)
        back_s += every_s
    return waits
