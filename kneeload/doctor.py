"""What is missing on this machine for a live run, and the command that mends it."""

import asyncio
import os
import platform
import shlex
import shutil
import stat
import subprocess
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ingest.nearby import probe_adapter
from ingest.text import printable
from kneeload.config import Config
from kneeload.errors import KneeloadError
from kneeload.finding import Check, Finding, of_error
from kneeload.journal import Journal
from kneeload.place import journal_of
from kneeload.servers_check import broker, database, secrets_on_the_way
from kneeload.shown import cell

__all__ = ["CHECKS", "Finding", "examine", "show"]

TIMEOUT_S = 3.0
MOST_REASONS = 3


def examine(config: Config, data_dir: Path) -> list[Finding]:
    """Every check of the table, in its order; a check that breaks is itself a finding."""
    findings = []
    for name, check in CHECKS:
        try:
            found = check(config, data_dir)
        except KneeloadError as error:
            found = of_error(name, error)
        except Exception as error:  # a doctor must not fall ill of what he finds
            found = Finding(name, "warning", f"could not be checked ({error})")
        if found is not None:
            findings.append(found)
    return findings


def show(findings: Sequence[Finding], console: Console) -> None:
    """One line a finding, the fix under it."""
    style = {"ok": "green", "warning": "yellow", "missing": "red"}
    for finding in findings:
        console.print(
            Text.assemble(
                (f"{finding.state:8}", style[finding.state]), printable(f"{finding.name}: {finding.what}")
            ),
            soft_wrap=True,
        )
        if finding.fix:
            console.print(cell(f"        -> {finding.fix}", "bold"), soft_wrap=True)


def _data_folder(_config: Config, data_dir: Path) -> Finding:
    folder = data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return Finding("data folder", "missing", f"{folder} is no folder", "give another one with --data-dir")
    if not os.access(folder, os.W_OK | os.X_OK):
        # Never the folder above: it may be everybody's.
        make = f'sudo install -d -m 0700 -o "$USER" {shlex.quote(str(data_dir))}'
        return Finding("data folder", "missing", f"{data_dir} is not writable", make)
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < 500:
        return Finding(
            "data folder",
            "warning",
            f"{free_mb} MB free in {data_dir}",
            "free some space: a run takes about 40 MB/h",
        )
    if folder == data_dir and os.name == "posix" and folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        fix = f"chmod 700 {shlex.quote(str(folder))}"
        return Finding("data folder", "warning", f"others can look into {folder}", fix)
    return Finding("data folder", "ok", f"{data_dir}, {free_mb // 1000} GB free")


def _bluetooth_service(_config: Config, _data_dir: Path) -> Finding:
    name = "Bluetooth service"
    if platform.system() != "Linux":
        return Finding(name, "ok", f"{platform.system()} has its own")
    if shutil.which("bluetoothctl") is None:
        return Finding(name, "missing", "BlueZ is not installed", "sudo apt install bluez")
    if not Path("/run/dbus/system_bus_socket").exists():
        return Finding(name, "missing", "the system D-Bus is not running", "sudo systemctl start dbus")
    state = subprocess.run(
        ["systemctl", "is-active", "bluetooth"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    ).stdout.strip()
    if state != "active":
        return Finding(name, "missing", "bluetoothd is not running", "sudo systemctl enable --now bluetooth")
    return Finding(name, "ok", "bluetoothd is running")


def _adapter(config: Config, data_dir: Path) -> Finding | None:
    name = "Bluetooth adapter"
    if _bluetooth_service(config, data_dir).state != "ok":
        return None  # nobody could use one: one cause, one finding
    if platform.system() == "Linux":
        adapters = sorted(p.name for p in Path("/sys/class/bluetooth").glob("hci*") if ":" not in p.name)
        if not adapters:
            return Finding(
                name,
                "missing",
                "no adapter",
                "plug in a Bluetooth LE adapter, or: sudo rfkill unblock bluetooth",
            )
        for block in Path("/sys/class/rfkill").glob("rfkill*"):
            if (block / "type").read_text().strip() == "bluetooth" and (
                block / "soft"
            ).read_text().strip() == "1":
                return Finding(name, "missing", "switched off by rfkill", "sudo rfkill unblock bluetooth")
    problem = asyncio.run(probe_adapter(timeout_s=TIMEOUT_S))
    if problem is not None:
        return Finding(name, "missing", problem.what, problem.fix)
    return Finding(name, "ok", "scans")


def _clock(_config: Config, _data_dir: Path) -> Finding:
    name = "clock"
    if platform.system() != "Linux" or shutil.which("timedatectl") is None:
        return Finding(name, "ok", "left to the system")
    shown = subprocess.run(
        ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if shown.returncode != 0:
        return Finding(name, "warning", "timedatectl does not answer; is the date right?", "date -u")
    if shown.stdout.strip() != "yes":
        return Finding(
            name, "warning", "not synchronised: runs may be dated wrongly", "sudo timedatectl set-ntp true"
        )
    return Finding(name, "ok", "synchronised")


def _undelivered(_config: Config, data_dir: Path) -> Finding:
    if not journal_of(data_dir).exists():
        return Finding("journal", "ok", "no runs yet")
    with Journal.open(data_dir) as journal:
        refused = journal.deliveries.refused()
    if refused:
        waiting = sum(refusal.again for refusal in refused)
        reasons = Counter((refusal.sink, refusal.reason) for refusal in refused).most_common(MOST_REASONS)
        return Finding(
            "journal",
            "warning",
            f"{len(refused)} results were refused by a server"
            + (f", {waiting} of them wait to be tried again" if waiting else "")
            + "".join(f"; {count} by {sink}: {reason}" for (sink, reason), count in reasons),
            "mend the cause, then: kneeload doctor --resend; they go out with the next run",
        )
    return Finding("journal", "ok", "readable")


def _extras(_config: Config, _data_dir: Path) -> Finding:
    missing = [
        extra for extra, module in (("sim", "bumble"), ("report", "plotly")) if find_spec(module) is None
    ]
    if missing:
        return Finding(
            "extras",
            "warning",
            f"not installed: {', '.join(missing)}",
            f"pip install 'kneeload[{','.join(missing)}]'",
        )
    return Finding("extras", "ok", "demo and review are installed")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("data folder", _data_folder),
    ("journal", _undelivered),
    ("Bluetooth service", _bluetooth_service),
    ("Bluetooth adapter", _adapter),
    ("MQTT broker", broker),
    ("InfluxDB", database),
    ("secrets on the way", secrets_on_the_way),
    ("clock", _clock),
    ("extras", _extras),
)
