"""What must go well over the real stack, as a table. Each gives what it measured or raises StackError."""

import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.bluez.account import Heard
from tests.bluez.scene import Scene
from tests.bluez.stack import PATIENCE_S, Program, StackError, wait_until

__all__ = ["CASES", "Case"]

Measured = dict[str, object]
# Longer than the sensor's memory: samples are lost for good, and must be counted.
LONG_S: Final = 14.0
SHORT_S: Final = 5.0
WHOLE_S: Final = 240.0
SCAN_S: Final = 8


@dataclass(frozen=True, slots=True)
class Case:
    """disturb is done once samples flow; faults are the sensor's.

    breaks: how often its link breaks at least. boots: lives of it. overrun: its memory will not do.
    """

    name: str
    disturb: Callable[[Scene], None]
    faults: tuple[str, ...] = ()
    breaks: int = 0
    boots: int = 1
    overrun: bool = False

    def play(self, scene: Scene, address: str) -> Measured:
        """The whole of a recording, disturbed; then every account is held against every other."""
        scene.stack.renew_controllers()
        scene.start_sensor(self.faults)
        scene.start_run(address)
        # The runner first stands: a third of the recording has steps in it already.
        scene.wait_for_samples(scene.samples // 3, "samples flow", timeout_s=WHOLE_S)
        self.disturb(scene)
        scene.wait_for_samples(scene.samples, "the recording's last sample", timeout_s=WHOLE_S)
        report, truth, strides = scene.end_run(), scene.end_sensor(), scene.strides()
        _demand(report["journal"]["strides"] == strides > 0, f"strides in the journal: {strides}")
        (row,) = report["sensors"]
        return {**_settle(self, scene.heard(), row=row, truth=truth), "strides": strides}


def _demand(held: bool, what: str) -> None:
    if not held:
        raise StackError(what)


def _settle(case: Case, heard: Heard, *, row: Mapping[str, Any], truth: Mapping[str, Any]) -> Measured:
    """The sensor's account, the receiver's and what stands in the recording are one."""
    measured: Measured = {
        "taken": truth["taken"],
        "received": row["samples_received"],
        "lost": row["samples_lost"],
        "dropped_by_sensor": truth["dropped"],
        "packets": heard.packets,
        "connects": heard.connects,
        "away_s": list(heard.away_s),
    }

    def demand(held: bool, what: str) -> None:
        _demand(held, f"{what}: {json.dumps(measured)}")

    demand(truth["finished"], "the sensor has sent everything")
    demand(len(heard.boots) == case.boots, f"lives of the sensor, not {heard.boots}")
    demand(heard.connects > case.breaks, f"at least {case.breaks} breaks of the link")
    last = heard.boots[-1]
    demand(last.number == truth["boot"], "the last life is the one that gave its account")
    demand(last.end == truth["taken"] + truth["missing"], "received and lost make up the whole")
    demand(row["samples_received"] == heard.distinct, "as many received as stand in the recording")
    demand(row["samples_lost"] == heard.lost, "as many lost as are missing in the recording")
    demand(last.lost >= truth["dropped"], "what the sensor dropped is lost")
    demand(truth["dropped"] == 0 or case.overrun, "the sensor's memory ran over only where it should")
    if not case.breaks:
        demand(heard.connects == 1, "the link never broke")
        demand(row["samples_lost"] == 0, "nothing lost")
    return measured


def _nothing(_scene: Scene) -> None:
    return


def _restart_daemon(number: signal.Signals) -> Callable[[Scene], None]:
    def restart(scene: Scene) -> None:
        scene.stack.stop_daemon(number)
        time.sleep(SHORT_S / 2)
        scene.stack.start_daemon()

    return restart


def _power_cycle(for_s: float) -> Callable[[Scene], None]:
    def cycle(scene: Scene) -> None:
        wait_until(lambda: scene.stack.power(on=False), "bluetoothctl power off")
        time.sleep(for_s)
        wait_until(lambda: scene.stack.power(on=True), "bluetoothctl power on")

    return cycle


def _freeze(scene: Scene) -> None:
    sensor = scene.sensor
    assert sensor is not None
    sensor.send(signal.SIGSTOP)
    time.sleep(LONG_S)
    sensor.send(signal.SIGCONT)


def _switch_sensor_off_and_on(scene: Scene) -> None:
    scene.end_sensor()
    time.sleep(SHORT_S)
    before = len(scene.heard().boots)
    scene.start_sensor()
    wait_until(lambda: len(scene.heard().boots) > before, "the sensor is heard again", timeout_s=PATIENCE_S)


CASES: Final[Sequence[Case]] = (
    Case("undisturbed", _nothing),
    Case("sensor out of range and back", _nothing, ("disconnect=25:4",), breaks=1),
    Case("bluetoothd restarts", _restart_daemon(signal.SIGTERM), breaks=1),
    Case("bluetoothd crashes and is started again", _restart_daemon(signal.SIGKILL), breaks=1),
    Case("adapter off and on", _power_cycle(SHORT_S), breaks=1),
    Case(
        "adapter off for longer than the sensor remembers",
        _power_cycle(LONG_S),
        breaks=1,
        overrun=True,
    ),
    Case("sensor freezes", _freeze, breaks=1, overrun=True),
    Case("sensor switched off and on", _switch_sensor_off_and_on, breaks=1, boots=2),
)


def find(scene: Scene) -> Measured:
    """`kneeload scan` sees the sensor and reads its battery; its address is what the cases connect to."""
    scene.start_sensor()
    began_s = time.monotonic()
    scan = Program("scan", ["kneeload", "scan", "--seconds", str(SCAN_S), "--json"], scene.folder)
    said = scan.finish()
    _demand(scan.returncode == 0, scan.last_words())
    took_s = round(time.monotonic() - began_s, 1)
    found = json.loads(said)["sensors"]
    _demand(len(found) == 1, f"one sensor, not {found}")
    account = scene.end_sensor()
    (sensor,) = found
    for key in ("address", "name"):
        _demand(sensor[key] == account[key], f"its {key}: {sensor}")
    _demand(sensor["battery_percent"] is not None, f"its battery: {sensor}")
    scene.address = sensor["address"]
    return {"address": scene.address, "battery_percent": sensor["battery_percent"], "scan_took_s": took_s}
