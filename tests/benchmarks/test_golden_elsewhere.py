"""Any change of a figure on other people's recordings is a change of golden_elsewhere.json, and so visible.

Meant changes: python -m benchmarks.elsewhere --write, and say in the commit why each figure moved.
"""

from pathlib import Path

import pytest

from benchmarks.elsewhere.__main__ import FETCH
from benchmarks.elsewhere.golden import golden_of, read_golden
from benchmarks.elsewhere.originals import changed, originals_folder
from benchmarks.elsewhere.results import DATA_SETS, judge


def test_figures_on_other_people_are_those_written_down() -> None:
    folders: dict[str, Path] = {}
    for data_set in DATA_SETS:
        folder = originals_folder(data_set)
        if folder is None:
            pytest.skip(f"no recordings: {FETCH}, or set KNEELOAD_ORIGINALS")
        assert changed(data_set, folder) == ()
        folders[data_set] = folder
    found = golden_of(judge(folders, peers=()))
    assert found == read_golden(), "meant? then: python -m benchmarks.elsewhere --write"
