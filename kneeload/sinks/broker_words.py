"""What a broker has against us, in words for people."""

import re
from typing import Final

from kneeload.errors import SinkError
from kneeload.settings import MqttSettings

__all__ = ["explained", "refusal"]

# Answers to CONNECT that only a person can change: name, password, rights, client id.
FOR_A_PERSON: Final = {1, 2, 4, 5, 132, 133, 134, 135, 138, 140}
SYSTEMS_NUMBER: Final = re.compile(r"\[Errno -?[0-9]+\] ")
WHY_REFUSED: Final = {0x87: "the broker's access list does not let us write there"}
# What the other side of TLS says of our certificate, and what to do.
CERTIFICATE_ALERTS: Final = {
    "CERTIFICATE_REQUIRED": ("asks for our certificate", "set [mqtt] cert_file and key_file"),
    "HANDSHAKE_FAILURE": ("may be asking for our certificate", "set [mqtt] cert_file and key_file"),
    "CERTIFICATE_EXPIRED": ("says that our certificate has expired", "renew [mqtt] cert_file"),
    "CERTIFICATE_REVOKED": ("says that our certificate is revoked", "renew [mqtt] cert_file"),
    "UNKNOWN_CA": (
        "does not know who signed our certificate",
        "have [mqtt] cert_file signed by its authority",
    ),
    # Another authority of the same name.
    "DECRYPT_ERROR": ("does not know who signed our certificate", "check [mqtt] cert_file"),
    "BAD_CERTIFICATE": ("does not take our certificate", "check [mqtt] cert_file"),
    "CERTIFICATE_UNKNOWN": ("does not take our certificate", "check [mqtt] cert_file"),
}


def refusal(topic: str, code: int, reason: str) -> str:
    """Why a message is parked."""
    why = WHY_REFUSED.get(code)
    return f"{topic}: {reason} (0x{code:x})" + (f": {why}" if why else "")


def explained(text: str, code: int | None, settings: MqttSettings) -> SinkError:
    """What went wrong with the connection; code: the broker's answer to CONNECT where it gave one."""
    broker = f"broker {settings.host}:{settings.port}"
    text = SYSTEMS_NUMBER.sub("", " ".join(text.split()))
    if code in FOR_A_PERSON:
        key = "cert_file" if settings.cert_file else "username and KNEELOAD_MQTT_PASSWORD"
        return SinkError(f"{broker} refuses us ({text})", remedy=f"check [mqtt] {key}", needs_person=True)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        what = f"{broker} is not who it should be ({text})"
        return SinkError(what, remedy="check [mqtt] ca_file", needs_person=True)
    for alert, (what, remedy) in CERTIFICATE_ALERTS.items():
        if f"ALERT_{alert}" in text:
            return SinkError(f"{broker} {what}", remedy=remedy, needs_person=True)
    return SinkError(f"{broker}: {text}")
