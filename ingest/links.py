"""Which sensors may be used, and when to try again: the decisions of ingest.ble, without any radio."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from dsp.mount import Mount
from ingest.sensors import FAMILIES, Wanted

__all__ = [
    "OURS",
    "SILENT_DROP_S",
    "SILENT_RESTART_S",
    "AdapterProblem",
    "Ending",
    "Problem",
    "Sighting",
    "WornSensor",
    "adapter_problem",
    "configuration_line",
    "connect_timeout_s",
    "is_sensor",
    "pause_s",
    "printable_name",
    "rescan_delay_s",
    "retry_delay_s",
    "services_of",
    "when_silent",
]

# The family of a sensor of which nothing else is said.
OURS: Final = "kneeload-v1"
# A packet comes at least every second and a half; three seconds without one is no radio hiccup any more, and
# some firmwares need START again after a fade.
SILENT_RESTART_S: Final = 3.0
# Longer than the supervision timeout (4 s) and a restart: the link is up and dead.
SILENT_DROP_S: Final = 10.0
# How a connection ended: the link broke; it never came about; the sensor would not do as asked.
Ending = Literal["lost", "unreached", "refused"]
# The first retry is quick, for one lost radio packet. A sensor that left comes back at any moment, and until
# then it costs nothing: only who is heard is connected to. One that is there and refuses is left in peace.
FIRST_RETRY_S: Final = 1.0
LAST_RETRY_S: Final[dict[Ending, float]] = {"lost": 1.0, "unreached": 2.0, "refused": 30.0}
# A sensor that was just heard connects within a second or two, or has gone again, and the others wait
# meanwhile; one that is slow gets more time when it is tried again. Wall time, as the stack's, and of it what
# this process gets to run (ingest.waiting.patience).
CONNECT_TIMEOUT_S: Final = 4.0
CONNECT_AGAIN_TIMEOUT_S: Final = 6.0
# An adapter that is off or a bluetoothd that starts anew refuses at no cost, and the sensors wait meanwhile.
LAST_RESCAN_S: Final = 4.0
# Looking after a link, and exchanging times over it: often until the clock is known, then twice a second, and
# never twice at the same phase of the connection events.
FIRST_TURNS: Final = 20
FIRST_PAUSE_S: Final = 0.1
PAUSE_S: Final = 0.5
PHASES_S: Final = 0.05
GOLDEN: Final = 0.6180339887498949
LONGEST_NAME: Final = 32
# What an error of the scanner has in it -> what mends it; the last one for all others.
ADAPTER_FIXES: Final = (
    ("rfkill", "sudo rfkill unblock bluetooth"),
    ("POWERED_OFF", "bluetoothctl power on"),
    ("AccessDenied", "sudo usermod -aG bluetooth $USER, then log in again"),
    ("ServiceUnknown", "sudo apt install bluez; sudo systemctl start bluetooth"),
    ("FileNotFoundError", "sudo apt install dbus bluez; sudo systemctl start bluetooth"),
    ("", "plug in a Bluetooth LE adapter; sudo systemctl restart bluetooth"),
)


@dataclass(frozen=True, slots=True)
class WornSensor:
    """One sensor of the allow-list. It is known by its address or, where none is given, by its exact name.

    rate_hz, acc_range_g, gyro: what to ask of it; None = as it is. A sensor that cannot keeps what it has.
    pair: bond with it before anything is read, so that the link is encrypted.
    """

    mount: Mount
    address: str | None = None
    name: str | None = None
    family: str = OURS
    rate_hz: float | None = None
    acc_range_g: float | None = None
    gyro: bool | None = None
    pair: bool = False

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.mount, self.rate_hz, self.acc_range_g, self.gyro)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should know; the link goes on trying. mount: None = the adapter itself."""

    mount: Mount | None
    what: str


@dataclass(frozen=True, slots=True)
class AdapterProblem:
    """Why Bluetooth does not work here, and what mends it."""

    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sensor in range. name is what it says of itself, made printable; line goes into the configuration."""

    address: str
    name: str
    rssi: int
    family: str
    battery_percent: float | None
    line: str


def is_sensor(sensor: WornSensor, address: str, *, name: str | None, service_uuids: Collection[str]) -> bool:
    """Whether an advertisement is this very sensor's. Being of its family alone lets nobody in."""
    if sensor.address is not None:
        return address.casefold() == sensor.address.casefold()
    if sensor.name is None or name != sensor.name:
        return False
    return FAMILIES[sensor.family].recognises(name, service_uuids)


def services_of(families: Iterable[str]) -> list[str] | None:
    """What to scan for to hear sensors of all these families; None = everybody, as some have names alone."""
    services = {FAMILIES[family].service_uuid for family in families}
    told = sorted(service for service in services if service is not None)
    return told if len(told) == len(services) else None


def retry_delay_s(failures: int, ending: Ending = "refused") -> float:
    """How long to wait after so many failures in a row, the last of which ended so: 0, 1, 2, 4, … s."""
    return 0.0 if failures <= 0 else min(LAST_RETRY_S[ending], FIRST_RETRY_S * 2.0 ** min(failures - 1, 16))


def connect_timeout_s(failures: int) -> float:
    """How long one attempt to connect may keep the adapter, after so many failures in a row."""
    return CONNECT_AGAIN_TIMEOUT_S if failures else CONNECT_TIMEOUT_S


def rescan_delay_s(failures: int) -> float:
    """How long to wait after scanning was refused so often in a row: 0, 1, 2, 4, 4 … s."""
    return min(LAST_RESCAN_S, retry_delay_s(failures))


def pause_s(turn: int) -> float:
    """How long to wait before the turn-th look at a link.

    An exchange ends with a connection event: golden fractions put the next one at all phases from there.
    """
    return (FIRST_PAUSE_S if turn < FIRST_TURNS else PAUSE_S) + PHASES_S * (turn * GOLDEN % 1.0)


def when_silent(silent_s: float, *, restarted: bool) -> Literal["wait", "restart", "drop"]:
    """What to do with a link that brought no samples for so long; restarted: since they last came."""
    if silent_s >= SILENT_DROP_S:
        return "drop"
    if silent_s >= SILENT_RESTART_S and not restarted:
        return "restart"
    return "wait"


def printable_name(name: str | None) -> str:
    """A name from the air without what could play tricks on a terminal."""
    return "".join(c for c in name or "" if c.isprintable())[:LONGEST_NAME]


def configuration_line(address: str, name: str, family: str = OURS) -> str:
    """What to put into the configuration for a sensor; the mount is the reader's to choose."""
    line = f'[[sensors]]\nmount = "left-shin"\naddress = "{address}"  # {name}'
    return line if family == OURS else f'{line}\nfamily = "{family}"'


def adapter_problem(details: str, reason: str) -> AdapterProblem:
    """The fix that belongs to an error: details is what tells errors apart, reason the line to show."""
    fix = next(fix for sign, fix in ADAPTER_FIXES if sign in details)
    return AdapterProblem(f"Bluetooth cannot be used: {reason}", fix)
