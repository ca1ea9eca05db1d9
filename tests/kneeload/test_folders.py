"""Folder names of several recordings: whose they are, whatever the order of the files."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneeload.folders import folder_names

__all__: list[str] = []


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a.csv", "b.csv"], ["a", "b"]),
        (["anna/run.csv", "bob/run.csv", "walk.csv"], ["anna-run", "bob-run", "walk"]),
        (["anna/1/run.csv", "bob/1/run.csv"], ["anna-1-run", "bob-1-run"]),
        (["anna/../bob/run.csv", "anna/run.csv"], ["bob-run", "anna-run"]),
        (["A/Run.csv", "B/run.csv"], ["A-Run", "B-run"]),
        (["runs/1/packets.mcap", "runs/2/packets.mcap"], ["1", "2"]),
        (["run.csv", "run.csv", "run.parquet"], ["run", "run-2", "run-3"]),
        (["run.csv", "run-2.csv", "run.parquet"], ["run", "run-2", "run-3"]),
        # Never . and .. themselves.
        (["..csv", "...csv", ".csv.csv"], ["..csv", "...csv", ".csv"]),
    ],
)
def test_a_folder_says_whose_recording_it_is(paths: list[str], names: list[str]) -> None:
    assert folder_names([Path(path) for path in paths]) == names


def test_the_order_of_the_files_does_not_matter() -> None:
    """A second analysis must not write one runner's results into another's folder."""
    paths = [Path(name) for name in ("anna/run.csv", "bob/run.csv", "carl/run.csv", "anna/walk.csv")]
    of_each = {frozenset(zip(order, folder_names(order), strict=True)) for order in permutations(paths)}
    assert len(of_each) == 1


@given(st.lists(st.lists(st.sampled_from(["a", "b", "a-b", "A", "a-2"]), min_size=1, max_size=3), max_size=6))
def test_no_two_share_a_folder(paths: list[list[str]]) -> None:
    names = folder_names([Path(*parts).with_suffix(".csv") for parts in paths])
    assert len({name.casefold() for name in names}) == len(paths)
