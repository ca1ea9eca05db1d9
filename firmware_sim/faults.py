"""What goes wrong between a sensor and its receiver: a table of names, each with one value.

NAME=VALUE, or MOUNT:NAME=VALUE for one sensor only. All chance comes from a seed, everything done is counted.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, Literal

from dsp.mount import Mount
from firmware_sim.encoder import ACC_RANGES_G
from firmware_sim.errors import FaultError
from firmware_sim.mishaps import Burst, Corrupt, Duplicate, Loss, Mishap, Reorder, Silence, Tally
from firmware_sim.oscillator import Oscillator
from firmware_sim.traits import Traits

__all__ = ["FAULTS", "Fault", "Faults", "Setting", "parse_faults"]

Form = Literal["fraction", "seconds", "every:for", "ppm", "ppm/min", "yes", "range"]

_LOW_BATTERY_PERCENT: Final = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table. example: a value that works."""

    name: str
    form: Form
    example: str
    meaning: str


FAULTS: Final[tuple[Fault, ...]] = (
    Fault("loss", "fraction", "0.02", "this fraction of packets never arrives"),
    Fault("duplicate", "fraction", "0.01", "this fraction of packets arrives twice"),
    # No radio does this: the link layer keeps the order of a connection. What comes late is dropped.
    Fault("reorder", "fraction", "0.01", "this fraction of packets arrives after its successor"),
    Fault("corrupt", "fraction", "0.001", "this fraction of packets has wrong bytes"),
    Fault("burst", "seconds", "2", "now and then nothing comes for so long, then everything at once"),
    Fault(
        "silence", "every:for", "25:5", "every so many seconds, for so long, nothing is sent and all is lost"
    ),
    Fault("disconnect", "every:for", "20:3", "every so many seconds the sensor is out of range for so long"),
    Fault(
        "reboot", "seconds", "30", "every so many seconds the sensor restarts: counter and clock begin anew"
    ),
    Fault("skew", "ppm", "50", "the sensor's clock runs so much too fast"),
    Fault("drift", "ppm/min", "5", "the clock's skew grows so much every minute"),
    Fault("low_battery", "yes", "1", "the battery is nearly empty"),
    Fault("clip", "range", "4", "the sensor measures up to ± so many g only"),
)
_BY_NAME: Final = {fault.name: fault for fault in FAULTS}


@dataclass(frozen=True, slots=True)
class Setting:
    """One fault as asked for. mount: None = every sensor. values: the numbers of VALUE."""

    name: str
    values: tuple[float, ...]
    mount: Mount | None = None


def _reason_against(form: Form, values: tuple[float, ...]) -> str | None:
    first = values[0]
    match form:
        case "fraction" if len(values) != 1 or not 0 <= first <= 1:
            return "a fraction from 0 to 1"
        case "seconds" if len(values) != 1 or not first > 0:
            return "a number of seconds above 0"
        case "every:for" if len(values) != 2 or not first > values[1] > 0:
            return "EVERY:FOR, both in seconds, the first larger"
        case "ppm" | "ppm/min" if len(values) != 1 or not abs(first) <= 10_000:
            return "a number from -10000 to 10000"
        case "yes" if values not in ((0.0,), (1.0,)):
            return "1 (or 0)"
        case "range" if len(values) != 1 or first not in ACC_RANGES_G:
            return f"one of {', '.join(map(str, ACC_RANGES_G))}"
    return None


def _parse(text: str) -> Setting:
    name, equals, value = text.partition("=")
    head, colon, tail = name.partition(":")
    mount = None
    if colon:
        try:
            mount = Mount(head)
        except ValueError:
            raise FaultError(text, f"{head!r} is no mount: use one of {', '.join(Mount)}") from None
        name = tail
    if name not in _BY_NAME:
        near = difflib.get_close_matches(name, _BY_NAME, n=1)
        instead = f"did you mean {near[0]!r}?" if near else f"possible: {', '.join(_BY_NAME)}"
        raise FaultError(text, f"there is no fault {name!r}; {instead}")
    fault = _BY_NAME[name]
    try:
        values = tuple(float(part) for part in value.split(":"))
    except ValueError:
        values = ()
    against = "a number" if not values else _reason_against(fault.form, values)
    if not equals or against:
        raise FaultError(text, f"{name} takes {against or 'a value'}, for example {name}={fault.example}")
    return Setting(name, values, mount)


def parse_faults(texts: Iterable[str]) -> tuple[Setting, ...]:
    """The settings in NAME=VALUE texts. FaultError says what there is instead."""
    return tuple(_parse(text) for text in texts)


def _active(now_s: float, every_s: float, for_s: float) -> bool:
    return now_s >= every_s and now_s % every_s < for_s


class Faults:
    """All faults of one sensor. mishaps: those of the packet stream, in the order a packet meets them."""

    def __init__(
        self, settings: Sequence[Setting] = (), *, mount: Mount | None = None, seed: int = 0
    ) -> None:
        chosen = {s.name: s.values for s in settings if s.mount is None}
        chosen |= {s.name: s.values for s in settings if s.mount is not None and s.mount == mount}
        self._values = chosen
        self._reboots = 0

        def random_of(name: str) -> Random:
            return Random(f"{seed} {mount} {name}")

        possible: dict[str, type[Mishap]] = {
            "silence": Silence,
            "loss": Loss,
            "corrupt": Corrupt,
            "duplicate": Duplicate,
            "reorder": Reorder,
            "burst": Burst,
        }
        self.mishaps: dict[str, Mishap] = {
            name: mishap(chosen[name], random_of(name)) for name, mishap in possible.items() if name in chosen
        }

    def count_by(self, samples_in: Callable[[bytes], int]) -> None:
        """samples_in: how many samples a packet of this sensor holds."""
        for mishap in self.mishaps.values():
            mishap.samples_in = samples_in

    @property
    def counts(self) -> dict[str, Tally]:
        """By name: packets and samples that met each mishap."""
        return {name: mishap.tally for name, mishap in self.mishaps.items()}

    @property
    def samples_lost(self) -> int:
        """In packets that never arrive whole."""
        return sum(m.tally.samples for m in self.mishaps.values() if m.destroys)

    def apply(self, traits: Traits) -> Traits:
        """The sensor as the faults make it."""
        one = {name: values[0] for name, values in self._values.items()}
        oscillator = Oscillator(
            one.get("skew", traits.oscillator.skew_ppm),
            one.get("drift", traits.oscillator.drift_ppm_per_min),
        )
        return replace(
            traits,
            oscillator=oscillator,
            battery_percent=_LOW_BATTERY_PERCENT if one.get("low_battery") else traits.battery_percent,
            acc_range_g=int(one["clip"]) if "clip" in one else traits.acc_range_g,
        )

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:
        """What comes out at now_s when packets go in."""
        for mishap in self.mishaps.values():
            packets = mishap.push(now_s, packets)
        return packets

    def forget(self) -> int:
        """Drop what is held back (the sensor restarts); how many samples that were."""
        return sum(mishap.forget() for mishap in self.mishaps.values())

    def out_of_range(self, now_s: float) -> bool:
        """Whether the sensor is too far away at now_s."""
        window = self._values.get("disconnect")
        return window is not None and _active(now_s, window[0], window[1])

    def reboot_due(self, now_s: float) -> bool:
        """Once for every restart that is due by now_s."""
        if "reboot" not in self._values or now_s // self._values["reboot"][0] <= self._reboots:
            return False
        self._reboots += 1
        return True
