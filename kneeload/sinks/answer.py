"""What a server said over HTTP, in words for people."""

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3

from kneeload.sinks.network import LATE, no_answer

__all__ = ["Answer", "beginning", "network_words"]

LONGEST_WAIT_S = 300.0
LARGEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: status 0 = nothing."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def is_explained(self) -> bool:
        """Servers explain bad data in a JSON object; what is between us and them does not."""
        return isinstance(_json(self.text), dict)

    @property
    def said(self) -> str:
        """The server's own words, short, in one line, nothing unprintable."""
        text, body = self.text, _json(self.text)
        if isinstance(body, dict):
            text = str(body.get("error") or body.get("message") or text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= 200 else f"{text[:199]}…"

    @property
    def retry_after_s(self) -> float:
        """How long it asks us to wait, within reason."""
        said = self.headers.get("Retry-After", "")
        try:
            wait_s = float(said)
        except ValueError:
            try:
                wait_s = parsedate_to_datetime(said).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):  # no date, or one of a year that no clock has
                wait_s = 0.0
        return min(max(wait_s, 0.0), LONGEST_WAIT_S) if wait_s == wait_s else 0.0


def beginning(response: urllib3.BaseHTTPResponse, *, limit_s: float) -> str:
    """As much of an answer as anybody reads, however large it is or slowly it drips; HTTPError."""
    end_s, parts, size = time.monotonic() + limit_s, [], 0
    try:
        while size < LARGEST_BYTES and time.monotonic() < end_s:
            part = response.read1(LARGEST_BYTES - size, decode_content=False)
            if not part:
                response.release_conn()
                break
            parts.append(part)
            size += len(part)
        else:
            response.close()
    except OSError as error:
        raise urllib3.exceptions.ProtocolError(str(error)) from error
    return b"".join(parts).decode("utf-8", "replace")


def network_words(error: Exception) -> str:
    """The innermost cause in one line, to follow the server's name; urllib3's text carries object names."""
    reason: BaseException = error
    while isinstance(reason, urllib3.exceptions.MaxRetryError) and reason.reason is not None:
        reason = reason.reason
    refused = isinstance(reason, urllib3.exceptions.NewConnectionError)  # which counts as a time-out, too
    if isinstance(reason, urllib3.exceptions.TimeoutError) and not refused:
        return LATE
    for cause in (reason.__cause__, *reason.args):
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError):
            return no_answer(cause)
    text = " ".join(str(reason).split())
    return f"cannot be reached ({text.rpartition('>: ')[2] or type(reason).__name__})"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
