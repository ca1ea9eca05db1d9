"""Secrets that would cross a network in the clear are told of."""

from pathlib import Path

import pytest

from kneeload.config import load
from kneeload.doctor import CHECKS


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('[mqtt]\nhost = "broker.lan"\nusername = "anna"\n', "warning"),
        ('[mqtt]\nhost = "broker.lan"\nusername = "anna"\ntls = true\n', "ok"),
        ('[mqtt]\nhost = "127.0.0.1"\nusername = "anna"\n', "ok"),
        ('[influx]\nurl = "http://db.lan:8086"\n', "warning"),
        ('[influx]\nurl = "https://db.lan:8086"\n', "ok"),
        ('[influx]\nurl = "http://localhost:8086"\n', "ok"),
        ('[influx]\nurl = "http://127.evil.example:8086"\n', "warning"),
    ],
)
def test_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, state: str) -> None:
    monkeypatch.setenv(
        "KNEELOAD_MQTT_PASSWORD" if "mqtt" in text else "KNEELOAD_INFLUX_TOKEN", "planted-secret"
    )
    file = tmp_path / "kneeload.toml"
    file.write_text(text)
    finding = dict(CHECKS)["secrets on the way"](load(file), tmp_path)
    assert finding is not None
    assert finding.state == state
    assert "planted-secret" not in f"{finding}"
