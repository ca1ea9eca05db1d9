"""The dashboard as it is generated."""

import json
from typing import Any

from grafana.output import generated

__all__ = ["panel", "panels"]


def panels() -> list[dict[str, Any]]:
    """All panels without the rows' titles, in their order."""
    board = json.loads(generated()["dashboards/live-run.json"])
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def panel(title: str, kind: str) -> dict[str, Any]:
    """The one panel of this title and type."""
    [found] = [panel for panel in panels() if (panel["title"], panel["type"]) == (title, kind)]
    return found
