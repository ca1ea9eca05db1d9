"""Results in a few words."""

import pytest

from kneeload.spoken import counted, lasting, missing

__all__: list[str] = []


@pytest.mark.parametrize(("count", "told"), [(0, "0 alerts"), (1, "1 alert"), (2, "2 alerts")])
def test_one_is_not_many(count: int, told: str) -> None:
    assert counted(count, "alert") == told


def test_what_there_was_no_room_for_is_told() -> None:
    assert missing(packets=0, results=0) == ""
    assert missing(packets=1, results=0).startswith("1 packet is missing: ")
    assert missing(packets=2, results=1).startswith("2 packets and 1 result are missing: ")


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0:00"), (299.9996, "5:00"), (3599.6, "1:00:00")])
def test_a_length_of_time_is_told_to_the_nearest_second(seconds: float, told: str) -> None:
    assert lasting(seconds) == told
