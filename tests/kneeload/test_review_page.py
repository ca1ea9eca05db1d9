"""The review page in a real browser: no complaint, and the numbers shown are the journal's."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome

from dsp.mount import Mount
from ingest import recording
from ingest.recording import Recorder
from kneeload.journal import Journal
from kneeload.review.errors import PlotlyMissingError, UnknownRunError
from kneeload.review.load import load
from kneeload.review.metrics import METRICS
from kneeload.review.page import page, plotly_script, safe_json, write_review
from tests.browser import console_errors
from tests.sample_run import sample_run_data
from tests.services import wait_until
from tests.simulated_run import RUN, record_run, recorded_run

__all__: list[str] = []

EVIL = "<script>window.broken=1</script>\"'&</script><!--<img src=x onerror='window.broken=1'>"


@pytest.fixture
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_run(tmp_path_factory.getbasetemp())


def opened(chromium: Chrome, path: Path, *, sees: str = "#timeline") -> None:
    chromium.get(path.as_uri())
    # What is far below the window is not drawn yet.
    script(chromium, f"document.querySelector('{sees}').scrollIntoView()")
    drawn = f"return document.querySelectorAll('{sees}[data-drawn] .main-svg').length > 0"
    wait_until(lambda: bool(script(chromium, drawn)), "the timeline is drawn")


def script(chromium: Chrome, text: str) -> object:
    return chromium.execute_script(text)


def draw_all(chromium: Chrome) -> None:
    script(chromium, "window.dispatchEvent(new Event('beforeprint'))")
    missing = "return document.querySelectorAll('.figure:not([data-drawn])').length"
    wait_until(lambda: script(chromium, missing) == 0, "every figure is drawn")


def test_the_page_opens_without_complaint_and_shows_the_journals_numbers(
    chromium: Chrome, data_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "review.html"
    write_review(data_dir, RUN, output)
    opened(chromium, output)
    draw_all(chromium)
    with Journal.open(data_dir) as journal:
        strides, alerts = journal.strides(RUN), journal.alerts(RUN)
    shown = script(
        chromium,
        "return [...document.querySelectorAll('data')].map(d => "
        "[d.dataset.metric, d.dataset.mount, d.value, d.textContent])",
    )
    assert isinstance(shown, list)
    assert len(shown) >= 6
    for metric, mount, value, text in shown:
        chosen = [
            v
            for s in strides
            if s.mount == mount and s.activity == "run"
            for v in [getattr(s, metric)]
            if v is not None
        ]
        assert float(value) == np.median(chosen)
        row = next(row for row in METRICS if row.name == metric)
        half = 0.5 / 10**row.decimals + 1e-9
        assert float(text.removeprefix("≥ ")) == pytest.approx(np.median(chosen) * row.factor, abs=half)
    facts = dict(
        script(  # type: ignore[call-overload]
            chromium,
            "return [...document.querySelectorAll('.facts div')].map(d => "
            "[d.children[0].textContent, d.children[1].textContent])",
        )
    )
    raised = [alert for alert in alerts if alert.state == "raised"]
    assert facts["Foot contacts"].startswith(str(len(strides)))
    assert facts["Alerts"] == str(len(raised)) != "0"
    assert script(chromium, "return document.querySelectorAll('article.alert').length") == len(raised)
    assert script(chromium, "return document.querySelectorAll('.figure').length") == len(raised) + 1
    assert console_errors(chromium) == []


def test_the_waveforms_hold_the_recorded_samples_and_the_strides_found_in_them(data_dir: Path) -> None:
    data = load(data_dir, RUN)
    shocks = [place for place, a in enumerate(data.alerts) if (a.rule, a.state) == ("shock-high", "raised")]
    assert shocks, "the simulated runner lands hard enough"
    for place in shocks:
        alert = data.alerts[place]
        [waveform] = data.waveforms[place]
        assert waveform.mount is alert.mount
        assert waveform.t_us[0] >= alert.t_us - 3_000_000
        assert waveform.t_us[-1] <= alert.t_us + 3_000_000
        assert len(waveform.t_us) == pytest.approx(6 * 208, rel=0.02)
        assert (np.diff(waveform.t_us) > 0).all()
        peak_g = np.linalg.norm(waveform.acc_g, axis=1).max()
        found = [
            s.peak_resultant_g
            for s in data.strides
            if s.mount is alert.mount
            and abs(s.initial_contact_us - alert.t_us) < 2_900_000
            and s.peak_resultant_g
        ]
        assert len(found) >= 6
        assert peak_g == pytest.approx(max(found), rel=0.25), "raw against filtered"


def test_a_silent_sensors_waveform_begins_before_the_silence(data_dir: Path) -> None:
    data = load(data_dir, RUN)
    [place] = [p for p, a in enumerate(data.alerts) if (a.rule, a.state) == ("sensor-silent", "raised")]
    [waveform] = data.waveforms[place]
    assert waveform.t_us[0] < data.alerts[place].t_us - 5_000_000
    assert np.diff(waveform.t_us).max() > 5_000_000


def test_a_run_without_packets_or_alerts_or_strides_is_shown_too(chromium: Chrome, tmp_path: Path) -> None:
    for name, data in (
        ("no-alerts", sample_run_data(alerts=(), waveforms={})),
        ("nothing", sample_run_data(strides=(), alerts=(), summaries=(), health=(), waveforms={})),
        ("all-mounts", sample_run_data(tuple(Mount))),
    ):
        path = tmp_path / f"{name}.html"
        path.write_text(page(data, plotly=plotly_script()), encoding="utf-8")
        opened(chromium, path)
        assert console_errors(chromium) == [], name


def test_names_from_outside_stay_text(chromium: Chrome, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    record_run(data_dir, duration_s=20, runner=EVIL, sensor_name=EVIL, note=EVIL, lost_s=None)
    output = tmp_path / "review.html"
    write_review(data_dir, RUN, output)
    opened(chromium, output)
    assert script(chromium, "return window.broken") is None
    assert script(chromium, "return document.querySelectorAll('main script, main img').length") == 0
    heading = script(chromium, "return document.querySelector('h1').textContent")
    assert str(heading).startswith(EVIL)
    assert EVIL in str(script(chromium, "return document.querySelector('.sub').textContent"))
    assert console_errors(chromium) == []


def test_an_alert_of_an_unknown_rule_stays_text(chromium: Chrome, tmp_path: Path) -> None:
    data = sample_run_data(rules=())
    alerts = tuple(type(a)(EVIL, a.level, a.state, a.t_us, a.mount, a.value, a.limit) for a in data.alerts)
    path = tmp_path / "unknown.html"
    path.write_text(page(sample_run_data(rules=(), alerts=alerts), plotly=plotly_script()), encoding="utf-8")
    opened(chromium, path)
    draw_all(chromium)
    assert script(chromium, "return window.broken") is None
    assert "no such rule" in str(script(chromium, "return document.querySelector('article').textContent"))
    assert console_errors(chromium) == []


def test_scripts_that_are_not_the_pages_own_do_not_run(chromium: Chrome, tmp_path: Path) -> None:
    text = page(sample_run_data(), plotly=plotly_script())
    path = tmp_path / "changed.html"
    path.write_text(text.replace("<footer>", "<script>window.broken=1</script><footer>"), encoding="utf-8")
    opened(chromium, path)
    assert script(chromium, "return window.broken") is None
    assert any("Content Security Policy" in line for line in console_errors(chromium))


def test_the_page_needs_nothing_from_outside() -> None:
    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [f"{tag} {k}={v}" for k, v in attrs if k in ("src", "href") and v and v[0] != "#"]

    links = Links()
    links.feed(page(sample_run_data(), plotly="//"))
    assert links.found == []


def test_embedded_json_cannot_end_its_script() -> None:
    text = safe_json({"a": "</script><!--", "b": "\u2028&"})
    assert not re.search(r"[<>&\u2028]", text)
    assert json.loads(text) == {"a": "</script><!--", "b": "\u2028&"}


def test_times_are_no_numbers_that_plotly_takes_for_years(data_dir: Path) -> None:
    """Whole numbers up to 9999 on a date axis are years: the first ten seconds would be far in the future."""
    figures = json.loads(
        re.search(r'id="figures">(.*?)</script>', page(load(data_dir, RUN), plotly=""))[1]  # type: ignore[index]
    )
    xs = [x for trace in figures["timeline"]["data"] for x in trace["x"] if x is not None]
    assert min(xs) > 1e9
    assert max(xs) - min(xs) <= 86_100


def test_the_figures_are_valid_by_plotlys_own_schema(data_dir: Path) -> None:
    graph_objects = pytest.importorskip("plotly.graph_objects")
    text = page(load(data_dir, RUN), plotly="")
    figures = re.search(r'id="figures">(.*?)</script>', text)[1]  # type: ignore[index]
    # Colours are filled in by the page.
    for figure in json.loads(re.sub(r"var\(--\w+\)", "#123456", figures)).values():
        graph_objects.Figure(figure)


def test_an_unknown_run_is_named_with_the_newest(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownRunError, match=f"19990101T000000Z: no such run.*newest is {RUN}"):
        write_review(data_dir, "19990101T000000Z", tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_missing_plotly_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(PlotlyMissingError, match=r"pip install 'kneeload\[report\]'"):
        write_review(data_dir, RUN, tmp_path / "x.html")


def spoilt(data_dir: Path, tmp_path: Path, spoil: Callable[[Path], object]) -> str:
    """The page of a copy of the run whose packets were spoilt."""
    folder = tmp_path / "runs" / RUN
    folder.mkdir(parents=True)
    for name in ("journal.db", f"runs/{RUN}/packets.mcap"):
        (tmp_path / name).write_bytes((data_dir / name).read_bytes())
    spoil(folder / "packets.mcap")
    write_review(tmp_path, RUN, tmp_path / "x.html")
    return (tmp_path / "x.html").read_text(encoding="utf-8")


def by_another_version(path: Path) -> None:
    packets = [replace(packet, family="kneeload-v9") for packet in recording.read(path)]
    path.unlink()
    with Recorder(path, {}) as recorder:
        for packet in packets:
            recorder.append(packet)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.unlink(), "packets.mcap: No such file or directory"),
        (lambda path: path.write_bytes(b"not an MCAP file"), "packets.mcap: is not an MCAP file"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:5000]),
            r"packets.mcap: damaged or cut off, with \d+ of \d+ packets of the left shin sensor",
        ),
        (lambda path: path.write_bytes(b""), "packets.mcap: damaged or cut off, with 0 of "),
        (by_another_version, "packets.mcap: sensors that this version does not know, kneeload-v9"),
    ],
    ids=["missing", "no recording", "cut off", "empty", "another version's"],
)
def test_spoiled_packets_cost_the_waveforms_only_and_it_is_said(
    spoil: Callable[[Path], object], why: str, data_dir: Path, tmp_path: Path
) -> None:
    text = spoilt(data_dir, tmp_path, spoil)
    assert re.search(rf"No samples around this alert can be read \({why}", text)
    assert "No samples were recorded around this alert" not in text
    assert "from the run's journal. Times" in text


def test_whole_packets_are_said_to_be_a_source(data_dir: Path, tmp_path: Path) -> None:
    text = spoilt(data_dir, tmp_path, lambda _path: None)
    assert "from the run's journal and recorded packets. Times" in text
    assert "No samples" not in text


def test_alerts_beyond_those_that_are_drawn_are_not_said_to_lack_samples() -> None:
    data = sample_run_data()
    first = min(data.waveforms)
    text = page(replace(data, waveforms={first: data.waveforms[first]}), plotly="")
    assert text.count("Samples are shown around the first 60 alerts only.") == 2
