"""Line protocol from the result types by the table of kneeload.streams."""

from collections.abc import Sequence

from alerts.alert import Alert
from alerts.rules import advice
from dsp.stride import Stride
from kneeload.results import Result, SensorHealth, Summary
from kneeload.streams import STREAMS

__all__ = ["line_protocol"]

NAMES = {Stride: "stride", Alert: "alert", Summary: "summary", SensorHealth: "sensor"}


def escape(text: str) -> str:
    return "".join("\\" + letter if letter in " ,=\\" else letter for letter in text)


def value_of(result: Result, name: str) -> object:
    if isinstance(result, Alert) and name in ("raised", "advice"):
        return result.state == "raised" if name == "raised" else advice(result.rule)
    if isinstance(result, Stride) and name in ("initial_contact_s", "toe_off_s"):
        us: int | None = getattr(result, name.removesuffix("_s") + "_us")
        return None if us is None else us / 1e6
    return getattr(result, name)


def text_of(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(float(value))  # type: ignore[arg-type]


def line_protocol(results: Sequence[Result], *, runner: str, run: str, start_ns: int) -> list[str]:
    lines = []
    for result in results:
        stream = next(s for s in STREAMS if s.name == NAMES[type(result)])
        t_us = result.initial_contact_us if isinstance(result, Stride) else result.t_us
        tags = {"runner": runner, "run": run} | {tag: getattr(result, tag) for tag in stream.tags}
        keys = "".join(f",{name}={escape(str(v))}" for name, v in tags.items() if v is not None)
        fields = {field.name: value_of(result, field.name) for field in stream.fields}
        body = ",".join(f"{name}={text_of(v)}" for name, v in fields.items() if v is not None)
        lines.append(f"{stream.measurement}{keys} {body} {start_ns + t_us * 1000}")
    return lines
