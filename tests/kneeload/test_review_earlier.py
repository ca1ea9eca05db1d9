"""The runner's earlier runs beside this one: the same person, the same sensors, the same filter."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.journal import Journal
from kneeload.last_runs import MOST_RUNS as MOST
from kneeload.last_runs import OLDEST_DAYS
from kneeload.review.load import load
from kneeload.review.page import page
from tests.sample_run import SHINS, sample_run_data, sample_strides

__all__: list[str] = []

FIRST_NS = 1_772_348_400_000_000_000
DAY_NS = 86_400_000_000_000
EVIL = "<b>Ada</b>"


def name_of(day: int) -> str:
    return f"202603{day:02d}T070000Z"


def keep(folder: Path, day: int, runner: str, strides: list[Stride], *, note: str = "") -> None:
    with Journal.open(folder) as journal:
        started_ns = FIRST_NS + (day - 1) * DAY_NS
        journal.start_run(name_of(day), runner, started_ns=started_ns, config={}, note=note)
        journal.append(name_of(day), strides)
        journal.end_run(name_of(day), started_ns + 100 * 10**9)


def strides_of(day: int, mounts: tuple[Mount, ...] = SHINS) -> list[Stride]:
    return [s for mount in mounts for s in sample_strides(mount, seed=day, duration_s=100)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ada with shins on days 1, 3 and 5, Ben on day 2, Ada with shoes on day 4."""
    for day, runner, mounts in (
        (1, EVIL, SHINS),
        (2, "Ben", SHINS),
        (3, EVIL, SHINS),
        (4, EVIL, (Mount.LEFT_SHOE, Mount.RIGHT_SHOE)),
        (5, EVIL, SHINS),
    ):
        keep(tmp_path, day, runner, strides_of(day, mounts))
    return tmp_path


def rows_of(text: str) -> dict[str, list[str]]:
    """What stands in the table, by the run's heading."""
    table = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    assert table
    rows = re.findall(r"<th scope='row'>(.*?)</th>(.*?)</tr>", table[1], re.DOTALL)
    return {heading: re.findall("<td>(.*?)</td>", cells) for heading, cells in rows}


def test_only_the_same_runner_with_the_same_sensors_is_compared(folder: Path) -> None:
    assert [run.run for run in load(folder, name_of(5)).earlier] == [name_of(3), name_of(1)]
    assert load(folder, name_of(4)).earlier == ()
    assert load(folder, name_of(1)).earlier == ()


def test_the_table_has_the_medians_of_each_run(folder: Path) -> None:
    text = page(load(folder, name_of(5)), plotly="")
    assert "<th scope='col'>Speed" not in text, "no sensor knew it"
    rows = rows_of(text)
    first, second, third = rows
    assert first == "this run"
    assert name_of(3) in second
    assert name_of(1) in third
    for day, cells in zip((5, 3, 1), rows.values(), strict=True):
        sides = []
        for mount in SHINS:
            known = [
                s.contact_time_s
                for s in strides_of(day, (mount,))
                if s.activity == "run" and s.contact_time_s is not None
            ]
            sides.append(f"{1000 * np.median(known):.0f}")
        assert cells[3] == " / ".join(sides)


def test_earlier_runs_began_at_a_time_of_day_of_this_computer(
    folder: Path, clock_of: Callable[[str], None]
) -> None:
    clock_of("Asia/Kolkata")
    text = page(load(folder, name_of(5)), plotly="")
    assert "start in local time (UTC+05:30)." in text
    assert list(rows_of(text))[1:] == [
        f"0{day} Mar 2026, 12:30<br><small>{name_of(day)}</small>" for day in (3, 1)
    ]
    clock_of("America/New_York")
    keep(tmp := folder / "spring", 7, "Ada", strides_of(7))
    keep(tmp, 9, "Ada", strides_of(9))
    keep(tmp, 11, "Ada", strides_of(11))
    text = page(load(tmp, name_of(11)), plotly="")
    assert "start in local time." in text
    assert [heading.split("<")[0] for heading in rows_of(text)][1:] == [
        "09 Mar 2026, 03:00 (UTC-04:00)",
        "07 Mar 2026, 02:00 (UTC-05:00)",
    ]


