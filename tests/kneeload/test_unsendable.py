"""Secrets that no server can be sent are refused when they are loaded, and never shown."""

import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from kneeload.config import load
from kneeload.errors import ConfigError, SinkError
from kneeload.settings import InfluxSettings
from kneeload.sinks.influx import probe_influx
from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.following import Answer, http_stand_in

PLANTED = "hunter2-planted-secret"
NO_TOKENS = [f"{PLANTED}\rx", f"{PLANTED}\nx", f"{PLANTED}\u2013", f"{PLANTED}é", f"{PLANTED}\0"]


@pytest.fixture(autouse=True)
def no_secrets_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MQTT_PASSWORD", "INFLUX_PASSWORD", "INFLUX_TOKEN"):
        monkeypatch.delenv(f"KNEELOAD_{name}", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def private(path: Path, content: str | bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(file: Path | None = None) -> str:
    """What is said of a configuration that is refused, the secret nowhere in its traceback."""
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


@pytest.mark.parametrize("token", NO_TOKENS[:4])  # no variable holds a NUL
def test_a_token_of_the_environment_is_refused_by_its_variable(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KNEELOAD_INFLUX_TOKEN", token)
    told = refused()
    assert told.startswith("influx.token: KNEELOAD_INFLUX_TOKEN holds")
    assert told.endswith("copy it again")


def test_a_token_of_a_file_is_refused_by_the_files_name(tmp_path: Path) -> None:
    word = private(tmp_path / "word", f"{PLANTED}\u2013\n")
    file = private(tmp_path / "kneeload.toml", '[influx]\ntoken_file = "word"\n')
    assert refused(file).startswith(f"{file}: influx.token: {word} holds")


def test_a_token_of_a_credential_is_refused_by_the_credentials_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    word = private(tmp_path / "kneeload_influx_token", f"{PLANTED}\nx")
    assert "influx.token: the credential kneeload_influx_token holds" in refused()
    word.write_bytes(PLANTED.encode() + b"\xff")
    assert f"a credential in {tmp_path} cannot be read as UTF-8" in refused()


@pytest.mark.parametrize("token", NO_TOKENS)
def test_a_token_of_the_configuration_is_refused_by_its_key(token: str, tmp_path: Path) -> None:
    spelt = "".join(c if c.isalnum() and c.isascii() else f"\\u{ord(c):04x}" for c in token)
    file = private(tmp_path / "kneeload.toml", f'[influx]\ntoken = "{spelt}"\n')
    assert refused(file).startswith(f"{file}: influx.token: this text holds")


def test_a_password_longer_than_mqtt_carries_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = private(tmp_path / "kneeload.toml", '[mqtt]\nhost = "h"\nusername = "u"\n')
    longest = "é" * 32_767 + "x"
    monkeypatch.setenv("KNEELOAD_MQTT_PASSWORD", longest)
    assert load(file).mqtt.password == SecretStr(longest)
    monkeypatch.setenv("KNEELOAD_MQTT_PASSWORD", longest + "x")
    told = refused(file)
    assert told.startswith("mqtt.password: KNEELOAD_MQTT_PASSWORD is longer than the 65,535 bytes")
    assert "xx" not in told
    monkeypatch.delenv("KNEELOAD_MQTT_PASSWORD")
    private(tmp_path / "kneeload.toml", f'[mqtt]\nhost = "h"\nusername = "{"é" * 32_768}"\n')
    assert "mqtt.username: must be 16383 characters long at most" in refused(file)


@pytest.mark.parametrize("name", ["mqtt_password", "influx_password", "influx_token"])
def test_bytes_that_are_no_text_are_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # As Python reads a variable whose bytes are no UTF-8.
    monkeypatch.setenv(f"KNEELOAD_{name.upper()}", f"{PLANTED}\udcff")
    key = name.replace("_", ".")
    assert refused() == f"{key}: KNEELOAD_{name.upper()} is not UTF-8 text: write it again"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_line_end_behind_a_secret_is_none_of_it(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private(tmp_path / "word", PLANTED + end)
    file = private(tmp_path / "kneeload.toml", '[influx]\ntoken_file = "word"\n')
    assert load(file).influx.token == SecretStr(PLANTED)
    for name in ("INFLUX_TOKEN", "MQTT_PASSWORD"):
        monkeypatch.setenv(f"KNEELOAD_{name}", PLANTED + end)
    assert load().influx.token == load().mqtt.password == SecretStr(PLANTED)
    # A line of an environment file that sets nothing, as an empty variable does.
    monkeypatch.setenv("KNEELOAD_INFLUX_TOKEN", end)
    assert load().influx.token is None


@pytest.mark.parametrize("password", ["pass\u2013word", " with spaces ", "a\tb"])
def test_a_password_that_goes_coded_may_hold_any_character(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MQTT_PASSWORD", "INFLUX_PASSWORD"):
        monkeypatch.setenv(f"KNEELOAD_{name}", password)
    assert load().mqtt.password == load().influx.password == SecretStr(password)


@pytest.mark.parametrize("command", [["doctor"], ["demo", "--duration", "5"]])
def test_the_program_ends_before_it_begins(command: list[str], tmp_path: Path, run: Run) -> None:
    file = private(tmp_path / "k.toml", f'[influx]\nurl = "http://127.0.0.1:9"\ntoken = "{PLANTED}\\r"\n')
    done = run([*command, "--config", file, "--data-dir", tmp_path / "d"])
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, "influx.token: this text holds")
    assert PLANTED not in done.stdout + done.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("token", [f"{PLANTED}\rx", f"{PLANTED}\u2013"])
def test_a_request_that_cannot_be_made_is_the_sinks_error(token: str) -> None:
    def never(_path: str, _body: bytes) -> Answer:
        raise AssertionError

    with http_stand_in(never) as url, pytest.raises(SinkError) as caught:
        probe_influx(InfluxSettings(url=url, token=SecretStr(token)))
    assert caught.value.needs_person
    assert "check [influx] url and token" in str(caught.value)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
