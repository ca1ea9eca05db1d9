"""A machine's own Bluetooth: D-Bus, two linked controllers of btvirt, bluetoothd on the first."""

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from kneeload.cli import main

__all__ = ["Program", "Stack", "StackError", "wait_until"]

LOOK_S: Final = 0.25
# Under software emulation everything takes ten times as long.
PATIENCE_S: Final = 90.0
# It waits for ever for a bluetoothd that is not there yet.
BLUETOOTHCTL_S: Final = 10.0
BLUETOOTHD: Final = ("/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd")
RECEIVER, SENSOR = 0, 1


class StackError(Exception):
    """What was waited for did not come."""


def wait_until(
    condition: Callable[[], bool], what: str, *, timeout_s: float = PATIENCE_S, look_s: float = LOOK_S
) -> float:
    """How many seconds it took until condition() held; StackError when it does not within timeout_s."""
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > timeout_s:
            raise StackError(f"waited {timeout_s:g} s in vain: {what}")
        time.sleep(look_s)
    return time.monotonic() - began_s


class Program:
    """A running program; what it says is appended to NAME.err, its stdout goes to NAME.out.

    kneeload itself is forked from this process, which has imported it: under software emulation the imports
    take longer than the rest.
    """

    def __init__(self, name: str, command: Sequence[str], logs: Path) -> None:
        self.name = name
        self.stdout = logs / f"{name}.out"
        self.stderr = logs / f"{name}.err"
        self.returncode: int | None = None
        self._pid = os.fork()
        if not self._pid:
            _become(command, self.stdout, self.stderr)

    @property
    def running(self) -> bool:
        if self.returncode is None:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode is None

    def send(self, number: signal.Signals) -> None:
        """A signal, while it runs."""
        if self.running:
            os.kill(self._pid, number)

    def finish(self, *, timeout_s: float = PATIENCE_S) -> str:
        """Wait for its end, with force when it does not come; what it wrote to stdout."""
        try:
            wait_until(lambda: not self.running, f"{self.name} ends", timeout_s=timeout_s)
        except StackError:
            self.send(signal.SIGKILL)
            raise
        return self.stdout.read_text()

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        """End it as asked; what it wrote to stdout."""
        self.send(number)
        return self.finish()

    def last_words(self) -> str:
        lines = self.stderr.read_text(errors="replace").strip().splitlines()
        return f"{self.name}: {lines[-1] if lines else 'said nothing'}"


def _become(command: Sequence[str], stdout: Path, stderr: Path) -> NoReturn:
    """What a forked process does; it never returns."""
    code: object = 1
    try:
        os.setsid()
        for path, number, mode in ((stdout, 1, os.O_TRUNC), (stderr, 2, os.O_APPEND)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | mode, 0o600), number)
        if command[0] != "kneeload":
            os.execvp(command[0], list(command))
        sys.argv = list(command)
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


class Stack:
    """hci0 is bluetoothd's, hci1 is free for a virtual sensor. Everything ends with `close`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._bus: Program | None = None
        self._controllers: Program | None = None
        self._daemon: Program | None = None

    def start(self) -> None:
        Path("/run/dbus").mkdir(parents=True, exist_ok=True)
        self._bus = Program("dbus-daemon", ["dbus-daemon", "--system", "--nofork", "--nopidfile"], self.logs)
        wait_until(Path("/run/dbus/system_bus_socket").exists, "the system's D-Bus")
        self.start_daemon()
        self.renew_controllers()

    def renew_controllers(self) -> None:
        """Two new ones: btvirt keeps connections of a sensor that went away and mixes up later ones."""
        if self._controllers is not None:
            self._controllers.end(signal.SIGKILL)
            wait_until(lambda: not self._controller(RECEIVER).exists(), "the old controllers are gone")
        self._controllers = Program("btvirt", ["btvirt", "-l2"], self.logs)
        wait_until(self._controller(SENSOR).exists, "two controllers")
        wait_until(lambda: self.power(on=True), "hci0 powered on")

    @staticmethod
    def _controller(number: int) -> Path:
        return Path(f"/sys/class/bluetooth/hci{number}")

    def start_daemon(self) -> None:
        program = next((path for path in BLUETOOTHD if Path(path).exists()), BLUETOOTHD[0])
        self._daemon = Program("bluetoothd", [program, "-n"], self.logs)

    def stop_daemon(self, number: signal.Signals) -> None:
        if self._daemon is not None:
            self._daemon.end(number)

    def power(self, *, on: bool) -> bool:
        """Power the receiver's adapter; whether bluetoothctl says that it worked."""
        try:
            done = subprocess.run(
                ["bluetoothctl", "power", "on" if on else "off"],
                capture_output=True,
                text=True,
                check=False,
                timeout=BLUETOOTHCTL_S,
            )
        except subprocess.TimeoutExpired:
            return False
        return "succeeded" in done.stdout

    @staticmethod
    def free_sensor() -> None:
        """Only a controller that is down can be opened past the kernel's own Bluetooth."""
        subprocess.run(["hciconfig", f"hci{SENSOR}", "down"], check=False, timeout=PATIENCE_S)

    def close(self) -> None:
        for program in (self._daemon, self._controllers, self._bus):
            if program is not None:
                program.send(signal.SIGKILL)
