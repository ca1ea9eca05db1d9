"""The list of runs on a terminal of the usual width."""

import io

from rich.console import Console

from kneeload.listing import show_runs


def test_it_fits_80_columns_and_shows_every_value_whole() -> None:
    row: dict[str, object] = {
        "run": "20261123T053244Z",
        "runner": "runner",
        "started": "2026-11-23T05:32:44+00:00",
        "duration_s": 3723.4,
        "state": "interrupted",
        "strides": 10432,
        "alerts": 12,
    }
    text = io.StringIO()
    show_runs([row], Console(file=text, width=80))
    assert "…" not in text.getvalue()
    for value in ("minutes", "strides", "alerts", "interrupted", "11-23 05:32", "62.1", "10432", "12"):
        assert value in text.getvalue()
