"""Results as rows of the journal and back. A row that is no result of this version is refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from alerts.alert import Alert
from dsp.stride import Stride
from kneeload.errors import RowError
from kneeload.results import Result, SensorHealth, Summary

__all__ = ["Entry", "Row", "encode"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One result as the journal keeps it; stream, mount and key are the same when it is computed again."""

    stream: str
    mount: str
    t_us: int
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Row:
    """One result on its way out; seq is its place in the journal, over all runs."""

    seq: int
    run: str
    runner: str
    started_ns: int
    stream: str
    body: str

    @property
    def result(self) -> Result:
        """The result itself; RowError when the row does not hold one."""
        kind = _KINDS.get(self.stream)
        if kind is None:
            raise RowError(f"no stream is called {self.stream!r}", seq=self.seq)
        try:
            return kind.adapter.validate_json(self.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise RowError(f"{self.stream} {place}: {first['msg']}", seq=self.seq) from None


@dataclass(frozen=True, slots=True)
class _Kind:
    type: type[Result]
    adapter: TypeAdapter[Result]
    entry: Callable[[Result], tuple[str, int, str]]


def _stride(result: Result) -> tuple[str, int, str]:
    assert isinstance(result, Stride)
    return result.mount, result.initial_contact_us, str(result.stride)


def _alert(result: Result) -> tuple[str, int, str]:
    assert isinstance(result, Alert)
    return result.mount or "", result.t_us, f"{result.rule}/{result.state}/{result.t_us}"


def _summary(result: Result) -> tuple[str, int, str]:
    assert isinstance(result, Summary)
    return "", result.t_us, str(result.t_us)


def _health(result: Result) -> tuple[str, int, str]:
    assert isinstance(result, SensorHealth)
    # A link that goes or comes in the very moment of the regular report makes a second row.
    return result.mount, result.t_us, f"{result.t_us}/{result.connected:d}"


_KINDS: dict[str, _Kind] = {
    "stride": _Kind(Stride, TypeAdapter(Stride), _stride),
    "alert": _Kind(Alert, TypeAdapter(Alert), _alert),
    "summary": _Kind(Summary, TypeAdapter(Summary), _summary),
    "sensor": _Kind(SensorHealth, TypeAdapter(SensorHealth), _health),
}
_STREAM_OF: dict[type, str] = {kind.type: name for name, kind in _KINDS.items()}


def encode(result: Result) -> Entry:
    """A result as an entry of the journal; every float exactly as it is."""
    stream = _STREAM_OF[type(result)]
    mount, t_us, key = _KINDS[stream].entry(result)
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    return Entry(
        stream=stream, mount=str(mount), t_us=int(t_us), key=key, body=json.dumps(values, default=_plain)
    )


def _plain(value: Any) -> object:
    """A numpy scalar that slipped in must not cost a run its results."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a result cannot hold a {type(value).__name__}")
