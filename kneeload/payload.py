"""Results as MQTT messages and as InfluxDB's line protocol. Pure; names come from kneeload.streams.

A database has one point per series and nanosecond: two results of one series in the same microsecond (an
alert raised and cleared, a link that goes and comes) are told apart in the nanoseconds below it.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from alerts.alert import Alert
from alerts.words import advice, title, unit
from dsp.stride import Stride
from kneeload.codec import Row
from kneeload.errors import RowError
from kneeload.results import Result, SensorHealth
from kneeload.streams import STREAMS, Kind, Stream

__all__ = ["Message", "late_message", "line", "message", "no_status", "status_message"]

BY_NAME = {stream.name: stream for stream in STREAMS}
Value = float | bool | str


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message."""

    topic: str
    payload: bytes
    qos: Literal[0, 1]
    retain: bool


def message(row: Row) -> Message:
    """A result as the message of its stream; RowError when it cannot be one."""
    stream, result = BY_NAME.get(row.stream), row.result
    if stream is None:
        raise RowError(f"no stream is called {row.stream!r}", seq=row.seq)
    tags = {name: value for name in stream.tags if (value := _tag(result, name))}
    try:
        time = _rfc3339(row.started_ns + 1000 * _t_us(result))
    except (OverflowError, ValueError, OSError):
        raise RowError("its time is out of range", seq=row.seq) from None
    body = {"run": row.run, "seq": row.seq, "time": time, **tags, **dict(_fields(stream, result))}
    topic = _topic(stream, row.runner, tags.get("mount", ""))
    if topic is None:
        raise RowError("the runner's name does not fit into a topic", seq=row.seq)
    return Message(topic, _json(body), stream.qos, stream.retain)


def late_message(row: Row) -> Message:
    """As message, of a result that comes after newer ones: a broker must not keep it as the newest."""
    return replace(message(row), retain=False)


def status_message(
    state: Literal["running", "ended", "lost"], *, runner: str, run: str, time_ns: int | None
) -> Message:
    """The state of a run; the last will knows no time."""
    stream = BY_NAME["status"]
    body: dict[str, object] = {"run": run, "state": state}
    if time_ns is not None:
        body["time"] = _rfc3339(time_ns)
    topic = _topic(stream, runner, "")
    assert topic is not None, "checked by kneeload.settings.RunnerSettings"
    return Message(topic, _json(body), stream.qos, stream.retain)


def no_status(*, runner: str) -> Message:
    """The broker forgets the state that it kept."""
    return replace(status_message("lost", runner=runner, run="", time_ns=None), payload=b"")


def line(row: Row) -> str:
    """A result as one line of line protocol; RowError when it cannot be one."""
    stream, result = BY_NAME.get(row.stream), row.result
    if stream is None or stream.measurement is None:
        raise RowError(f"{row.stream!r} is not stored in a database", seq=row.seq)
    tags = [("runner", row.runner), ("run", row.run), *((name, _tag(result, name)) for name in stream.tags)]
    series = "".join(f",{name}={text}" for name, value in tags if (text := _escape_tag(value)))
    values = ",".join(f"{name}={_field_text(value)}" for name, value in _fields(stream, result))
    if not values:
        raise RowError("it has no value", seq=row.seq)
    return (
        f"{stream.measurement}{series} {values} {row.started_ns + 1000 * _t_us(result) + _below_us(result)}"
    )


def _topic(stream: Stream, runner: str, mount: str) -> str | None:
    bad = not runner or runner.startswith("$") or any(c in "/+#" or not c.isprintable() for c in runner)
    return None if bad else stream.topic.format(runner=runner, mount=mount)


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _rfc3339(time_ns: int) -> str:
    seconds, ns = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns:09d}Z"


def _t_us(result: Result) -> int:
    return result.initial_contact_us if isinstance(result, Stride) else result.t_us


def _below_us(result: Result) -> int:
    """Nanoseconds that keep two results of one series and microsecond apart, in the order they came."""
    if isinstance(result, Alert):
        # Of the sides' alert there are two in one series: when the harder side changes, what was raised for
        # the one is cleared before it is raised for the other. A sensor's is raised before it is cleared.
        return int(result.state == ("raised" if result.mount is None else "cleared"))
    return int(isinstance(result, SensorHealth) and not result.connected)


def _tag(result: Result, name: str) -> str:
    return str(getattr(result, name, None) or "")


# Fields that a result has under another name or in another form.
_DERIVED: dict[tuple[type, str], Callable[[Any], float | bool | str | None]] = {
    (Stride, "initial_contact_s"): lambda stride: stride.initial_contact_us / 1e6,
    (Stride, "toe_off_s"): lambda stride: None if stride.toe_off_us is None else stride.toe_off_us / 1e6,
    (Alert, "raised"): lambda alert: alert.state == "raised",
    # What is over needs nothing to be done: a sensor that is back does not send nothing.
    (Alert, "advice"): lambda alert: (advice(alert) or None) if alert.state == "raised" else None,
    (Alert, "title"): title,
    (Alert, "unit"): lambda alert: unit(alert) or None,
}


def _fields(stream: Stream, result: Result) -> Iterator[tuple[str, Value]]:
    """The stream's fields that this result knows; what is not known or not finite is left out."""
    for field in stream.fields:
        derive = _DERIVED.get((type(result), field.name))
        try:
            value = derive(result) if derive else getattr(result, field.name)
            if value is not None and (typed := _typed(value, field.kind)) is not None:
                yield field.name, typed
        except OverflowError:
            continue


def _typed(value: Any, kind: Kind) -> Value | None:
    if kind == "float":
        number = float(value)
        return number if math.isfinite(number) else None
    return bool(value) if kind == "bool" else str(value)


def _escape_tag(value: str) -> str:
    # A line break would end the line, a backslash at the end would swallow what follows; there is no escape.
    text = re.sub(r"[\x00-\x1f\x7f]", " ", value).rstrip("\\ ")
    return re.sub(r"([,= ])", r"\\\1", text)


def _field_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return '"' + re.sub(r'(["\\])', r"\\\1", re.sub(r"[\x00-\x1f\x7f]", " ", value)) + '"'
