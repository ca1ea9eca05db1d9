"""make test-bluez: virtual sensors and `kneeload live` over the real Linux Bluetooth stack, in a small guest.

python -m tests.bluez [CASE NUMBER…]. What came out, logs and packets, stays in the folder that it names.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bluez.cases import CASES
from tests.bluez.disk import SkipError, debian, empty_disk, image_of, init_script, project
from tests.bluez.machine import QEMU, Machine

PACKAGE_OF = {
    QEMU: "qemu-system-x86",
    "debootstrap": "debootstrap",
    "mke2fs": "e2fsprogs",
    "debugfs": "e2fsprogs",
}
LONGEST_S = 7200.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", type=int, nargs="*", help="of the cases; default: all")
    numbers: list[int] = parser.parse_args().numbers
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    kept = os.environ.get("KNEELOAD_BLUEZ_CACHE")
    cache = Path(kept) if kept else Path.home() / ".cache" / "kneeload-bluez"
    try:
        _install()
        cache.mkdir(parents=True, exist_ok=True)
        root = debian(cache)
        python = f"python{sys.version_info.major}.{sys.version_info.minor}"
        if not (root / "usr" / "bin" / python).exists():
            raise SkipError(f"the guest has no {python}, for which the packages here were built")
        return _play(root, cache, numbers)
    except TimeoutError as late:
        print(f"test-bluez: {late}")
        return 1
    except SkipError as why:
        print(f"test-bluez skipped: {why}")
        return 1 if os.environ.get("KNEELOAD_REQUIRE_SERVICES") == "1" else 0


def _install() -> None:
    """What makes and runs the guest, from this machine's packages."""
    missing = sorted({package for program, package in PACKAGE_OF.items() if not shutil.which(program)})
    if platform.machine() != "x86_64":
        raise SkipError(f"the guest is made for x86_64, not {platform.machine()}")
    if os.geteuid() != 0:
        raise SkipError("making a Debian guest needs root")
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise SkipError(f"not installed: {' '.join(missing)}")
    print(f"installing {' '.join(missing)}", flush=True)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *command],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if done.returncode != 0:
            raise SkipError(f"cannot install {' '.join(missing)}: {done.stderr.strip().splitlines()[-1:]}")


def _play(root: Path, cache: Path, numbers: list[int]) -> int:
    init = root / "sbin" / "kneeload-init"
    if not init.exists() or init.read_bytes() != init_script():
        init.write_bytes(init_script())
        init.chmod(0o755)
        (cache / "debian.img").unlink(missing_ok=True)
    debian_image = cache / "debian.img"
    if not debian_image.exists():
        image_of(root, cache / "debian.img.part").rename(debian_image)
    out = Path(tempfile.mkdtemp(prefix="kneeload-bluez-"))
    try:
        staging = project(out / "project", numbers)
        disks = [debian_image, image_of(staging, out / "project.img"), empty_disk(out / "out.img")]
        shutil.rmtree(staging)
        kernel, initrd = (next((root / "boot").glob(f"{kind}-*")) for kind in ("vmlinuz", "initrd.img"))
        machine = Machine(kernel, initrd, disks, out)
        rows: list[dict[str, object]] = []
        by = machine.run(lambda line: _take(line, rows), timeout_s=LONGEST_S)
        subprocess.run(["debugfs", "-R", f"rdump / {out}", str(disks[-1])], capture_output=True, check=False)
    finally:
        for image in out.glob("*.img"):
            image.unlink()
    good = sum(row["result"] == "ok" for row in rows)
    expected = 1 + (len(numbers) or len(CASES))
    print(f"guest by {by}; {good} of {expected} good; {out} has their logs and packets")
    return 0 if good == expected else 1


def _take(line: str, rows: list[dict[str, object]]) -> None:
    row = json.loads(line)
    rows.append(row)
    details = row.get("why") or json.dumps(row.get("measured"))
    print(f"{row['case']:<50} | {row['result']:<6} | {row['took_s']:>6} s | {details}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
