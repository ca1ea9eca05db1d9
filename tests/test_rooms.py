"""ARCHITECTURE.md has a room for every file of the packages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("package", ["dsp", "ingest", "alerts", "firmware_sim", "kneeload"])
def test_every_file_has_a_room(package: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = text.split(f"## The rooms of {package}/")[1].split("\n## ")[0]
    files = {path.stem for path in (ROOT / package).rglob("*.py")} - {"__init__", "__main__"}
    assert sorted(files - set(re.findall(r"\w+", rooms))) == []
