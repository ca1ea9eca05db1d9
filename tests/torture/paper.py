"""docs/reliability.md: the table is written from docs/reliability.json, which holds what was measured."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.torture.row import Row

__all__ = ["MEASURED", "conditions", "table", "write"]

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MEASURED = DOCS / "reliability.json"
PAGE = DOCS / "reliability.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


def write(name: str, rows: Sequence[Row]) -> None:
    """Replace an experiment's rows, and the table in the page."""
    known = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    known[name] = {
        "version": version(),
        "machine": conditions(),
        "rows": [asdict(row) for row in rows],
    }
    MEASURED.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    if PAGE.exists():
        text = PAGE.read_text()
        before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
        PAGE.write_text(f"{text[:before]}\n{table(known)}\n{text[after:]}")


def conditions() -> str:
    """What figures depend on beside the commit."""
    return f"{os.cpu_count()} CPUs, Python {platform.python_version()}"


def version() -> str:
    """The commit that is attacked; + where files that are not documents differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    changed = git("status", "--porcelain", "--", ".", ":!docs").strip()
    return git("rev-parse", "--short=7", "HEAD").strip() + ("+" if changed else "")


def table(known: dict[str, dict[str, Any]]) -> str:
    """Markdown; one row a measurement, and under it what was seen beside."""
    lines = [
        "| promise | attack | times tried | lost | doubled | recovered in | command | version |",
        "|---|---|---:|---|---|---|---|---|",
    ]
    beside = []
    for name, experiment in known.items():
        for row in experiment["rows"]:
            cells = [row[key] for key in ("promise", "attack", "tried", "lost", "doubled", "recovered_in")]
            origin = [f"`python -m tests.torture {name}`", experiment["version"]]
            lines.append("| " + " | ".join([*map(str, cells), *origin]) + " |")
            if row["beside"]:
                beside.append(f"- {row['attack']}: {row['beside']}.")
    return "\n".join([*lines, "", "Beside that:", "", *beside])