def test_each_run_has_its_length_and_speed(tmp_path: Path) -> None:
    """An easy day has other medians than a fast one."""
    for day, speed in ((1, 3.0), (2, None), (3, 2.5)):
        known = strides_of(day, (Mount.LEFT_SHOE,))
        if speed is not None:
            known = [replace(s, speed_m_per_s=speed, stride_length_m=2.0) for s in known]
        keep(tmp_path, day, "Ada", known)
    text = page(load(tmp_path, name_of(3)), plotly="")
    assert "<th scope='col'>Speed<br>" in text
    rows = [cells[:2] + cells[-2:] for cells in rows_of(text).values()]
    meters = [round(2.0 * len(strides_of(day, (Mount.LEFT_SHOE,))), -1) for day in (3, 1)]
    assert rows == [
        ["1:38", f"about {meters[0]:.0f} m", "9.0", "0"],
        ["1:38", "–", "–", "0"],
        ["1:38", f"about {meters[1]:.0f} m", "10.8", "0"],
    ]


def test_a_peak_through_another_filter_is_not_compared(tmp_path: Path) -> None:
    keep(tmp_path, 1, "Ada", [replace(s, filter="another") for s in strides_of(1)])
    keep(tmp_path, 2, "Ada", strides_of(2))
    cells = list(rows_of(page(load(tmp_path, name_of(2)), plotly="")).values())[1]
    assert cells[4] == "other filter / other filter"
    assert re.fullmatch(r"\d+ / \d+", cells[3])


def test_the_newest_few_are_enough(tmp_path: Path) -> None:
    for day in range(1, MOST + 3):
        keep(tmp_path, day, "Ada", strides_of(day, SHINS[:1]))
    earlier = load(tmp_path, name_of(MOST + 2)).earlier
    assert [run.run for run in earlier] == [name_of(day) for day in range(MOST + 1, 1, -1)]


def test_a_row_of_an_old_run_that_cannot_be_read_costs_that_run_its_place_and_no_more(folder: Path) -> None:
    spoil(folder, name_of(3), "stride")
    spoil(folder, name_of(1), "alert")
    assert [run.run for run in load(folder, name_of(5)).earlier] == [name_of(1)]


def spoil(folder: Path, run: str, stream: str) -> None:
    """As another version would have written it, or a damaged disk."""
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute(
            "INSERT INTO result (run, stream, mount, t_us, key, body) VALUES (?, ?, '', 1, 'x', '{}')",
            (run, stream),
        )
    connection.close()


def test_a_demo_is_compared_with_demos_and_a_run_with_runs(tmp_path: Path) -> None:
    """Alerts leave demos out when they look for what is usual; the review must tell of the same runs."""
    for day, note in enumerate(("", "demo, seed 1", "", "demo of walk.csv", ""), start=1):
        keep(tmp_path, day, "Ada", strides_of(day, SHINS[:1]), note=note)
    assert [run.run for run in load(tmp_path, name_of(5)).earlier] == [name_of(3), name_of(1)]
    assert [run.run for run in load(tmp_path, name_of(4)).earlier] == [name_of(2)]


def test_a_run_of_long_ago_is_not_compared(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        for name, days in (("20250101T000000Z", OLDEST_DAYS + 1), ("20250102T000000Z", OLDEST_DAYS - 1)):
            journal.start_run(name, "Ada", started_ns=FIRST_NS - days * DAY_NS, config={})
            journal.append(name, strides_of(1))
            journal.end_run(name, FIRST_NS)
    keep(tmp_path, 1, "Ada", strides_of(1))
    assert [run.run for run in load(tmp_path, name_of(1)).earlier] == ["20250102T000000Z"]


def test_a_first_run_has_no_table_and_names_stay_text(folder: Path) -> None:
    assert "Earlier runs" not in page(sample_run_data(), plotly="")
    assert "Earlier runs of &lt;b&gt;Ada" in page(load(folder, name_of(5)), plotly="")
