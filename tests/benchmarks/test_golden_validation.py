"""Any change of a figure on the recordings is a change of golden_validation.json, and so visible.

Meant changes: python -m benchmarks.validate --golden, and say in the commit why each figure moved.
"""

import pytest

from benchmarks.trial import data_folder
from benchmarks.validate.golden import GOLDEN_FILE, golden_of, read_golden
from benchmarks.validate.results import validate_recordings


@pytest.mark.slow
def test_figures_on_the_recordings_are_those_written_down() -> None:
    folder = data_folder()
    if folder is None:
        pytest.skip("no recordings: set KNEELOAD_DATA")
    found = golden_of(validate_recordings(folder))
    assert found == read_golden(), (
        f"meant? then rewrite {GOLDEN_FILE.name}: python -m benchmarks.validate --golden"
    )
