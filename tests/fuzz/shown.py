"""Hostile names: in the page, on the terminal, in the configuration, in topics and lines."""

import re
import tomllib
from contextlib import suppress
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import StringIO

from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from ingest.links import Sighting, configuration_line, printable_name
from kneeload.codec import Entry, Row, encode
from kneeload.errors import RowError
from kneeload.listing import show_runs
from kneeload.payload import line, message
from kneeload.review.page import page, safe_json
from kneeload.review.run_data import RunData
from kneeload.scanning import show_sightings
from tests.fuzz.feed import Feed
from tests.sample_run import sample_results, sample_run_data

__all__ = ["attack_names", "attack_page", "attack_terminal", "name_seeds", "page_seeds"]

ADDRESS = "C0:FF:EE:00:00:01"
# What a terminal obeys: ESC, CSI and every other control character but the line's end.
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Skeleton(HTMLParser):
    """A page's elements with the names of their attributes, without any text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bones: list[tuple[str, ...]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.bones.append(("/", tag))


def attack_page(data: bytes) -> None:
    """Whatever the names are, the page has the same elements and attributes."""
    feed = Feed(data)
    names = {"runner": feed.text() or "x", "note": feed.text() or "x"}
    sensor, rule = feed.text() or "x", feed.text() or "x"
    html = page_with(names["runner"], names["note"], sensor, rule=rule)
    assert Skeleton(html).bones == expected_bones()
    text = safe_json([names["runner"], names["note"]])
    assert not set(text) & set("<>&\u2028\u2029")


def page_with(runner: str, note: str, sensor: str, *, rule: str) -> str:
    alert = Alert(rule, "info", "raised", 60_000_000, None, 1.0, 2.0)
    named = replace(short_run(), runner=runner, note=note, sensors={Mount.LEFT_SHIN: sensor}, alerts=(alert,))
    return page(named, plotly="")


@cache
def short_run() -> RunData:
    """Made once: a page of it is what an input costs."""
    run = sample_run_data()
    return replace(run, strides=run.strides[:6], summaries=(), health=(), waveforms={})


@cache
def expected_bones() -> list[tuple[str, ...]]:
    return Skeleton(page_with("x", "x", "x", rule="x")).bones


def page_seeds() -> list[bytes]:
    texts = (
        "</script><script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "<!--",
        "&lt;b&gt;",
        "]]>",
        "\u2028</title>",
    )
    return [bytes((len(t.encode()),)) + t.encode() for t in texts] + [
        b"".join(bytes((len(t.encode()),)) + t.encode() for t in texts[:4])
    ]


def attack_names(data: bytes) -> None:
    """A name from the air or from a journal is one value wherever it is written."""
    name = Feed(data).rest().decode("utf-8", "replace")
    shown = printable_name(name)
    assert not CONTROLS.search(shown), ascii(shown)
    assert tomllib.loads(configuration_line(ADDRESS, shown)) == {
        "sensors": [{"mount": "left-shin", "address": ADDRESS}]
    }
    for entry in entries():
        told = Row(1, name, name, 10**18, entry.stream, entry.body)
        with suppress(RowError):
            assert message(told).topic.split("/")[:2] == ["kneeload", name]
        with suppress(RowError):
            assert tags_of(line(told)).keys() <= {"runner", "run", "mount", "activity", "rule", "level"}


def attack_terminal(data: bytes) -> None:
    """A name in a terminal's tables is shown as text: nothing of it is obeyed."""
    name = Feed(data).rest().decode("utf-8", "replace")
    terminal = StringIO()
    console = Console(file=terminal, force_terminal=True, width=80, color_system=None)
    shown = printable_name(name)
    text = configuration_line(ADDRESS, shown)
    show_sightings([Sighting(ADDRESS, shown, -60, "kneeload-v1", None, text)], console)
    row: dict[str, object] = dict.fromkeys(("run", "runner", "started", "state", "note"), name)
    row |= {"duration_s": 1.0, "strides": 1, "alerts": 0}
    show_runs([row], console)
    assert not CONTROLS.search(without_styles(terminal.getvalue())), ascii(terminal.getvalue())


def without_styles(text: str) -> str:
    """Rich's own bold and dim are ours; nothing else may be there."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "")


def tags_of(text: str) -> dict[str, str]:
    """Tags of a line of line protocol, read as the database reads it."""
    assert "\n" not in text, ascii(text)
    head = re.match(r"(?:\\.|[^ \\]|\\)*", text)
    assert head is not None
    parts = re.split(r"(?<!\\),", head[0])
    pairs = (re.split(r"(?<!\\)=", part, maxsplit=1) for part in parts[1:])
    return {pair[0]: pair[1] for pair in pairs}


@cache
def entries() -> list[Entry]:
    return list({entry.stream: entry for entry in map(encode, sample_results())}.values())


def name_seeds() -> list[bytes]:
    texts = (
        "[red]x[/red]",
        "[/]",
        "\x1b]0;owned\x07",
        "\x1b[2J",
        "a,b=c d\\",
        'x"\n[mqtt]\nhost="evil"',
        "[link=http://evil]x[/link]",
        "\u202egnp.exe",
        "kneeload/+/#",
        "=1+1",
    )
    return [text.encode() for text in texts]
