"""What the doctor says of an error: what is wrong, and apart from it what to do, where there is something."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kneeload.config import load
from kneeload.doctor import CHECKS, Finding, examine
from kneeload.errors import JournalLockedError
from kneeload.finding import of_error
from tests.kneeload.following import Answer, http_stand_in

BROKER, DATABASE = "MQTT broker", "InfluxDB"


def found(name: str, folder: Path, text: str) -> Finding:
    file = folder / "kneeload.toml"
    file.write_text(text)
    finding = dict(CHECKS)[name](load(file, data_dir=folder), folder)
    assert finding is not None
    assert finding.state == "missing"
    return finding


@contextmanager
def somebody_listens() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("answer", "what", "fix"),
    [
        (
            (404, {}, b'{"error":"database not found: \\"kneeload\\""}'),
            'has no such place (404 database not found: "kneeload")',
            "check [influx] database (bucket), org and version",
        ),
        (
            (401, {}, b'{"error":"unauthorized: x: y"}'),
            "does not know us (401 unauthorized: x: y)",
            "check KNEELOAD_INFLUX_TOKEN, or [influx] username and KNEELOAD_INFLUX_PASSWORD",
        ),
        (
            (503, {}, b"busy: wait"),
            "cannot take it now (503 busy: wait)",
            "start it, or correct [influx] url",
        ),
    ],
)
def test_of_a_database(tmp_path: Path, answer: Answer, what: str, fix: str) -> None:
    def speak(path: str, _body: bytes) -> Answer:
        return (204, {"X-Influxdb-Version": "3.1"}, b"") if path == "/ping" else answer

    with http_stand_in(speak) as url:
        finding = found(DATABASE, tmp_path, f'[influx]\nurl = "{url}"\n')
        assert finding == Finding(DATABASE, "missing", f"{url} {what}", fix)


def test_of_a_file_that_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate\n")
    with somebody_listens() as port:
        text = f'[mqtt]\nhost = "127.0.0.1"\nport = {port}\ntls = true\nca_file = "bad.pem"\n'
        finding = found(BROKER, tmp_path, text)
    assert finding.what.startswith("[mqtt] ca_file, cert_file or key_file cannot be used (")
    assert finding.fix == "give PEM files, the key that goes with the certificate"


def test_of_what_nobody_can_help_nothing_is_to_be_done(tmp_path: Path) -> None:
    error = JournalLockedError("another program keeps it busy", path=tmp_path / "journal.db")
    assert of_error("journal", error) == Finding("journal", "missing", str(error), "")


def test_of_a_damaged_journal(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"none: " * 1000)
    (tmp_path / "kneeload.toml").write_text("")
    findings = examine(load(tmp_path / "kneeload.toml", data_dir=tmp_path), tmp_path)
    (said,) = [finding for finding in findings if finding.name == "journal"]
    assert said.what == f"{tmp_path / 'journal.db'}: is damaged (file is not a database)"
    assert said.fix == "move it away, and `kneeload runs --recover` computes its runs from packets"
