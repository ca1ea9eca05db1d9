"""Results in a few words."""

import pytest

from kneeload.spoken import counted, missing

__all__: list[str] = []


@pytest.mark.parametrize(("count", "told"), [(0, "0 alerts"), (1, "1 alert"), (2, "2 alerts")])
def test_one_is_not_many(count: int, told: str) -> None:
    assert counted(count, "alert") == told


def test_what_there_was_no_room_for_is_told() -> None:
    assert missing(packets=0, results=0) == ""
    assert missing(packets=1, results=0).startswith("1 packet is missing: ")
    assert missing(packets=2, results=1).startswith("2 packets and 1 result are missing: ")
