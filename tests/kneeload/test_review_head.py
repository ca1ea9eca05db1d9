"""The head of the page: when the run was by the clock on the wall, and what a share is of."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from dsp.mount import Mount
from kneeload.results import SensorHealth
from kneeload.review.head_section import head_section, lost_text
from tests.sample_run import SHINS, sample_health, sample_run_data

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


def losing(lost: dict[Mount, int | None]) -> Sequence[SensorHealth]:
    return [
        replace(row, samples_received=900, samples_lost=lost[mount])
        for mount in lost
        for row in sample_health(mount)
    ]


def test_a_share_of_lost_samples_says_whose_it_is() -> None:
    left, right = SHINS
    assert lost_text(losing({left: 0, right: 100})) == "10.0 %<small>most: right shin</small>"
    assert (
        lost_text(losing({left: None, right: 0}))
        == "0.0 %<small>of right shin, not known of the rest</small>"
    )
    assert lost_text(losing({left: 0, right: 0})) == "0.0 %"
    assert lost_text(losing({right: 100})) == "10.0 %"
    assert lost_text(losing({left: None})) == "not known"
