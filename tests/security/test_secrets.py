"""Secrets are planted everywhere they may be kept, and looked for in everything that comes out."""

import json
import os
import signal
import subprocess
import traceback
from pathlib import Path

import pytest

from kneeload.config import load
from tests.kneeload.program import PROGRAM, environment
from tests.services import Mosquitto, find_binary, wait_until
from tests.subscriber import Subscriber

PASSWORD, TOKEN = "planted-broker-password-7f3a", "planted-database-token-91c2"
PLANTED = (PASSWORD.encode(), TOKEN.encode())


def listening(process: int) -> set[str]:
    """Addresses at which a process waits for others, as /proc has them."""
    own = set()
    for handle in Path(f"/proc/{process}/fd").iterdir():
        try:
            own.add(os.readlink(handle))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            waits = fields[3] == ("0A" if table.startswith("tcp") else "07")
            if waits and f"socket:[{fields[9]}]" in own:
                found.add(f"{table} {fields[1].split(':')[0]}")
    return found


def test_planted_secrets_are_nowhere_in_what_was_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    words = tmp_path / "passwords"
    maker = find_binary("mosquitto_passwd")
    subprocess.run([maker, "-c", "-b", str(words), "anna", PASSWORD], check=True)
    words.chmod(0o600)
    out: list[bytes] = []
    with Mosquitto(tmp_path / "broker", "allow_anonymous false", f"password_file {words}") as broker:
        secret = home / "mqtt-password"
        secret.touch(mode=0o600)
        secret.write_text(PASSWORD + "\n")
        config = home / "kneeload.toml"
        config.write_text(
            f'[runner]\nname = "anna"\n[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\nusername = "anna"\n'
            'password_file = "mqtt-password"\n[influx]\nurl = "http://127.0.0.1:9"\ndrain_s = 0\n'
        )
        wrong = home / "wrong.toml"
        wrong.write_text(config.read_text() + "version = 9\n")
        data = ["--data-dir", str(home / "data")]
        settings = ["--config", str(config)]
        planted = {"KNEELOAD_INFLUX_TOKEN": TOKEN}

        def run(*arguments: str) -> None:
            done = subprocess.run(
                [str(PROGRAM), *arguments],
                env=environment(home, planted),
                cwd=home,
                capture_output=True,
                timeout=120,
                check=False,
            )
            out.extend((done.stdout, done.stderr))

        with Subscriber(broker.host, broker.port, "#", credentials=("anna", PASSWORD)) as subscriber:
            run("demo", "--duration", "8", "--speedup", "4", *settings, *data)
            subscriber.wait_for(lambda messages: len(messages) > 3)
            out.extend(message.topic.encode() + bytes(message.payload) for message in subscriber.messages)
        secret.write_text(f"{PASSWORD}-which-is-wrong\n")
        run("demo", "--duration", "4", "--speedup", "2", *settings, *data)
        run("doctor", *settings, *data, "--json")
        run("live", "--config", str(wrong), *data)
        run("review", "last", *data)
        secret.chmod(0o644)
        run("live", *settings, *data)
    assert b"can be read by others" in out[-1]
    assert b"influx.version" in b"".join(out)
    assert b"refuses us" in b"".join(out)
    secret.unlink()
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".db", ".mcap", ".html"}
    for content in (*out, *(path.read_bytes() for path in written)):
        for word in PLANTED:
            assert word not in content
            assert word.hex().encode() not in content


def test_a_traceback_with_everything_in_it_does_not_have_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KNEELOAD_INFLUX_TOKEN", TOKEN)
    monkeypatch.setenv("KNEELOAD_MQTT_PASSWORD", PASSWORD)
    file = tmp_path / "kneeload.toml"
    file.write_text('[mqtt]\nhost = "h"\nusername = "u"\n[influx]\nurl = "http://h"\n')

    def told(error: BaseException) -> str:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    def crash() -> None:
        config = load(file)
        assert config.mqtt.password is not None
        assert config.mqtt.password.get_secret_value() == PASSWORD
        assert json.dumps(config.public())
        raise RuntimeError(f"{config!r} {config} {config.public()}")

    with pytest.raises(RuntimeError) as crashed:
        crash()
    assert "config" in told(crashed.value)
    file.write_text(file.read_text() + "port = 0\n")
    with pytest.raises(Exception, match=r"influx\.port") as refused:
        load(file)
    # What was read from the file itself is a person's own text; what was fetched for it is not shown.
    for text in (told(crashed.value), str(refused.value), repr(refused.value)):
        assert PASSWORD not in text
        assert TOKEN not in text


def test_whatever_listens_listens_to_this_machine_alone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [str(PROGRAM), "demo", "--data-dir", str(tmp_path / "data")],
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(lambda: bool(listening(process.pid)), "the demo's broker listens", timeout_s=60)
            wait_until(lambda: any((tmp_path / "data").rglob("packets.mcap")), "a run", timeout_s=60)
            assert listening(process.pid) == {"tcp 0100007F"}
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
