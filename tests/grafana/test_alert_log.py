"""The table of alerts speaks the words of the rules table."""

import re
from typing import Any

from kneeload.streams import STREAMS
from tests.grafana.board import panel

__all__: list[str] = []


def column(name: str) -> dict[str, Any]:
    """Property -> value of one column."""
    [found] = [
        override["properties"]
        for override in panel("Alerts", "table")["fieldConfig"]["overrides"]
        if override["matcher"] == {"id": "byName", "options": name}
    ]
    return {row["id"]: row["value"] for row in found}


def words(name: str) -> dict[str, str]:
    """Value -> what the column says instead."""
    [mapping] = column(name)["mappings"]
    assert mapping["type"] == "value"
    return {value: said["text"] for value, said in mapping["options"].items()}


def test_every_column_has_a_name_for_people() -> None:
    [target] = panel("Alerts", "table")["targets"]
    shown = re.findall(r'"(\w+)"', target["query"].partition(" FROM ")[0])
    assert {field.name for stream in STREAMS if stream.name == "alert" for field in stream.fields} <= {*shown}
    for name in shown:
        assert column(name)["displayName"][0].isupper()


def test_an_alert_is_told_by_its_title_and_unit() -> None:
    [target] = panel("Alerts", "table")["targets"]
    shown = re.findall(r'"(\w+)"', target["query"].partition(" FROM ")[0])
    assert shown[0] == "title", "not by the name of its rule alone"
    assert shown.index("unit") == shown.index("limit") + 1 == shown.index("value") + 2


def test_raised_and_cleared_are_words_and_numbers_are_short() -> None:
    assert words("raised") == {"true": "raised", "false": "cleared"}
    assert column("value")["decimals"] == column("limit")["decimals"] == 2
