"""What the doctor asks of broker and database: do they let us in, and who can listen on the way."""

import asyncio
import socket
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from kneeload.config import Config
from kneeload.errors import SinkError
from kneeload.finding import Finding, of_error
from kneeload.sinks.influx import probe_influx
from kneeload.sinks.mqtt import probe_mqtt
from kneeload.sinks.network import no_answer

__all__ = ["broker", "database", "secrets_on_the_way"]

TIMEOUT_S = 3.0
NONE = "none configured: results stay in the journal"


def broker(config: Config, _data_dir: Path) -> Finding:
    """Lets us in and out again."""
    name, mqtt = "MQTT broker", config.mqtt
    if mqtt.host is None:
        return Finding(name, "ok", NONE)
    where, fix = f"{mqtt.host}:{mqtt.port}", "start it, or correct [mqtt] host, port and tls"
    if (trouble := _unreachable(mqtt.host, mqtt.port)) is not None:
        return Finding(name, "missing", f"{where} {trouble}", fix)
    try:
        speaks = asyncio.run(probe_mqtt(mqtt))
    except SinkError as error:
        return of_error(name, error, fix="" if error.needs_person else fix)
    return Finding(name, "ok", f"{where} lets us in, in {speaks}")


def database(config: Config, _data_dir: Path) -> Finding:
    """Lets us write nothing."""
    name, influx = "InfluxDB", config.influx
    if influx.url is None:
        return Finding(name, "ok", NONE)
    parts = urlsplit(influx.url)
    fix = "start it, or correct [influx] url"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if (trouble := _unreachable(parts.hostname or "", port)) is not None:
        return Finding(name, "missing", f"{influx.url} {trouble}", fix)
    try:
        said = probe_influx(influx)
    except SinkError as error:
        return of_error(name, error, fix="" if error.needs_person else fix)
    return Finding(name, "ok", f"{influx.url} lets us write to {influx.store} ({said})")


def _unreachable(host: str, port: int) -> str | None:
    """Why nobody answers there."""
    try:
        socket.create_connection((host, port), timeout=TIMEOUT_S).close()
    except OSError as error:
        return no_answer(error)
    return None


def secrets_on_the_way(config: Config, _data_dir: Path) -> Finding:
    """Passwords and tokens that cross a network for everybody to read."""
    name, mqtt, influx = "secrets on the way", config.mqtt, config.influx
    url = urlsplit(influx.url or "")
    open_to_all: dict[str, str] = {}
    if mqtt.host and mqtt.password and not mqtt.tls and not _is_here(mqtt.host):
        open_to_all[f"the password for {mqtt.host}"] = "[mqtt] tls = true"
    if url.scheme == "http" and (influx.token or influx.password) and not _is_here(url.hostname or ""):
        open_to_all[f"token or password for {url.hostname}"] = f'[influx] url = "https://{url.netloc}"'
    if open_to_all:
        what, fix = " and ".join(open_to_all), "; ".join(open_to_all.values())
        return Finding(name, "warning", f"{what} in the clear", fix)
    return Finding(name, "ok", "none is sent in the clear to another machine")


def _is_here(host: str) -> bool:
    """Only names and addresses that cannot be anybody else's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
