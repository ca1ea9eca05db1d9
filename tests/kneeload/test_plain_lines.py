"""Lines where there is no terminal: as honest about a clipped peak as the table and the review."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from kneeload.results import Result
from kneeload.view import PlainLines
from tests.kneeload.examples import summary

__all__: list[str] = []


def lines(results: Sequence[Result]) -> list[str]:
    text = io.StringIO()
    with PlainLines(Console(file=text, width=80)) as view:
        view.see(results)
    return text.getvalue().splitlines()


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (False, False, "left 9.5 right 9.8 g"),
        (True, False, "left ≥ 9.5 right 9.8 g"),
        (False, True, "left 9.5 right ≥ 9.8 g"),
        (None, None, "left 9.5 right 9.8 g"),
    ],
)
def test_a_median_that_is_a_lower_bound_is_told_as_one(
    left: bool | None, right: bool | None, said: str
) -> None:
    told = replace(summary(5_000_000), peak_resultant_left_at_least=left, peak_resultant_right_at_least=right)
    (line,) = lines([told])
    assert f"peak resultant {said}, " in line
