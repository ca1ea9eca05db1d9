"""The way to the broker: who it is, who we are, and what each name may write."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import SecretStr

from kneeload.config import load
from kneeload.errors import ConfigError
from kneeload.settings import MqttSettings
from kneeload.sinks.state import SinkState
from tests.certificates import write_certificates
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, following, journal_at, until
from tests.services import Mosquitto, find_binary
from tests.subscriber import Subscriber

# The MQTT client leaves the socket of a handshake that failed to the garbage collector, which warns.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ACL = Path(__file__).resolve().parents[2] / "grafana" / "mosquitto.acl"


async def deliver(folder: Path, settings: MqttSettings) -> SinkState:
    """Five seconds of a run, until they are delivered or something is wrong."""
    with journal_at(folder) as journal:
        journal.append(RUN, a_run(5))
        async with following(journal, settings) as state:
            await until(
                lambda: state.last_error is not None or state.delivered == len(a_run(5)), "something happens"
            )
            error = state.last_error
        state.last_error = error
        return state


def with_tls(folder: Path, *options: str) -> Mosquitto:
    files = f"cafile {folder}/ca.pem", f"certfile {folder}/cert.pem", f"keyfile {folder}/key.pem"
    return Mosquitto(folder / "mosquitto", *files, *options)


@pytest.mark.parametrize(
    ("cert", "key", "told"),
    [
        (None, None, "asks for our certificate; set [mqtt] cert_file and key_file"),
        ("others/client.pem", "others/client-key.pem", "does not know who signed our certificate"),
        (
            "own/old.pem",
            "own/client-key.pem",
            "says that our certificate has expired; renew [mqtt] cert_file",
        ),
        ("own/client.pem", "own/client-key.pem", None),
    ],
)
@pytest.mark.parametrize("tls", ["tlsv1.2", "tlsv1.3"])
def test_a_broker_may_ask_for_our_certificate(
    tmp_path: Path, tls: str, cert: str | None, key: str | None, told: str | None
) -> None:
    write_certificates(own := tmp_path / "own", address="127.0.0.1")
    write_certificates(tmp_path / "others", address="127.0.0.1")
    with with_tls(own, "require_certificate true", f"tls_version {tls}") as broker:
        settings = MqttSettings(
            host=broker.host,
            port=broker.port,
            tls=True,
            ca_file=own / "ca.pem",
            cert_file=tmp_path / cert if cert else None,
            key_file=tmp_path / key if key else None,
            drain_s=20 if told is None else 0,
        )
        state = asyncio.run(deliver(tmp_path / "data", settings))
    if told is None:
        assert (state.delivered, state.last_error) == (len(a_run(5)), None)
    else:
        assert (state.delivered, state.connected) == (0, False)
        assert state.last_error is not None
        assert told in state.last_error


def test_a_plain_broker_gets_no_password_when_tls_is_asked_for(tmp_path: Path) -> None:
    write_certificates(own := tmp_path / "own", address="127.0.0.1")
    with Mosquitto(tmp_path / "mosquitto", "log_type all") as broker:
        settings = MqttSettings(
            host=broker.host,
            port=broker.port,
            tls=True,
            ca_file=own / "ca.pem",
            username="anna",
            password=SecretStr("correct-horse"),
            drain_s=0,
        )
        state = asyncio.run(deliver(tmp_path / "data", settings))
        assert state.delivered == 0
        assert b"anna" not in broker.log.read_bytes()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_certificates(tmp_path, address="127.0.0.1")
    file = tmp_path / "kneeload.toml"
    file.write_text('[mqtt]\nhost = "h"\ntls = true\ncert_file = "client.pem"\nkey_file = "client-key.pem"\n')
    assert load(file).mqtt.key_file == tmp_path / "client-key.pem"
    (tmp_path / "client-key.pem").chmod(0o640)
    with pytest.raises(ConfigError, match=r"client-key\.pem can be read by others"):
        load(file)


@pytest.mark.parametrize(
    "files",
    [
        'cert_file = "both.pem"',
        'cert_file = "both.pem"\nkey_file = "client-key.pem"',
        'ca_file = "both.pem"',
    ],
)
@pytest.mark.parametrize("server", ['[mqtt]\nhost = "h"\ntls = true', '[influx]\nurl = "https://h"'])
def test_a_key_beside_a_certificate_that_others_can_read_is_refused(
    tmp_path: Path, server: str, files: str
) -> None:
    write_certificates(tmp_path, address="127.0.0.1")
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "client.pem").read_bytes() + (tmp_path / "client-key.pem").read_bytes())
    file = tmp_path / "kneeload.toml"
    file.write_text(f"{server}\n{files}\n")
    both.chmod(0o644)
    with pytest.raises(ConfigError, match=r"both\.pem can be read by others and holds a private key"):
        load(file)
    both.chmod(0o600)
    load(file)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("server", ['[mqtt]\nhost = "h"\ntls = true', '[influx]\nurl = "https://h"'])
def test_a_key_with_a_pass_phrase_is_refused_on_load(
    tmp_path: Path, server: str, form: PrivateFormat
) -> None:
    """OpenSSL would ask for it on the terminal, in the middle of a run."""
    write_certificates(tmp_path, address="127.0.0.1")
    lock(tmp_path / "client-key.pem", form)
    file = tmp_path / "kneeload.toml"
    file.write_text(f'{server}\ncert_file = "client.pem"\nkey_file = "client-key.pem"\n')
    with pytest.raises(ConfigError, match=r"client-key\.pem holds a key with a pass phrase.*openssl pkey"):
        load(file)


def test_a_key_that_got_a_pass_phrase_since_is_told_of_and_asks_nobody(tmp_path: Path) -> None:
    write_certificates(tmp_path, address="127.0.0.1")
    cert, key = tmp_path / "client.pem", tmp_path / "client-key.pem"
    settings = MqttSettings(host="127.0.0.1", port=1, tls=True, cert_file=cert, key_file=key, drain_s=0)
    lock(key, PrivateFormat.PKCS8)
    state = asyncio.run(deliver(tmp_path / "data", settings))
    assert "[mqtt] key_file needs a pass phrase" in str(state.last_error)
    assert state.given_up is None


def lock(path: Path, form: PrivateFormat) -> None:
    """Its key gets a pass phrase."""
    key = load_pem_private_key(path.read_bytes(), None)
    path.write_bytes(key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret")))


def guarded(folder: Path) -> Mosquitto:
    """A broker with the example's access list, and three who have a password."""
    folder.mkdir(parents=True)
    words, acl = folder / "passwords", folder / "acl"
    for flags, name in ((("-c", "-b"), "anna"), (("-b",), "berta"), (("-b",), "coach")):
        subprocess.run(
            [find_binary("mosquitto_passwd"), *flags, str(words), name, f"word of {name}"], check=True
        )
    acl.write_bytes(ACL.read_bytes())
    for path in (words, acl):
        path.chmod(0o600)
    return Mosquitto(
        folder / "mosquitto", "allow_anonymous false", f"password_file {words}", f"acl_file {acl}"
    )


def test_a_runner_writes_below_the_own_name_only(tmp_path: Path) -> None:
    with guarded(tmp_path / "broker") as broker:
        coach = ("coach", "word of coach")
        with Subscriber(broker.host, broker.port, "kneeload/#", credentials=coach) as reader:
            for name in ("berta", "anna"):  # the run is anna's: berta may not speak for her
                settings = MqttSettings(
                    host=broker.host,
                    port=broker.port,
                    username=name,
                    password=SecretStr(f"word of {name}"),
                    drain_s=20,
                )
                asyncio.run(deliver(tmp_path / name, settings))
                if name == "berta":
                    # In order behind all of hers: what the broker let through before would have come first.
                    assert reader.messages == []
            reader.wait_for(lambda messages: len(messages) == len(a_run(5)) + 2)
            assert {m.topic.split("/")[1] for m in reader.messages} == {"anna"}
        # Who runs does not read what others do.
        with (
            Subscriber(
                broker.host, broker.port, "kneeload/#", credentials=("berta", "word of berta")
            ) as curious,
            Subscriber(broker.host, broker.port, "kneeload/#", credentials=coach) as witness,
        ):
            witness.wait_for(lambda messages: len(messages) > 0)
            assert curious.messages == []
