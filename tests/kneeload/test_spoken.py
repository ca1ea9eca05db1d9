"""Results in a few words."""

import pytest

from kneeload.spoken import counted

__all__: list[str] = []


@pytest.mark.parametrize(("count", "told"), [(0, "0 alerts"), (1, "1 alert"), (2, "2 alerts")])
def test_one_is_not_many(count: int, told: str) -> None:
    assert counted(count, "alert") == told
