"""What is drawn of a run, and what is said where nothing can be: samples lost now and then, or all along."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.figures import timeline
from kneeload.review.look import Figure
from kneeload.review.page import page
from kneeload.review.running_median import MOST_S, SMOOTH, pieces, running_median
from kneeload.review.traces import DOTS_MOST, ROWS, stride_traces
from tests.sample_run import SHINS, sample_run_data, sample_strides

__all__: list[str] = []

LEFT, RIGHT = SHINS
CONTACT = next(row for row in ROWS if row.field == "contact_time_s")
FIELDS = ("cadence_spm", "contact_time_s", "peak_resultant_g")


def running(mount: Mount = LEFT) -> list[Stride]:
    return [s for s in sample_strides(mount) if s.activity == "run"]


def torn(strides: Sequence[Stride], *, known: bool) -> tuple[Stride, ...]:
    """Each with lost samples, which spoilt everything or nothing."""
    nothing = {} if known else dict.fromkeys(FIELDS)
    return tuple(replace(s, gap=True, **nothing) for s in strides)  # type: ignore[arg-type]


def line(t_s: Sequence[float], values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    times = np.array(t_s, dtype=np.float64)
    begins = pieces(times, running=np.ones(len(times), dtype=bool))
    return running_median(times, np.array(values, dtype=np.float64), begins=begins)


def drawn(strides: Sequence[Stride]) -> tuple[list[Figure], Figure]:
    """The dots' traces and the line's."""
    *dots, middle = stride_traces(CONTACT, strides, LEFT, "yaxis")
    assert middle["mode"] == "lines"
    return dots, middle


def notes(figure: Figure) -> str:
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def test_the_line_is_the_median_of_the_strides_around() -> None:
    values = np.random.default_rng(1).normal(0.26, 0.02, 40)
    got = line([0.7 * n for n in range(40)], values.tolist())
    assert got[20] == np.median(values[20 - SMOOTH // 2 : 21 + SMOOTH // 2])
    assert not np.isnan(got).any()


def test_no_line_where_its_strides_lie_too_far_apart() -> None:
    near = [0.7 * n for n in range(30)]
    got = line([*near, *(near[-1] + 3.0 * n for n in range(1, 31))], [0.26] * 60)
    assert not np.isnan(got[:20]).any()
    assert np.isnan(got[40:52]).all()


def test_a_line_never_smears_a_short_change_over_more_than_its_span() -> None:
    """Hard running for 15 s, of which one leg lost two strides of three."""
    t_s = np.arange(0.0, 120.0, 0.7)
    t_s = t_s[(np.arange(len(t_s)) % 3 == 0) | (t_s > 60)]
    values = np.where((t_s > 30) & (t_s < 45), 12.0, 6.0)
    shown = line(t_s.tolist(), values.tolist())
    wrong = np.abs(shown - values) > 1
    assert np.isnan(shown).any()
    assert not (wrong & ((t_s < 30 - MOST_S / 2) | (t_s > 45 + MOST_S / 2))).any()


def test_a_line_begins_anew_after_a_break() -> None:
    times = np.array([0.0, 0.7, 1.4, 8.0, 8.7])
    assert pieces(times, running=np.ones(5, dtype=bool)).tolist() == [3]
    assert pieces(times[:3], running=np.array([False, True, True])).tolist() == [1]


def test_strides_with_lost_samples_are_drawn() -> None:
    strides = torn(running(), known=True)
    known = [s for s in strides if s.contact_time_s is not None]
    dots, middle = drawn(strides)
    assert sum(len(trace["x"]) for trace in dots) == len(known) > 200
    assert sum(y is not None for y in middle["y"]) == len(known)


def test_of_many_strides_dots_are_drawn_only_where_there_is_no_line() -> None:
    pattern = next(s for s in running() if s.contact_time_s is not None)
    dense = [replace(pattern, initial_contact_us=700_000 * n) for n in range(DOTS_MOST)]
    sparse = [
        replace(pattern, initial_contact_us=dense[-1].initial_contact_us + 3_000_000 * n)
        for n in range(1, 41)
    ]
    dots, middle = drawn([*dense, *sparse])
    (dotted,) = [trace["x"] for trace in dots]
    assert 35 < len(dotted) < 50
    assert len(dotted) == sum(y is None for x, y in zip(middle["x"], middle["y"], strict=True) if x)
    assert drawn(dense)[1]["y"].count(None) == 0


@pytest.mark.parametrize("mounts", [SHINS, (Mount.LEFT_SHOE, Mount.RIGHT_SHOE)])
def test_an_empty_plot_says_why(mounts: tuple[Mount, Mount]) -> None:
    first, second = mounts
    strides = (*torn(running(first), known=False), *running(second))
    said = notes(timeline(sample_run_data(mounts, strides=strides, alerts=(), waveforms={})))
    assert said.count(f"{first.replace('-', ' ')}: left out: samples lost in every stride") == 3
    assert f"{second.replace('-', ' ')}: " not in said


def test_a_run_that_lost_samples_all_along_has_its_numbers() -> None:
    strides = (*torn(running(LEFT), known=True), *running(RIGHT))
    text = page(sample_run_data(strides=strides), plotly="")
    counts = {mount: [s for s in strides if s.mount is mount] for mount in SHINS}
    assert f"{len(counts[LEFT])} of {len(counts[LEFT])} strides with lost samples at the left shin" in text
    few = sum(s.gap for s in counts[RIGHT])
    assert f"{few} of {len(counts[RIGHT])} strides with lost samples at the right shin" in text
    assert len(re.findall(r"data-mount='left-shin'", text)) == 3
    assert "every stride" not in text


def test_a_run_that_lost_everything_says_so_beside_each_number() -> None:
    strides = (*torn(running(LEFT), known=False), *running(RIGHT))
    text = page(sample_run_data(strides=strides), plotly="")
    assert text.count("<div class='spread'>left out: samples lost in every stride</div>") == 3
    assert "not estimated" not in text


def test_a_whole_run_says_nothing_of_lost_samples() -> None:
    whole = tuple(replace(s, gap=False) for s in running())
    assert "strides with lost samples" not in page(sample_run_data(strides=whole), plotly="")


def test_only_what_is_drawn_is_explained() -> None:
    triangles, moments, limits = "Open triangles", "dotted upright line", "dotted level line"

    def said(**changes: object) -> set[str]:
        text = page(sample_run_data(**changes), plotly="")  # type: ignore[arg-type]
        return {words for words in (triangles, moments, limits) if words in text}

    assert said() == {triangles, moments, limits}
    whole = tuple(replace(s, clipped=False) for s in sample_run_data().strides)
    silent = tuple(a for a in sample_run_data().alerts if a.rule == "sensor-silent")
    assert said(strides=whole, alerts=silent, waveforms={}) == {moments}
    assert said(strides=whole, alerts=(), waveforms={}) == set()
