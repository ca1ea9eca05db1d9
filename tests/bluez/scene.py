"""One virtual sensor on hci1 and one `kneeload live` over bluetoothd's hci0, and what both say at the end."""

import json
import signal
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dsp.mount import Mount
from tests.bluez.account import Heard, hear
from tests.bluez.stack import PATIENCE_S, SENSOR, Program, Stack, StackError, wait_until

__all__ = ["MOUNT", "Scene"]

MOUNT: Final = Mount.LEFT_SHIN
# Opening the sensor's controller is refused while the kernel still sets it up.
ATTEMPTS: Final = 6
# Counting what is on disk costs the guest more than a look at a process.
READING_S: Final = 1.5


class Scene:
    """A case's own folder, sensor and run. samples: how many the recording that the sensor plays has."""

    def __init__(self, stack: Stack, folder: Path, *, recording: Path, samples: int) -> None:
        self.stack = stack
        self.folder = folder
        self.samples = samples
        self.address = ""
        self._recording = recording
        self._starts = 0
        self.sensor: Program | None = None
        self.run: Program | None = None
        folder.mkdir(parents=True)

    def start_sensor(self, faults: Sequence[str] = ()) -> None:
        """Returns once it advertises."""
        options = [word for fault in faults for word in ("--fault", fault)]
        last_words = ""
        for _ in range(ATTEMPTS):
            self._starts += 1
            ready = self.folder / f"ready-{self._starts}"
            command = ["kneeload", "sim", "--transport", f"hci-socket:{SENSOR}", "--mount", MOUNT, "--json"]
            command += ["--recording", str(self._recording), "--ready-file", str(ready), *options]
            self.stack.free_sensor()
            self.sensor = sensor = Program(f"sim-{self._starts}", command, self.folder)

            def settled(ready: Path = ready, sensor: Program = sensor) -> bool:
                return ready.exists() or not sensor.running

            wait_until(settled, "the sensor advertises")
            if sensor.running:
                return
            last_words = sensor.last_words()
        raise StackError(last_words)

    def end_sensor(self) -> dict[str, Any]:
        """Switch it off; its account."""
        sensor = self.sensor
        assert sensor is not None
        said = sensor.end()
        if sensor.returncode != 0:
            raise StackError(sensor.last_words())
        (account,) = json.loads(said)["sensors"]
        assert isinstance(account, dict)
        return account

    def start_run(self, address: str) -> None:
        config = self.folder / "kneeload.toml"
        data = self.folder / "data"
        table = f'[[sensors]]\nmount = "{MOUNT}"\naddress = "{address}"\n'
        config.write_text(f'[data]\ndir = "{data}"\n{table}', "utf-8")
        self.run = Program(
            "live", ["kneeload", "live", "--config", str(config), "--json", "--new"], self.folder
        )

    def heard(self) -> Heard:
        return hear(sorted(self.folder.glob("data/runs/*/packets.mcap")), MOUNT)

    def wait_for_samples(self, count: int, what: str, *, timeout_s: float = PATIENCE_S) -> float:
        """Until so many numbers of the newest boot have come or were passed over."""

        def there() -> bool:
            if self.run is not None and not self.run.running:
                raise StackError(self.run.last_words())
            boots = self.heard().boots
            return bool(boots) and boots[-1].end >= count

        return wait_until(there, what, timeout_s=timeout_s, look_s=READING_S)

    def end_run(self) -> dict[str, Any]:
        """Ctrl-C; the report."""
        assert self.run is not None
        said = self.run.end(signal.SIGINT)
        if self.run.returncode != 0:
            raise StackError(self.run.last_words())
        report = json.loads(said)
        assert isinstance(report, dict)
        return report

    def strides(self) -> int:
        """In the journal."""
        with sqlite3.connect(self.folder / "data" / "journal.db") as journal:
            (count,) = journal.execute("SELECT count(*) FROM result WHERE stream = 'stride'").fetchone()
        return int(count)

    def close(self) -> None:
        for program in (self.run, self.sensor):
            if program is not None:
                program.send(signal.SIGKILL)
