"""The guest's disks: Debian from this machine's package source; the project and what it stands on."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from kneeload.virtual import RATE_HZ
from tests.bluez.packages import copy_packages, needed

__all__ = ["SkipError", "debian", "empty_disk", "image_of", "init_script", "project", "recording"]

PACKAGES: Final = ("dbus", "bluez", "bluez-test-tools", "linux-image-amd64", "python3", "kmod")
# Of the kernel's drivers and of the documentation a guest without devices needs nothing.
UNNEEDED: Final = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "var/cache/apt",
    "var/lib/apt/lists",
    *(f"lib/modules/*/kernel/drivers/{kind}" for kind in ("gpu", "media", "net/ethernet", "net/wireless")),
    "lib/modules/*/kernel/sound",
)
SOURCES: Final = ("dsp", "ingest", "alerts", "firmware_sim", "kneeload", "tests")
SLACK_MB: Final = 150
RECORDED_S: Final = 40.0
ROOT: Final = Path(__file__).resolve().parents[2]


class SkipError(Exception):
    """Why the guest cannot be made here."""


def _run(command: Sequence[str], what: str, **environment: str) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise SkipError(f"{what}: {words[-1] if words else f'exit code {done.returncode}'}")
    return done.stdout


def _own_source() -> tuple[str, str]:
    """This machine's Debian suite and where apt gets it from."""
    about = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text("utf-8").splitlines() if "=" in line
    )
    suite = about.get("VERSION_CODENAME", "").strip('"')
    if about.get("ID", "").strip('"') != "debian" or not suite:
        raise SkipError("this machine is no Debian: its own package source cannot fill a Debian guest")
    told = _run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", f"Release: {suite}"],
        "apt's package source",
    )
    if not told.split():
        raise SkipError(f"apt knows no package source for {suite}")
    return suite, told.split()[0]


def _proxy() -> dict[str, str]:
    found = {}
    for scheme in ("http", "https"):
        said = _run(["apt-config", "dump", "--format", "%v", f"Acquire::{scheme}::Proxy"], "apt's settings")
        if said.strip() not in ("", "DIRECT"):
            found[f"{scheme}_proxy"] = said.strip()
    return found


def debian(cache: Path) -> Path:
    """A folder with a bootable Debian, made once and kept in the cache."""
    root = cache / "debian"
    if root.exists():
        return root
    suite, source = _own_source()
    growing = cache / "debian.part"
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    _run(
        ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(growing), source],
        "debootstrap",
        DEBIAN_FRONTEND="noninteractive",
        **_proxy(),
    )
    for pattern in UNNEEDED:
        for path in growing.glob(pattern):
            shutil.rmtree(path)
    for mounted in ("kneeload", "out"):
        (growing / mounted).mkdir()
    growing.rename(root)
    return root


def recording(path: Path) -> None:
    """A runner's shank as the sensor will measure it: standing, then running; CSV."""
    plan = Plan.of(Phase(activity="stand", duration_s=3.0), Phase(activity="run", speed_kmh=10.0))
    samples = GaitSource(Mount.LEFT_SHIN, plan, rate_hz=RATE_HZ, seed=1).take(RECORDED_S)
    assert samples.gyro_dps is not None
    columns = np.column_stack([samples.t_s, samples.acc_g, samples.gyro_dps])
    names = ["t_s", *(f"a{axis}_g" for axis in "xyz"), *(f"g{axis}_dps" for axis in "xyz")]
    np.savetxt(path, columns, fmt="%.6f", delimiter=",", header=",".join(names), comments="")


def project(folder: Path, cases: Sequence[int]) -> Path:
    """Everything that is mounted at /kneeload in the guest."""
    copy_packages(needed("kneeload", ("sim",)), folder / "site")
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("golden", ".*"))
    recording(folder / "recording.csv")
    (folder / "cases").write_text(" ".join(map(str, cases)), "utf-8")
    return folder


def image_of(folder: Path, image: Path) -> Path:
    """An ext4 file system with the folder's content."""
    used_kb = int(_run(["du", "-sk", str(folder)], "du").split()[0])
    size_mb = used_kb * 115 // 100 // 1024 + SLACK_MB
    image.unlink(missing_ok=True)
    _run(["mke2fs", "-q", "-t", "ext4", "-d", str(folder), str(image), f"{size_mb}M"], "mke2fs")
    return image


def empty_disk(image: Path) -> Path:
    """64 MB for what comes out."""
    image.unlink(missing_ok=True)
    _run(["mke2fs", "-q", "-t", "ext4", str(image), "64M"], "mke2fs")
    return image


def init_script() -> bytes:
    """The guest's first process."""
    return (resources.files("tests.bluez") / "init.sh").read_bytes()
