"""Passwords and tokens: from the environment, from systemd's credentials, or from a private file."""

import os
import stat
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from kneeload.errors import ConfigError

__all__ = [
    "Secrets",
    "holds_key",
    "holds_locked_key",
    "is_private",
    "is_private_file",
    "read_secret",
    "unsendable",
]

LARGEST_BYTES = 64 * 1024
# MQTT says how long a text is in two bytes.
MQTT_TEXT_BYTES: Final = 65_535
# How the first line of a private key ends in PEM, whatever its kind.
KEY_LINE: Final = b"PRIVATE KEY-----"
# What stands in one with a pass phrase, as PKCS #8 has it and as older programs write it.
LOCKED_KEY_LINES: Final = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")


class Secrets(BaseSettings):
    """KNEELOAD_MQTT_PASSWORD, KNEELOAD_INFLUX_PASSWORD and KNEELOAD_INFLUX_TOKEN.

    Under systemd a credential named like one of them in small letters does the same.
    """

    model_config = SettingsConfigDict(
        env_prefix="KNEELOAD_", extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    mqtt_password: SecretStr | None = None
    influx_password: SecretStr | None = None
    influx_token: SecretStr | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _without_line_end(cls, text: object) -> object:
        # Environment files of Windows end their lines with one more character than other systems take off.
        return text.rstrip("\r\n") or None if isinstance(text, str) else text

    @classmethod
    def gather(cls) -> "Secrets":
        """What the environment and systemd's credentials hold; ConfigError where that is no text."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        options: dict[str, Any] = {"_secrets_dir": folder if folder and Path(folder).is_dir() else None}
        try:
            return cls(**options)
        except SettingsError:
            # `from None`: the cause carries what was read.
            raise ConfigError(
                f"a credential in {folder} cannot be read as UTF-8 text: write it again"
            ) from None

    def origin(self, name: str) -> str:
        """Where one of them came from, by its field's name: a variable goes before a credential."""
        variable = f"KNEELOAD_{name}".upper()
        given = {key.upper() for key, text in os.environ.items() if text}
        return variable if variable in given else f"the credential {variable.lower()}"


def is_private(status: os.stat_result) -> bool:
    """Nobody but its owner, who is this user or root, can read or write the file. Always true on Windows."""
    if os.name != "posix":
        return True
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def is_private_file(path: Path) -> bool:
    """The same of a file by its name; a credential that systemd gave is private too."""
    return is_private(path.stat()) or _is_given(path)


def holds_key(path: Path) -> bool:
    """Whether a private key stands in a PEM file, beside certificates too; no where it cannot be read."""
    try:
        with path.open("rb") as file:
            return any(KEY_LINE in line for line in file)
    except OSError:
        return False


def holds_locked_key(path: Path) -> bool:
    """Whether the private key in a PEM file can be read with a pass phrase only."""
    try:
        with path.open("rb") as file:
            return any(line.strip() in LOCKED_KEY_LINES for line in file)
    except OSError:
        return False


def _is_given(path: Path) -> bool:
    # systemd opens its credentials to the service by an access list, which reads as a group's right.
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return bool(given) and path.resolve().is_relative_to(Path(given or "").resolve())


def read_secret(path: Path, *, key: str, config: Path | None) -> SecretStr:
    """The first line of a private file; ConfigError (never with the content) where others could read it."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ConfigError(f"{path} is not a file", file=config, key=key)
            if not is_private(status) and not _is_given(path):
                raise ConfigError(
                    f"{path} can be read by others; keep it to yourself: chmod 600 {path}",
                    file=config,
                    key=key,
                )
            content = file.read(LARGEST_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{path} cannot be read ({why})", file=config, key=key) from None
    try:
        line = content.decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise ConfigError(f"the first line of {path} holds no text", file=config, key=key)
    return SecretStr(line)


def unsendable(secret: SecretStr, *, key: str) -> str | None:
    """Why no server can be sent it and what to do, never with what it is; None when one can.

    key: `mqtt.password`, `influx.password` or `influx.token`.
    """
    text = secret.get_secret_value()
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "is not UTF-8 text: write it again"
    if key == "mqtt.password" and size > MQTT_TEXT_BYTES:
        return f"is longer than the {MQTT_TEXT_BYTES:,} bytes that MQTT carries: give the password alone"
    # It stands in a header as it is. InfluxDB's passwords go coded, and MQTT's as UTF-8: any text will do.
    if key == "influx.token" and not (text.isascii() and text.isprintable()):
        return "holds a line break, a typographic dash or another character that no token has: copy it again"
    return None
