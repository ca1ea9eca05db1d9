"""Passwords and tokens: from the environment, from systemd's credentials, or from a private file."""

import os
import stat
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from kneeload.errors import ConfigError

__all__ = ["Secrets", "is_private", "is_private_file", "read_secret"]

LARGEST_BYTES = 64 * 1024


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

    @classmethod
    def gather(cls) -> "Secrets":
        """What the environment and systemd's credentials hold."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        options: dict[str, Any] = {"_secrets_dir": folder if folder and Path(folder).is_dir() else None}
        return cls(**options)


def is_private(status: os.stat_result) -> bool:
    """Nobody but its owner, who is this user or root, can read or write the file. Always true on Windows."""
    if os.name != "posix":
        return True
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def is_private_file(path: Path) -> bool:
    """The same of a file by its name; a credential that systemd gave is private too."""
    return is_private(path.stat()) or _is_given(path)


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
