"""The sections of the configuration: what can be set, between which bounds, and what holds otherwise."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dsp.params import Params
from ingest.links import OURS
from ingest.sensors import FAMILIES
from kneeload.forms import File, MqttVersion, Place, Secret, Version
from kneeload.secrets import holds_key, holds_locked_key, is_private_file

__all__ = [
    "LEAST_ABOVE_ANKLE_M",
    "MOST_ABOVE_ANKLE_M",
    "DataSettings",
    "InfluxSettings",
    "MqttSettings",
    "RuleOverride",
    "RunnerSettings",
    "SensorSettings",
    "Settings",
    "TlsSettings",
]

LEAST_ABOVE_ANKLE_M, MOST_ABOVE_ANKLE_M = 0.03, 0.4
ACC_RANGES_G = (2, 4, 8, 16, 32, 64, 100, 200, 320)
# Bluetooth addresses, and the identifiers that macOS gives in their place.
ADDRESS = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")


class Settings(BaseModel):
    """One table of the file: no other keys, no change after loading, no values in error texts.

    strict: a switch is no number, a text is neither; a whole number may stand for one with a fraction.
    """

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False
    )


class RunnerSettings(Settings):
    """Who runs. The name is part of every MQTT topic and a tag in the database.

    compare_with_last_runs: what is usual comes from them, as far as there are enough.
    """

    name: str = Field(default="runner", min_length=1, max_length=64)
    compare_with_last_runs: bool = True

    @field_validator("name")
    @classmethod
    def _fits_a_topic(cls, name: str) -> str:
        bad = sorted({character for character in name if character in "/+#\\" or not character.isprintable()})
        if bad:
            raise ValueError(
                f"must not contain {', '.join(ascii(c) for c in bad)}: it is part of MQTT topics and a tag"
            )
        if name != name.strip() or name.startswith("$"):
            raise ValueError("must not begin or end with a space nor begin with $")
        return name


class SensorSettings(Settings):
    """One sensor: where it is worn and how it is known (`kneeload scan` prints these lines)."""

    mount: Place
    address: str | None = None
    name: str | None = Field(default=None, min_length=1, max_length=64)
    family: str = OURS
    rate_hz: float = Field(default=208.0, ge=25, le=2000)
    acc_range_g: int = 16
    gyro: bool = True
    above_ankle_m: float = Field(
        default=Params().above_ankle_m, ge=LEAST_ABOVE_ANKLE_M, le=MOST_ABOVE_ANKLE_M
    )
    pair: bool = False

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str | None) -> str | None:
        if address is not None and not ADDRESS.fullmatch(address := address.upper()):
            raise ValueError("is not a Bluetooth address like C0:FF:EE:00:00:01")
        return address

    @field_validator("family")
    @classmethod
    def _is_a_family(cls, family: str) -> str:
        if family not in FAMILIES:
            raise ValueError(f"must be one of {', '.join(FAMILIES)}")
        return family

    @field_validator("acc_range_g")
    @classmethod
    def _is_a_range(cls, range_g: int) -> int:
        if range_g not in ACC_RANGES_G:
            raise ValueError(f"must be one of {', '.join(map(str, ACC_RANGES_G))}")
        return range_g

    @model_validator(mode="after")
    def _is_known_somehow(self) -> "SensorSettings":
        if self.address is None and self.name is None:
            raise ValueError("needs an address or a name: kneeload scan prints both")
        return self


class TlsSettings(Settings):
    """Whom to trust and as whom to appear."""

    ca_file: File | None = None
    cert_file: File | None = None
    key_file: File | None = None

    @model_validator(mode="after")
    def _whole(self) -> "TlsSettings":
        for path in (self.ca_file, self.cert_file, self.key_file):
            if path is not None and not path.is_file():
                raise ValueError(f"there is no file {path}")
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file needs a cert_file")
        if (key := self.key_file or self.cert_file) is not None and holds_locked_key(key):
            raise ValueError(
                f"{key} holds a key with a pass phrase, which kneeload does not ask for: give one without "
                f"(openssl pkey -in {key.name} -out NEW makes it)"
            )
        for path in (self.key_file, self.cert_file, self.ca_file):
            if path is None or is_private_file(path):
                continue
            if path == self.key_file or holds_key(path):
                raise ValueError(
                    f"{path} can be read by others and holds a private key; keep it to yourself: chmod 600"
                )
        return self


class MqttSettings(TlsSettings):
    """The broker. Without a host there is none."""

    host: str | None = Field(default=None, min_length=1, max_length=255, pattern=r"^[^\s/@]+$")
    port: int = Field(default=1883, ge=1, le=65535)
    version: MqttVersion = "auto"
    # MQTT carries 65,535 bytes of it, and a character may take four.
    username: str | None = Field(default=None, min_length=1, max_length=16_383)
    password: Secret = None
    password_file: File | None = None
    tls: bool = False
    drain_s: float = Field(default=10.0, ge=0, le=600)

    @model_validator(mode="before")
    @classmethod
    def _usual_port_of_tls(cls, values: object) -> object:
        if isinstance(values, dict) and values.get("tls") is True and "port" not in values:
            return {**values, "port": 8883}
        return values

    @model_validator(mode="after")
    def _consistent(self) -> "MqttSettings":
        if self.password is not None and self.username is None and self.host is not None:
            raise ValueError("a password needs a username")
        if not self.tls and (self.ca_file or self.cert_file):
            raise ValueError("ca_file and cert_file need tls = true")
        return self


class InfluxSettings(TlsSettings):
    """The database. Without a URL there is none."""

    url: str | None = None
    version: Version = "auto"
    database: str | None = Field(default=None, min_length=1, max_length=128)
    bucket: str | None = Field(default=None, min_length=1, max_length=128)
    org: str | None = Field(default=None, min_length=1, max_length=128)
    username: str | None = Field(default=None, min_length=1)
    password: Secret = None
    password_file: File | None = None
    token: Secret = None
    token_file: File | None = None
    drain_s: float = Field(default=10.0, ge=0, le=600)

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
            parts = urlsplit("")
        if not good or parts.query or parts.fragment:
            raise ValueError("is not like http://host:8086")
        if parts.username or parts.password:
            raise ValueError("must not hold a password: use username and KNEELOAD_INFLUX_PASSWORD")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _consistent(self) -> "InfluxSettings":
        if self.database and self.bucket and self.database != self.bucket:
            raise ValueError("database and bucket name the same thing: give one of them")
        if self.token is not None and self.password is not None:
            raise ValueError("give a token, or a username with a password, not both")
        if self.password is not None and self.username is None and self.url is not None:
            raise ValueError("a password needs a username")
        return self

    @property
    def store(self) -> str:
        """The database's or bucket's name."""
        return self.database or self.bucket or "kneeload"


class RuleOverride(Settings):
    """A person's own limits of one rule; alerts.rules says what is possible."""

    enabled: bool | None = None
    limit: float | None = None
    clear: float | None = None
    window: int | None = None
    of: int | None = None
    cooldown_s: float | None = None


class DataSettings(Settings):
    """Where runs are kept."""

    dir: File
