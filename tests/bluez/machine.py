"""The guest: qemu with KVM where it works, with software emulation where not."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Machine"]

QEMU: Final = "qemu-system-x86_64"
MEMORY_MB: Final = 1500
LOOK_S: Final = 0.5
# From here on a kernel runs: an accelerator that is there but does not work never gets so far.
BOOTING_S: Final = 60.0
# Counted instructions are the emulated machine's clock: however slow or busy the host, it is never too slow
# for its own timers.
ACCELERATORS: Final = (
    ("KVM", ("-accel", "kvm", "-cpu", "host")),
    ("software emulation", ("-accel", "tcg", "-cpu", "max", "-icount", "shift=0")),
)
SIGN_OF_LIFE: Final = b"Linux version"


@dataclass(frozen=True, slots=True)
class Machine:
    """disks: vda, vdb, vdc. What they hold is thrown away except vdc's. results: what the guest tells."""

    kernel: Path
    initrd: Path
    disks: Sequence[Path]
    folder: Path

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    @property
    def results(self) -> Path:
        return self.folder / "results.jsonl"

    def run(self, tell: Callable[[str], None], *, timeout_s: float) -> str:
        """Until the guest powers off; by what it ran. Each line that it tells is told at once."""
        for name, options in ACCELERATORS:
            if name == "KVM" and not Path("/dev/kvm").exists():
                continue
            if self._boot(options, tell, timeout_s=timeout_s):
                return name
        raise TimeoutError(f"the guest did not boot; {self.console} says how far it came")

    def _boot(self, options: Sequence[str], tell: Callable[[str], None], *, timeout_s: float) -> bool:
        self.console.write_bytes(b"")
        self.results.write_bytes(b"")
        began_s = time.monotonic()
        told = 0
        with subprocess.Popen(
            self._command(options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as qemu:
            try:
                while qemu.poll() is None:
                    time.sleep(LOOK_S)
                    past_s = time.monotonic() - began_s
                    if past_s > BOOTING_S and SIGN_OF_LIFE not in self.console.read_bytes():
                        return False
                    if past_s > timeout_s:
                        raise TimeoutError(
                            f"the guest did not end within {timeout_s:g} s; see {self.console}"
                        )
                    told = self._tell_new(told, tell)
            finally:
                qemu.kill()
        self._tell_new(told, tell)
        return SIGN_OF_LIFE in self.console.read_bytes()

    def _tell_new(self, told: int, tell: Callable[[str], None]) -> int:
        lines = self.results.read_text("utf-8").split("\n")[:-1]
        for line in lines[told:]:
            tell(line.strip())
        return len(lines)

    def _command(self, options: Sequence[str]) -> list[str]:
        command = [QEMU, *options, "-m", str(MEMORY_MB), "-no-reboot"]
        command += ["-display", "none", "-monitor", "none", "-nic", "none"]
        command += ["-serial", f"file:{self.console}", "-serial", f"file:{self.results}"]
        command += ["-kernel", str(self.kernel), "-initrd", str(self.initrd)]
        command += ["-append", "root=/dev/vda rw init=/sbin/kneeload-init console=ttyS0 panic=-1"]
        for number, disk in enumerate(self.disks):
            thrown_away = "on" if number < len(self.disks) - 1 else "off"
            command += ["-drive", f"file={disk},format=raw,if=virtio,snapshot={thrown_away}"]
        return command
