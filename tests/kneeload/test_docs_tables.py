"""The documents' tables are the program's own."""

from pathlib import Path

import pytest

from alerts.rules import RULES
from kneeload.docs_tables import DOCS, main, refreshed
from kneeload.streams import STREAMS


def test_the_documents_are_up_to_date() -> None:
    assert main(["--check"]) == 0


def test_every_rule_and_field_is_in_them() -> None:
    alerts = (DOCS / "alerts.md").read_text(encoding="utf-8")
    streams = (DOCS / "streams.md").read_text(encoding="utf-8")
    assert [rule.id for rule in RULES if f"| `{rule.id}` |" not in alerts] == []
    assert [
        field.name for stream in STREAMS for field in stream.fields if f"| `{field.name}` |" not in streams
    ] == []


def test_no_field_is_said_to_be_what_no_message_holds() -> None:
    """tests/kneeload/test_payload.py: what is not known is left out, in messages too."""
    assert [f.name for s in STREAMS for f in s.fields if {"null", "empty"} & set(f.meaning.split())] == []


def test_a_stale_table_is_found_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: rules -->\nold\n<!-- end table -->\nafter\n", encoding="utf-8")
    assert main(["--check"], docs=tmp_path) == 1
    assert "page.md: a table is out of date" in capsys.readouterr().err
    assert "old" in page.read_text(encoding="utf-8")
    assert main([], docs=tmp_path) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "`shock-high`" in text
    assert main(["--check"], docs=tmp_path) == 0


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        refreshed("<!-- table: nonsense -->\n<!-- end table -->", {})
