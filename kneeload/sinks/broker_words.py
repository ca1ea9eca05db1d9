"""What a broker has against us, in words for people."""

import re
from typing import Final

from kneeload.errors import SinkError
from kneeload.settings import MqttSettings

__all__ = ["explained", "lacking", "refusal"]

# Answers to CONNECT that only a person can change: name, password, rights, client id.
FOR_A_PERSON: Final = {1, 2, 4, 5, 132, 133, 134, 135, 138, 140}
SYSTEMS_NUMBER: Final = re.compile(r"\[Errno -?[0-9]+\] ")
# What it may be without and we cannot, as the code that refuses a greeting which asks for it.
NO_RETAIN, NO_QOS = 0x9A, 0x9B
NEEDED: Final = {
    NO_RETAIN: ("refuses retained messages", "let it keep them (mosquitto: retain_available true)"),
    NO_QOS: ("refuses messages that it would have to confirm", "allow QoS 1 (mosquitto: max_qos 1)"),
}
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


def lacking(about: object) -> int | None:
    """The code of what a broker that lets us in is without; about: the properties of its answer."""
    if getattr(about, "RetainAvailable", 1) == 0:
        return NO_RETAIN
    return NO_QOS if getattr(about, "MaximumQoS", 1) == 0 else None


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
    if code in NEEDED:
        what, remedy = NEEDED[code]
        return SinkError(f"{broker} {what}", remedy=remedy, needs_person=True)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        what = f"{broker} is not who it should be ({text})"
        return SinkError(what, remedy="check [mqtt] ca_file", needs_person=True)
    for alert, (what, remedy) in CERTIFICATE_ALERTS.items():
        if f"ALERT_{alert}" in text:
            return SinkError(f"{broker} {what}", remedy=remedy, needs_person=True)
    return SinkError(f"{broker}: {text}")
