"""The head of the page: when the run was by the clock on the wall."""

from collections.abc import Callable

import pytest

from kneeload.review.head_section import head_section
from tests.sample_run import sample_run_data

__all__: list[str] = []


@pytest.mark.parametrize(
    ("place", "run", "said"),
    [
        ("UTC", "20260301T070000Z", "Ada: Sunday, 01 March 2026, 07:00 (UTC)"),
        ("Europe/Vienna", "20260301T070000Z", "Ada: Sunday, 01 March 2026, 08:00 (UTC+01:00)"),
        ("Europe/Vienna", "20260701T050000Z", "Ada: Wednesday, 01 July 2026, 07:00 (UTC+02:00)"),
        ("America/Denver", "20260301T023000Z", "Ada: Saturday, 28 February 2026, 19:30 (UTC-07:00)"),
    ],
)
def test_a_run_was_at_a_time_of_day_of_this_computer(
    place: str, run: str, said: str, clock_of: Callable[[str], None]
) -> None:
    clock_of(place)
    head = head_section(sample_run_data(run=run), alerts=0)
    assert f"<h1>{said}</h1>" in head
    assert f"Run {run} " in head
