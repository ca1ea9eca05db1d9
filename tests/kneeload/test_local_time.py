"""Times of day by this computer's clock, and what they are called."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kneeload.local_time import common_zone, local, zone

__all__: list[str] = []

WINTER, SUMMER = datetime(2026, 1, 10, 22, 30, tzinfo=UTC), datetime(2026, 7, 10, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "winter", "summer"),
    [
        ("UTC", "10 22:30 UTC", "10 22:30 UTC"),
        ("Europe/London", "10 22:30 UTC", "10 23:30 UTC+01:00"),
        ("America/St_Johns", "10 19:00 UTC-03:30", "10 20:00 UTC-02:30"),
        ("Asia/Kathmandu", "11 04:15 UTC+05:45", "11 04:15 UTC+05:45"),
    ],
)
def test_the_offset_is_the_one_of_that_day(
    place: str, winter: str, summer: str, clock_of: Callable[[str], None]
) -> None:
    clock_of(place)
    assert [f"{local(at):%d %H:%M} {zone(at)}" for at in (WINTER, SUMMER)] == [winter, summer]
    same = winter.split()[-1] == summer.split()[-1]
    assert common_zone([WINTER, SUMMER]) == (zone(WINTER) if same else "")


def test_at_the_end_of_the_calendar_it_stays_as_it_is(clock_of: Callable[[str], None]) -> None:
    clock_of("Asia/Kathmandu")
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert local(last) == last
    assert zone(last) == "UTC"
