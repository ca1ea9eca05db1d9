"""Too much, too soon: a run against the runner's own of the 30 days before."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kneeload.journal import Journal
from kneeload.results import Result
from kneeload.review.lengthened import Lately, lengthened_text
from kneeload.review.load import load
from kneeload.review.page import page
from tests.kneeload.test_review_earlier import spoil
from tests.sample_run import SHINS, sample_strides, sample_summaries

__all__: list[str] = []

FIRST_NS = 1_772_348_400_000_000_000
DAY_NS = 86_400_000_000_000


def started_ns(day: int) -> int:
    return FIRST_NS + (day - 1) * DAY_NS


def name_of(day: int) -> str:
    return f"{datetime.fromtimestamp(started_ns(day) / 1e9, UTC):%Y%m%dT%H%M%SZ}"


def keep(folder: Path, day: int, minutes: float, *, runner: str = "Ada", note: str = "") -> None:
    """A run with so many minutes of running."""
    strides = sample_strides(SHINS[0], duration_s=60)
    (*_, last) = sample_summaries(strides, duration_s=60)
    rows: Sequence[Result] = [*strides, replace(last, running_s=60 * minutes)]
    with Journal.open(folder) as journal:
        journal.start_run(name_of(day), runner, started_ns=started_ns(day), config={}, note=note)
        journal.append(name_of(day), rows)
        journal.end_run(name_of(day), started_ns(day) + 60 * 10**9)


def said(folder: Path, day: int) -> str:
    text = page(load(folder, name_of(day)), plotly="")
    found = re.search(r"<strong>Longer than of late</strong>: (.*?)</p>", text)
    return found[1] if found else ""


def test_a_run_a_tenth_longer_than_the_longest_is_told(tmp_path: Path) -> None:
    for day, minutes in ((1, 20), (3, 30), (5, 25), (7, 33), (9, 37)):
        keep(tmp_path, day, minutes)
    assert said(tmp_path, 7) == "", "a tenth is not more than a tenth"
    assert said(tmp_path, 9).startswith(
        "37:00 min of running; the longest of the 4 runs kept here from the 30 days before had 33:00 min. Len"
    )


def test_two_runs_are_too_few(tmp_path: Path) -> None:
    for day, minutes in ((1, 2), (3, 3), (5, 40), (7, 50)):
        keep(tmp_path, day, minutes)
    assert said(tmp_path, 5) == ""
    assert "of the 3 runs" in said(tmp_path, 7)


def test_only_the_same_runners_own_running_of_the_last_30_days_counts(tmp_path: Path) -> None:
    keep(tmp_path, 1, 90)
    for day in (2, 3, 4):
        keep(tmp_path, day, 90, runner="Ben")
        keep(tmp_path, day + 10, 10)
    keep(tmp_path, 20, 90, note="demo, seed 1")
    keep(tmp_path, 21, 0)
    keep(tmp_path, 31, 12)
    assert said(tmp_path, 31) == "", "30 days before it there was a longer one"
    keep(tmp_path, 32, 12.1)
    assert load(tmp_path, name_of(32)).lately == Lately(4, 12 * 60)


def test_a_damaged_run_of_old_is_passed_over(tmp_path: Path) -> None:
    for day in (1, 3, 5, 7, 9):
        keep(tmp_path, day, 10)
    spoil(tmp_path, name_of(3), "summary")
    assert load(tmp_path, name_of(7)).lately is None
    assert load(tmp_path, name_of(9)).lately == Lately(3, 600.0)


@pytest.mark.parametrize("lately", [None, Lately(3, 600.0)])
def test_a_run_without_running_is_not_longer(lately: Lately | None) -> None:
    assert lengthened_text(0.0, lately) == ""


def test_it_claims_nothing_but_what_was_run() -> None:
    text = lengthened_text(3600.0, Lately(3, 600.0))
    assert "1:00:00 h of running" in text
    assert "rest days" in text
    for word in ("risk", "injur", "danger", "load"):
        assert word not in text.lower()
