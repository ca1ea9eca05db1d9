"""Lines where there is no terminal: as honest about a clipped peak as the table and the review."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.results import Result
from kneeload.view import PlainLines
from tests.kneeload.examples import stride, summary

__all__: list[str] = []

LEFT, RIGHT, SHOE = Mount.LEFT_SHIN, Mount.RIGHT_SHIN, Mount.LEFT_SHOE


def lines(results: Sequence[Result]) -> list[str]:
    text = io.StringIO()
    with PlainLines(Console(file=text, width=80)) as view:
        view.see(results)
    return text.getvalue().splitlines()


def peak(value: float | None, mount: Mount = LEFT, *, clipped: bool = False) -> Stride:
    return replace(stride(1, mount), peak_resultant_g=value, clipped=clipped)


@pytest.mark.parametrize(
    ("strides", "said"),
    [
        ([peak(9.0), peak(9.5), peak(9.9, clipped=True)], "left 9.5 right 9.8 g"),
        ([peak(9.0), peak(9.5, clipped=True), peak(9.9)], "left ≥ 9.5 right 9.8 g"),
        ([peak(9.0, clipped=True), peak(None, clipped=True)], "left ≥ 9.5 right 9.8 g"),
        ([peak(9.0, RIGHT, clipped=True)], "left 9.5 right ≥ 9.8 g"),
        # Where a side has a shin sensor the median is the shin's.
        ([peak(9.5), peak(9.0, SHOE, clipped=True)], "left 9.5 right 9.8 g"),
        ([peak(9.0, SHOE, clipped=True)], "left ≥ 9.5 right 9.8 g"),
    ],
)
def test_a_median_over_clipped_peaks_is_a_lower_bound(strides: list[Stride], said: str) -> None:
    (line,) = lines([*strides, summary(5_000_000)])
    assert f"peak resultant {said}, " in line


def test_clipped_peaks_hold_for_their_own_five_seconds() -> None:
    """The summary at the end comes sooner after the one before, and is over five seconds all the same."""
    contact = peak(9.0, clipped=True)
    told = lines([contact, *(summary(t * 1_000_000) for t in (5, 6, 7))])
    assert [" ≥ 9.5" in line for line in told] == [True, True, False]
