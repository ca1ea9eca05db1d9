"""Whom a connection to the broker trusts, and as whom it appears."""

import ssl
from typing import NoReturn

from kneeload.errors import SinkError
from kneeload.settings import MqttSettings

__all__ = ["tls"]


def tls(settings: MqttSettings) -> ssl.SSLContext:
    """Certificate and host name are always verified. Raises SinkError."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file, password=_nobody_types)
    except OSError as error:
        what = f"[mqtt] ca_file, cert_file or key_file cannot be used ({error})"
        remedy = "give PEM files, the key that goes with the certificate"
        raise SinkError(what, remedy=remedy, needs_person=True) from error
    return context


def _nobody_types() -> NoReturn:
    """Else OpenSSL asks on the terminal, and everything waits for the answer."""
    raise SinkError(
        "[mqtt] key_file needs a pass phrase, which kneeload does not ask for",
        remedy="give a key without one (openssl pkey -in KEY -out NEW makes it)",
        needs_person=True,
    )
