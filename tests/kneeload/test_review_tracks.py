"""When a sensor was there: nothing is called receiving while nothing comes."""

from dataclasses import replace

import pytest

from alerts.alert import Alert
from dsp.mount import Mount
from kneeload.results import SensorHealth
from kneeload.review.page import page
from kneeload.review.statistics import episodes
from kneeload.review.tracks import Track, silences, tracks
from tests.sample_run import SHINS, sample_alerts, sample_health, sample_run_data

__all__: list[str] = []

LEFT, RIGHT = SHINS


def report(t_s: float, received: int, *, lost: int | None = 0, connected: bool = True) -> SensorHealth:
    pattern = next(iter(sample_health(LEFT)))
    return replace(
        pattern, t_us=round(t_s * 1e6), samples_received=received, samples_lost=lost, connected=connected
    )


def told(track: Track) -> list[tuple[str, float, float]]:
    return [(span.kind, span.from_s, span.to_s) for span in track.spans]


def test_tracks_show_the_lost_link_but_not_the_end_of_the_run() -> None:
    health = [row for mount in SHINS for row in sample_health(mount)]
    left, right = tracks(health, 300)
    assert told(left) == [("ok", 0, 155), ("lost", 155, 165), ("ok", 165, 300)]
    assert told(right) == [("ok", 0, 300)]
    assert tracks([], 300) == []


def test_a_track_begins_where_samples_come() -> None:
    health = [report(1.7, 0), report(5, 0), report(10, 900), report(15, 1940)]
    (track,) = tracks(health, 15)
    assert told(track) == [("ok", 5, 15)]
    assert tracks(health[:2], 15) == []


def test_a_link_over_which_nothing_comes_is_not_receiving() -> None:
    (track,) = tracks([report(5, 1000), report(10, 1000), report(15, 1003), report(20, 2000)], 20)
    assert told(track) == [("ok", 0, 5), ("silent", 5, 15), ("ok", 15, 20)]


def test_a_silence_is_as_long_as_its_alert_says() -> None:
    health = [report(5 * n, 1000 * n) for n in range(1, 9)]
    alerts = [
        Alert("sensor-silent", "warning", "raised", 18_000_000, LEFT, 6.0, 5.0),
        Alert("sensor-silent", "warning", "cleared", 21_000_000, LEFT, 0.5, 1.5),
        Alert("sensor-silent", "warning", "raised", 38_000_000, LEFT, 6.0, 5.0),
    ]
    (track,) = tracks(health, 40, silences(episodes(alerts), 40))
    assert told(track) == [("ok", 0, 12), ("silent", 12, 20.5), ("ok", 20.5, 32), ("silent", 32, 40)]


def test_where_the_link_is_gone_that_is_what_is_told() -> None:
    left, right = tracks(
        [row for mount in SHINS for row in sample_health(mount)],
        300,
        silences(episodes(sample_alerts()), 300),
    )
    assert [span.kind for span in left.spans] == ["ok", "silent", "lost", "ok"]
    assert (left.spans[1].from_s, left.spans[1].to_s) == (150, 155)
    assert [span.kind for span in right.spans] == ["ok"]


@pytest.mark.parametrize(("lost", "kind"), [(5, "ok"), (11, "lossy"), (None, "ok")])
def test_a_hundredth_of_the_samples_makes_it_lossy(lost: int | None, kind: str) -> None:
    first = report(5, 1000, lost=None if lost is None else 0)
    (track,) = tracks([first, report(10, 2000, lost=lost)], 10)
    assert track.spans[-1].kind == kind


def test_a_report_right_after_another_says_nothing_of_samples() -> None:
    (track,) = tracks([report(5, 1000), report(5.2, 1000), report(10, 2000)], 10)
    assert told(track) == [("ok", 0, 10)]


def test_the_key_names_what_is_drawn_and_no_more() -> None:
    text = page(sample_run_data(), plotly="")
    for said in ("receiving", "nothing comes", "no link"):
        assert f"</span>{said}</li>" in text
    assert "1 % of the samples lost" not in text
    whole = sample_run_data((Mount.RIGHT_SHIN, Mount.RIGHT_SHOE), alerts=(), waveforms={})
    assert "no link" not in page(whole, plotly="")
