"""Tables in the documents that are written by the program: `python -m kneeload.docs_tables [--check]`.

A document holds `<!-- table: NAME -->` and `<!-- end table -->`; what stands between is replaced. --check
changes nothing and fails when a document is not what it would be made to. Measured figures in the text
(kneeload.docs_measured) are kept in the same way.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from alerts.rules import RULES, Rule
from alerts.words import clear_at_least
from kneeload.docs_measured import Sheets, measured, sheets_of
from kneeload.streams import STREAMS, Stream

__all__ = ["TABLES", "main", "measured_sheets", "refreshed", "rules_table", "streams_table"]

DOCS = Path(__file__).resolve().parent.parent / "docs"
MEASURING = ("validation.md", "elsewhere.md")
MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end table -->)", re.DOTALL)
MEASURED = re.compile(r"(<!-- measured: (\w+) -->).*?(<!-- end measured -->)", re.DOTALL)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


def rules_table() -> str:
    """Every rule's limits, then its words."""
    limits = _markdown(
        ["rule", "watches", "raised", "cleared", "again after", "level", "from"],
        ([f"`{rule.id}`", _watches(rule), *_limits(rule), _level(rule), rule.source] for rule in RULES),
    )
    words = _markdown(["rule", "says", "advice"], (row for rule in RULES for row in _words(rule)))
    return f"{limits}\n{words}"


def _level(rule: Rule) -> str:
    return f"{rule.level}; until there is a baseline {rule.first_level}" if rule.first_title else rule.level


def _words(rule: Rule) -> list[list[str]]:
    own = [f"`{rule.id}`", rule.title, rule.advice]
    first = [f"`{rule.id}` until there is a baseline", rule.first_title, rule.first_advice]
    return [own, first] if rule.first_title else [own]


def _watches(rule: Rule) -> str:
    place = "each sensor" if rule.scope == "mount" else "left against right"
    return f"`{rule.metric}`, {place}"


def _limits(rule: Rule) -> list[str]:
    sign = {"above": ">", "below": "<"}[rule.direction]
    back = {"above": "<", "below": ">"}[rule.direction]
    # Of a share of the last strides: each stride has another one.
    at = "at" if rule.metric.endswith("_strides_percent") else "in"
    share = f" {at} {rule.of} of {rule.window} {rule.window_unit}" if rule.window > 1 else ""
    raised = f"{sign} {_amount(rule, rule.limit)}{share}"
    if rule.least is not None:
        raised += f", at least {rule.least:g} {rule.unit}"
    first = [
        f"{value:g} {rule.unit} at the {segment}"
        for segment, value in (("shin", rule.first_shin), ("shoe", rule.first_shoe))
        if value is not None
    ]
    if first:
        raised += f"; until there is a baseline {sign} {', '.join(first)}"
    cleared = f"{back} {_amount(rule, rule.clear)}{share}"
    if least := clear_at_least(rule):
        cleared += f"; {least}"
    return [raised, cleared, f"{rule.cooldown_s:g} s"]


def _amount(rule: Rule, number: float) -> str:
    return {
        "absolute": f"{number:g} {rule.unit}",
        "times": f"{100 * number:g} % of the own baseline",
        "points": f"own baseline + {number:g} points",
        "mads": f"own baseline + {number:g} MAD",
    }[rule.form].strip()


def streams_table() -> str:
    """Every stream: where it goes, how often, with which fields."""
    return "\n".join(_stream(stream) for stream in STREAMS)


def _stream(stream: Stream) -> str:
    stored = f"measurement `{stream.measurement}`" if stream.measurement else "not stored"
    tags = ", ".join(f"`{tag}`" for tag in ("runner", "run", *stream.tags))
    retained = ", retained" if stream.retain else ""
    where = f"`{stream.topic}`, QoS {stream.qos}{retained}; {stored}, tags {tags}; {stream.rate}."
    rows = ([f"`{field.name}`", field.kind, field.unit, field.meaning] for field in stream.fields)
    return f"### {stream.name}\n\n{where}\n\n{_markdown(['field', 'type', 'unit', 'meaning'], rows)}"


TABLES: Mapping[str, Callable[[], str]] = {"rules": rules_table, "streams": streams_table}


def refreshed(text: str, sheets: Sheets) -> str:
    """A document with its marked parts as they should be; LookupError for one that nobody makes."""
    text = MARKED.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)
    return MEASURED.sub(lambda found: f"{found[1]}{measured(found[2], sheets)}{found[3]}", text)


def measured_sheets(docs: Path) -> Sheets:
    """The tables of the pages that hold measured figures."""
    pages = [page for page in (docs / name for name in MEASURING) if page.exists()]
    return {title: rows for page in pages for title, rows in sheets_of(page.read_text("utf-8")).items()}


def main(arguments: Sequence[str], *, docs: Path = DOCS) -> int:
    """Write or check all documents; 1 when --check found a stale one."""
    stale = 0
    sheets = measured_sheets(docs)
    for path in sorted(docs.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        wanted = refreshed(text, sheets)
        if wanted == text:
            continue
        if "--check" in arguments:
            stale = 1
            print(f"{path}: a table is out of date; run python -m kneeload.docs_tables", file=sys.stderr)
        else:
            path.write_text(wanted, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
