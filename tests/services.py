"""Private real services for tests: a broker and two databases on 127.0.0.1.

Each starts, stops, is killed and started again at the same address with what it had on disk.
"""

import base64
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

import pytest

__all__ = [
    "Influxd",
    "Mosquitto",
    "Service",
    "VictoriaMetrics",
    "cannot",
    "find_binary",
    "free_port",
    "wait_until",
]

READY_S = 30.0


def wait_until(condition: Callable[[], bool], what: str, *, timeout_s: float = 30.0) -> None:
    """Return as soon as condition() holds; fail with `what` when it does not within timeout_s."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited {timeout_s:g} s in vain: {what}")
        time.sleep(0.01)


def free_port() -> int:
    """A port nobody uses, below the range from which outgoing connections take theirs: it stays free."""
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def cannot(why: str) -> NoReturn:
    """The test skips for what this machine lacks, or fails where KNEELOAD_REQUIRE_SERVICES=1."""
    if os.environ.get("KNEELOAD_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{why} and KNEELOAD_REQUIRE_SERVICES=1")
    pytest.skip(why)


def find_binary(name: str) -> str:
    """Path of a program; see cannot() for where it is missing."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found:
        return found
    cannot(f"{name} is not installed")


class Service(ABC):
    """One process at one address. As a context it runs inside and is gone afterwards."""

    binary: str

    def __init__(self, folder: Path) -> None:
        self.host = "127.0.0.1"
        self.port = free_port()
        self.folder = folder
        self.log = folder / "log.txt"
        self.program = find_binary(self.binary)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @abstractmethod
    def command(self) -> list[str]:
        """What to run; writes the configuration it names."""

    @abstractmethod
    def ready(self) -> bool:
        """The service answers."""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = process = subprocess.Popen(self.command(), stdout=log, stderr=log)

        def answered() -> bool:
            if process.poll() is not None:
                pytest.fail(f"{self.binary} ended with {process.returncode}:\n{self.log.read_text()[-2000:]}")
            return self.ready()

        wait_until(answered, f"{self.binary} is ready", timeout_s=READY_S)

    def stop(self) -> None:
        """End it as an administrator would; what it had in memory is saved."""
        self._end(kill=False)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(kill=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _end(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class Mosquitto(Service):
    """An MQTT broker. options: further lines of mosquitto.conf; anyone may connect unless they say otherwise.

    Killed, it keeps subscriptions and undelivered messages, as a broker that is set up to lose nothing would.
    """

    binary = "mosquitto"

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder)
        self.options = options

    def command(self) -> list[str]:
        path = self.folder / "mosquitto.conf"
        lines = [
            "user root",
            "per_listener_settings false",
            "persistence true",
            f"persistence_location {self.folder}/",
            "max_inflight_messages 0",
            "max_queued_messages 0",
            "allow_anonymous true" if not any("allow_anonymous" in line for line in self.options) else "",
            f"listener {self.port} {self.host}",
            *self.options,
        ]
        path.write_text("\n".join(lines) + "\n")
        return [self.program, "-c", str(path)]

    def ready(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    def kill(self) -> None:
        if self.running and self._process is not None:
            saved = self.folder / "mosquitto.db"
            saved.unlink(missing_ok=True)
            # The broker's sign to write its sessions to disk; it does so under another name first.
            self._process.send_signal(signal.SIGUSR1)
            wait_until(saved.exists, "mosquitto has saved its sessions")
        super().kill()


class HttpService(Service):
    """A service that is asked over HTTP."""

    health: str
    credentials: tuple[str, str] | None = None

    def request(self, path: str, *, body: bytes | None = None, parameters: Mapping[str, str] = {}) -> bytes:
        """GET, or POST when there is a body; raises urllib.error.HTTPError when refused."""
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        request = urllib.request.Request(self.url + path + query, data=body)
        if self.credentials:
            basic = base64.b64encode(":".join(self.credentials).encode()).decode()
            request.add_header("Authorization", f"Basic {basic}")
        with urllib.request.urlopen(request, timeout=20) as response:
            answer: bytes = response.read()
        return answer

    def ready(self) -> bool:
        try:
            self.request(self.health)
        except OSError:
            return False
        return True


class Influxd(HttpService):
    """InfluxDB 1.x. With credentials (name, password) its administrator is made at the first start."""

    binary = "influxd"
    health = "/ping"

    def __init__(self, folder: Path, *, credentials: tuple[str, str] | None = None) -> None:
        super().__init__(folder)
        self.internal_port = free_port()
        self.credentials = credentials

    def command(self) -> list[str]:
        path = self.folder / "influxdb.conf"
        path.write_text(
            f"""reporting-disabled = true
bind-address = "127.0.0.1:{self.internal_port}"
[meta]
  dir = "{self.folder}/meta"
[data]
  dir = "{self.folder}/data"
  wal-dir = "{self.folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "{self.host}:{self.port}"
  auth-enabled = {"true" if self.credentials else "false"}
  log-enabled = false
"""
        )
        return [self.program, "-config", str(path)]

    def start(self) -> None:
        super().start()
        if self.credentials:
            name, password = self.credentials
            statement = f"CREATE USER \"{name}\" WITH PASSWORD '{password}' WITH ALL PRIVILEGES"
            self.request("/query", body=urllib.parse.urlencode({"q": statement}).encode())

    def query(self, statement: str, *, database: str = "kneeload") -> list[dict[str, Any]]:
        """Rows of an InfluxQL statement, tags of GROUP BY among the columns; `time` in ns."""
        parameters = {"db": database, "epoch": "ns"}
        body = urllib.parse.urlencode({"q": statement}).encode()
        answer = json.loads(self.request("/query", body=body, parameters=parameters))
        rows: list[dict[str, Any]] = []
        for result in answer["results"]:
            assert "error" not in result, result["error"]
            for series in result.get("series", []):
                tags = series.get("tags", {})
                rows += [
                    dict(zip(series["columns"], values, strict=True)) | tags for values in series["values"]
                ]
        return rows

    def count(self, measurement: str, field: str, *, database: str = "kneeload") -> int:
        """Points of a measurement that have this field; 0 when there is no such measurement or database."""
        try:
            rows = self.query(f'SELECT count("{field}") AS n FROM "{measurement}"', database=database)
        except AssertionError as error:
            if "database not found" not in str(error):
                raise
            return 0
        return int(rows[0]["n"]) if rows else 0


class VictoriaMetrics(HttpService):
    """VictoriaMetrics single node; keeps times in ms, numbers only, names as MEASUREMENT_FIELD.

    Only with deduplication a sample that is written twice is one.
    """

    binary = "victoria-metrics"
    health = "/health"

    def command(self) -> list[str]:
        return [
            self.program,
            f"-httpListenAddr={self.host}:{self.port}",
            f"-storageDataPath={self.folder}/data",
            "-retentionPeriod=100y",
            "-memory.allowedBytes=256MB",
            "-search.latencyOffset=0s",
            "-dedup.minScrapeInterval=1ms",
        ]

    def series(self, match: str) -> list[dict[str, Any]]:
        """Every stored series that fits a selector: {"metric": labels, "values": [...], "timestamps": ms}."""
        self.request("/internal/force_flush")
        answer = self.request(
            "/api/v1/export", parameters={"match[]": match, "start": "0", "end": "9999999999"}
        )
        return [json.loads(line) for line in answer.splitlines()]

    def count(self, measurement: str, field: str) -> int:
        """Points of one field over all its series."""
        return sum(len(series["values"]) for series in self.series(f"{measurement}_{field}"))
