"""Any change of a figure is a change of golden_validation.json, and so visible.

Meant changes: python -m benchmarks.validate --golden, and say in the commit why each figure moved.
"""

import pytest

from benchmarks.trial import data_folder
from benchmarks.validate.golden import golden_of_recordings, golden_of_simulation, read_golden
from benchmarks.validate.results import validate_recordings

MEANT = "meant? then: python -m benchmarks.validate --golden"


@pytest.mark.slow
def test_figures_on_the_recordings_are_those_written_down() -> None:
    folder = data_folder()
    if folder is None:
        pytest.skip("no recordings: set KNEELOAD_DATA")
    found = golden_of_recordings(validate_recordings(folder, peers=()))
    assert found == read_golden()["recordings"], MEANT


def test_figures_on_simulated_runners_are_those_written_down() -> None:
    assert golden_of_simulation() == read_golden()["simulated"], MEANT
