"""Lines where there is no terminal: as honest about a clipped peak as the table and the review."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from kneeload.results import Result
from kneeload.view import PlainLines
from tests.kneeload.examples import summary
from tests.kneeload.program import kneeload

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


def test_what_happens_in_between_has_its_time_too(tmp_path: Path) -> None:
    (tmp_path / "k.toml").write_text('[mqtt]\nhost = "127.0.0.1"\nport = 9\ndrain_s = 0\n')
    arguments = ["demo", "--duration", "14", "--speedup", "8", "--fault", "silence=8:6"]
    places: list[str | Path] = ["--config", tmp_path / "k.toml", "--data-dir", tmp_path / "d"]
    done = kneeload([*arguments, *places], home=tmp_path)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert any(re.match(r"0:\d\d left-shin: silent for \d s, ", line) for line in told)
    assert any(re.match(r"0:\d\d MQTT: broker 127\.0\.0\.1:9 does not answer", line) for line in told)
    for line in told[: next(at for at, line in enumerate(told) if " foot contacts in " in line)]:
        assert re.match(r"\d+:\d\d |     ", line), line


def test_who_stands_has_no_line_of_dashes() -> None:
    standing = replace(
        summary(65_000_000),
        activity="idle",
        strides=7,
        cadence_spm=None,
        contact_time_left_s=None,
        contact_time_right_s=None,
    )
    assert lines([standing]) == ["1:05 idle, 7 foot contacts"]
