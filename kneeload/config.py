"""The configuration: one TOML file, checked as a whole; kneeload.example.toml explains every key."""

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from alerts.errors import RuleError
from alerts.rules import RULES, with_overrides
from dsp.mount import Mount
from dsp.params import Params
from kneeload.complaint import complaint
from kneeload.errors import ConfigError
from kneeload.secrets import Secrets, is_private, read_secret, unsendable
from kneeload.settings import (
    DataSettings,
    InfluxSettings,
    MqttSettings,
    RuleOverride,
    RunnerSettings,
    SensorSettings,
    Settings,
)
from kneeload.suggestion import suggestion

__all__ = [
    "Config",
    "data_folder",
    "default_config_file",
    "default_config_path",
    "default_data_dir",
    "load",
]

# Section and key of each secret; its environment variable is KNEELOAD_SECTION_KEY.
SECRETS = (("mqtt", "password"), ("influx", "password"), ("influx", "token"))
PATHS = (
    ("data", "dir"),
    *((section, key) for section in ("mqtt", "influx") for key in ("ca_file", "cert_file", "key_file")),
)


def _known(rule: str) -> str:
    if rule not in (names := [row.id for row in RULES]):
        raise ValueError(f"there is no such rule; {suggestion(rule, names)}")
    return rule


class Config(Settings):
    """Everything a person can set. Frozen; secrets never show in its text or JSON."""

    runner: RunnerSettings = RunnerSettings()
    sensors: tuple[SensorSettings, ...] = Field(default=(), max_length=8, strict=False)
    mqtt: MqttSettings = MqttSettings()
    influx: InfluxSettings = InfluxSettings()
    alerts: dict[Annotated[str, AfterValidator(_known)], RuleOverride] = Field(default_factory=dict)
    data: DataSettings

    @model_validator(mode="after")
    def _one_sensor_a_place(self) -> "Config":
        for what in ("mount", "address", "name"):
            seen = [value for sensor in self.sensors if (value := getattr(sensor, what)) is not None]
            twice = next((value for value in seen if seen.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"two sensors have the {what} {twice}; each needs its own")
        return self

    def params(self) -> dict[Mount, Params]:
        """How each sensor's signals are processed, where it is not as usual."""
        return {sensor.mount: Params(above_ankle_m=sensor.above_ankle_m) for sensor in self.sensors}

    def public(self) -> dict[str, Any]:
        """The settings as JSON values, without secrets: what the journal keeps with a run."""
        return self.model_dump(mode="json", exclude_none=True)


def load(
    path: Path | None = None, *, data_dir: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Config:
    """The configuration of a file (None: all defaults), with secrets filled in and every path absolute.

    data_dir wins over KNEELOAD_HOME, that over the file, that over the platform's place for data.
    overrides: further values by section, as the file would have them; they win over the file.
    """
    values = _read(path) if path else {}
    for section, keys in (overrides or {}).items():
        given = values.get(section)
        if isinstance(keys, Mapping):
            keys = {**given, **keys} if isinstance(given, dict) else dict(keys)
        values[section] = keys
    if path and not is_private(path.stat()):
        _refuse_open_secrets(values, path)
    _resolve_paths(values, path)
    _fill_secrets(values, path)
    home = data_dir or (Path(text) if (text := os.environ.get("KNEELOAD_HOME")) else None)
    data = values.setdefault("data", {})
    if isinstance(data, dict) and (home is not None or data.get("dir") is None):
        # A shell leaves the ~ of --data-dir=~/runs as it is, and systemd that of Environment=.
        data["dir"] = Path(os.path.expanduser(home or default_data_dir())).absolute()
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        # `from None`: pydantic's own error would carry the values that it refused.
        raise complaint(error, path) from None
    wrong = [str(error) for error in _senseless(config)]
    if wrong:
        raise ConfigError("; also ".join(wrong), file=path)
    return config


def _senseless(config: Config) -> Iterator[RuleError]:
    """Limits of rules that can never hold, or never be over."""
    for name, override in config.alerts.items():
        try:
            with_overrides(RULES, {name: override})
        except RuleError as error:
            yield error


def data_folder(data_dir: Path | None, config_file: Path | None = None) -> Path:
    """Where runs are kept, for commands that only look at them: where `kneeload live` keeps them."""
    told = data_dir is not None or bool(os.environ.get("KNEELOAD_HOME"))
    file = config_file or (None if told else default_config_file())
    return load(file, data_dir=data_dir).data.dir


def default_config_file() -> Path | None:
    """kneeload.toml in the platform's place for settings, None when there is none."""
    path = default_config_path()
    return path if path.is_file() else None


def default_config_path() -> Path:
    """Where kneeload.toml belongs."""
    if sys.platform == "win32":
        place = Path(os.environ.get("APPDATA", Path.home() / "AppData/Roaming"))
    else:
        place = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return place / "kneeload" / "kneeload.toml"


def default_data_dir() -> Path:
    """The platform's place for a program's data."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kneeload"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "kneeload"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kneeload"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what = f"cannot be read ({error.strerror}); give another file with --config"
        raise ConfigError(what, file=path) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 text (byte {error.start})", file=path) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}", file=path) from None
    except ValueError:
        raise ConfigError("holds a number of thousands of digits", file=path) from None
    except RecursionError:
        raise ConfigError("is nested too deeply", file=path) from None


def _refuse_open_secrets(values: Mapping[str, Any], path: Path) -> None:
    for section, key in SECRETS:
        if isinstance(table := values.get(section), dict) and key in table:
            raise ConfigError(
                f"others can read this file: chmod 600 {path}, or take the secret out and set "
                f"KNEELOAD_{section.upper()}_{key.upper()} or {section}.{key}_file",
                file=path,
                key=f"{section}.{key}",
            )


def _resolve_paths(values: Mapping[str, Any], file: Path | None) -> None:
    folder = file.parent if file else Path.cwd()
    for section, key in (*PATHS, *((section, f"{key}_file") for section, key in SECRETS)):
        if isinstance(table := values.get(section), dict) and isinstance(text := table.get(key), str):
            if not text:
                raise ConfigError(
                    "is empty: give a path, . for this folder", file=file, key=f"{section}.{key}"
                )
            table[key] = (folder / os.path.expanduser(os.path.expandvars(text))).absolute()


def _fill_secrets(values: dict[str, Any], path: Path | None) -> None:
    """Environment, then the file named by KEY_file, then what stands in the configuration itself."""
    gathered = Secrets.gather()
    for section, key in SECRETS:
        table = values.setdefault(section, {})
        if not isinstance(table, dict):
            continue
        name = f"{section}_{key}"
        secret: SecretStr | None = getattr(gathered, name)
        file = table.get(f"{key}_file")
        if secret is not None:
            _take(table, key, secret, section=section, source=gathered.origin(name), path=None)
        elif isinstance(file, Path):
            read = read_secret(file, key=f"{section}.{key}_file", config=path)
            _take(table, key, read, section=section, source=str(file), path=path)
        elif isinstance(text := table.get(key), str):
            _take(table, key, SecretStr(text), section=section, source="this text", path=path)


def _take(
    table: dict[str, Any], key: str, secret: SecretStr, *, section: str, source: str, path: Path | None
) -> None:
    # Else it would end a run at its first delivery, in the words of a library, which quote it.
    if (why := unsendable(secret, key=f"{section}.{key}")) is not None:
        raise ConfigError(f"{source} {why}", file=path, key=f"{section}.{key}")
    table[key] = secret
