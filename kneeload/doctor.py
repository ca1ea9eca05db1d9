"""What is missing on this machine for a live run, and the command that mends it."""

import asyncio
import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from ingest.nearby import probe_adapter
from ingest.text import printable
from kneeload.config import Config
from kneeload.journal import Journal
from kneeload.shown import cell

__all__ = ["CHECKS", "Finding", "examine", "show"]

State = Literal["ok", "warning", "missing"]
TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fix is a command or a sentence, empty when nothing is to be done."""

    name: str
    state: State
    what: str
    fix: str = ""


def examine(config: Config, data_dir: Path) -> list[Finding]:
    """Every check of the table, in its order; a check that breaks is itself a finding."""
    findings = []
    for name, check in CHECKS:
        try:
            findings.append(check(config, data_dir))
        except Exception as error:  # a doctor must not fall ill of what he finds
            findings.append(Finding(name, "warning", f"could not be checked: {error}"))
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
    if not os.access(folder, os.W_OK):
        return Finding("data folder", "missing", f"{data_dir} is not writable", f"sudo chown $USER {folder}")
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < 500:
        return Finding(
            "data folder",
            "warning",
            f"{free_mb} MB free in {data_dir}",
            "free some space: a run takes about 40 MB/h",
        )
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


def _adapter(_config: Config, _data_dir: Path) -> Finding:
    name = "Bluetooth adapter"
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


def _broker(config: Config, _data_dir: Path) -> Finding:
    if config.mqtt.host is None:
        return Finding("MQTT broker", "ok", "none configured: results stay in the journal")
    return _reachable(
        "MQTT broker",
        config.mqtt.host,
        config.mqtt.port,
        f"start it, or correct [mqtt] host and port: {config.mqtt.host}",
    )


def _database(config: Config, _data_dir: Path) -> Finding:
    if config.influx.url is None:
        return Finding("InfluxDB", "ok", "none configured: results stay in the journal")
    parts = urlsplit(str(config.influx.url))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return _reachable(
        "InfluxDB", parts.hostname or "", port, f"start it, or correct [influx] url: {config.influx.url}"
    )


def _reachable(name: str, host: str, port: int, fix: str) -> Finding:
    try:
        socket.create_connection((host, port), timeout=TIMEOUT_S).close()
    except OSError as error:
        return Finding(name, "missing", f"{host}:{port} does not answer ({error.strerror or error})", fix)
    return Finding(name, "ok", f"{host}:{port} answers")


def _in_the_clear(config: Config, _data_dir: Path) -> Finding:
    """Passwords and tokens that cross a network for everybody to read."""
    name, mqtt, influx = "secrets on the way", config.mqtt, config.influx
    url = urlsplit(influx.url or "")
    if mqtt.host and mqtt.password and not mqtt.tls and not _is_here(mqtt.host):
        return Finding(
            name, "warning", f"the password for {mqtt.host} goes in the clear", "[mqtt] tls = true"
        )
    if url.scheme == "http" and (influx.token or influx.password) and not _is_here(url.hostname or ""):
        fix = f"[influx] url = https://{url.netloc}"
        return Finding(name, "warning", f"token or password for {url.hostname} goes in the clear", fix)
    return Finding(name, "ok", "none is sent in the clear to another machine")


def _is_here(host: str) -> bool:
    """Only names and addresses that cannot be anybody else's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
        return Finding(name, "warning", "timedatectl does not answer: is the date right?", "date")
    if shown.stdout.strip() != "yes":
        return Finding(
            name, "warning", "not synchronised: runs may be dated wrongly", "sudo timedatectl set-ntp true"
        )
    return Finding(name, "ok", "synchronised")


def _undelivered(_config: Config, data_dir: Path) -> Finding:
    if not (data_dir / "journal.db").exists():
        return Finding("journal", "ok", "no runs yet")
    with Journal.open(data_dir) as journal:
        refused = journal.refused()
    if refused:
        last = refused[-1]
        waiting = sum(refusal.again for refusal in refused)
        return Finding(
            "journal",
            "warning",
            f"{len(refused)} results were refused by a server"
            + (f", {waiting} of them wait to be tried again" if waiting else "")
            + f"; the last by {last.sink}: {last.reason}",
            "mend the cause, then: kneeload doctor --resend",
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


CHECKS: tuple[tuple[str, Callable[[Config, Path], Finding]], ...] = (
    ("data folder", _data_folder),
    ("journal", _undelivered),
    ("Bluetooth service", _bluetooth_service),
    ("Bluetooth adapter", _adapter),
    ("MQTT broker", _broker),
    ("InfluxDB", _database),
    ("secrets on the way", _in_the_clear),
    ("clock", _clock),
    ("extras", _extras),
)
