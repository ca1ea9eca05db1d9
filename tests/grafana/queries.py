"""Every InfluxQL statement in the generated files, taken apart and filled in as Grafana would."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]

from grafana.output import generated
from kneeload.streams import STREAMS

__all__ = ["Query", "all_queries", "columns_of", "expand", "known_columns", "unknown"]


@dataclass(frozen=True, slots=True)
class Query:
    """One statement and where it stands."""

    place: str
    text: str


def walk(content: Any, place: str) -> Iterator[Query]:
    if isinstance(content, dict):
        here = content.get("title") or content.get("name") or ""
        place = f"{place} / {here}" if isinstance(here, str) and here else place
        for key, value in content.items():
            if key == "query" and isinstance(value, str):
                yield Query(place, value)
            else:
                yield from walk(value, place)
    elif isinstance(content, list):
        for value in content:
            yield from walk(value, place)


def all_queries() -> list[Query]:
    out: list[Query] = []
    for name, text in generated().items():
        content = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
        out += walk(content, name)
    return out


def expand(query: str, *, from_ns: int, to_ns: int, runner: str, run: str, interval: str = "1s") -> str:
    """What Grafana sends: its macros and variables put in, the `regex` format escaping what it escapes."""
    escape = {
        name: re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value)
        for name, value in {"runner": runner, "run": run}.items()
    }
    for name, value in escape.items():
        query = query.replace("${" + name + ":regex}", value)
    query = query.replace("$timeFilter", f"time >= {from_ns} and time <= {to_ns}")
    query = query.replace("$__interval_ms", "1000").replace("$__interval", interval)
    assert "$" not in re.sub(r"\$/", "", query), f"left over in {query}"
    return query


def known_columns() -> dict[str, set[str]]:
    """Measurement -> the fields and tags it has."""
    return {
        stream.measurement: {field.name for field in stream.fields} | {"runner", "run", *stream.tags}
        for stream in STREAMS
        if stream.measurement
    }


def columns_of(query: str) -> tuple[str, set[str]]:
    """The measurement and the columns that a statement names; everything of ours is in double quotes."""
    [measurement] = re.findall(r'FROM "(\w+)"', query)
    rest = query.replace(f'FROM "{measurement}"', "")
    return measurement, set(re.findall(r'"([^"]+)"', rest))


def unknown(query: str) -> set[str]:
    """What a statement names that streams.py does not have."""
    measurement, columns = columns_of(query)
    known = known_columns()
    return columns - known[measurement] if measurement in known else {measurement}
