"""The review for every eye: narrow, dark, printed, without colours, without a mouse."""

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from dsp.mount import Mount
from kneeload.review.figures import timeline
from kneeload.review.page import page, plotly_script
from tests.sample_run import SHINS, sample_run_data
from tests.services import wait_until

__all__: list[str] = []

CSS = (files("kneeload.review") / "page.css").read_text(encoding="utf-8")
TEXTS = ("ink", "muted", "info", "warning", "lost", "left")
MARKS = ("right", "ok")


def palettes() -> dict[str, dict[str, str]]:
    """light, dark and print: name of a colour -> #rrggbb."""
    light, dark, printed = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    out = {"light": dict(re.findall(r"--(\w+): (#\w+)", light))}
    out["dark"] = out["light"] | dict(re.findall(r"--(\w+): (#\w+)", dark))
    out["print"] = out["light"] | dict(re.findall(r"--(\w+): (#\w+)", printed))
    return out


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = color[1:] if len(color) == 7 else "".join(2 * c for c in color[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark", "print"])
def test_contrast_is_enough_to_read(name: str) -> None:
    colours = palettes()[name]
    for ground in (colours["paper"], colours["card"]):
        for text in TEXTS:
            assert contrast(colours[text], ground) >= 4.5, text
        for mark in MARKS:
            assert contrast(colours[mark], ground) >= 3, mark


def test_left_and_right_differ_by_more_than_colour() -> None:
    lines = [t for t in timeline(sample_run_data())["data"] if t["mode"] == "lines" and "dash" in t["line"]]
    dashes = {
        side: {t["line"]["dash"] for t in lines if f"--{side})" in t["line"]["color"]}
        for side in ("left", "right")
    }
    assert dashes["left"]
    assert dashes["right"]
    assert not dashes["left"] & dashes["right"]


def test_four_sensors_have_four_lines_and_four_entries_in_the_key() -> None:
    figure = timeline(sample_run_data(tuple(Mount)))
    lines = [t for t in figure["data"] if t["mode"] == "lines" and t.get("name")]
    looks = {t["name"]: (t["line"]["color"], t["line"]["dash"], t["line"]["width"]) for t in lines}
    assert len(set(looks.values())) == len(looks) == 4
    assert len({dash for _, dash, _ in looks.values()}) == 4
    text = page(sample_run_data(tuple(Mount)), plotly="")
    for mount in Mount:
        assert f"</span>{mount.replace('-', ' ')}</li>" in text
    assert "</span>left</li>" in page(sample_run_data(), plotly="")


def test_a_lane_names_the_sensor_where_its_side_does_not() -> None:
    def lanes(*mounts: Mount) -> set[str]:
        marks = [t for t in timeline(sample_run_data(mounts))["data"] if t["mode"] == "markers+text"]
        return {t["y"][0] for t in marks}

    assert "Harder impacts than usual, right" in lanes(*SHINS)
    assert "Harder impacts than usual, right shin" in lanes(*Mount)


def test_nothing_runs_through_numbers_and_names() -> None:
    figure = timeline(sample_run_data())
    assert all(shape["layer"] == "below" for shape in figure["layout"]["shapes"])
    assert all(note["bgcolor"] == "var(--paper)" for note in figure["layout"]["annotations"])
    marks = [t for t in figure["data"] if t["mode"] == "markers+text"]
    assert len(marks) == 3
    assert all(t["cliponaxis"] is False for t in marks)


def test_what_is_said_over_a_mark_is_whole() -> None:
    """Plotly fills in %{…}; any other brace is a text that nobody filled in."""
    for trace in timeline(sample_run_data())["data"]:
        assert "{" not in re.sub(r"%\{[xy|:.%HMSdf0-9text-]+\}", "", trace["hovertemplate"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("review") / "page.html"
    path.write_text(page(sample_run_data(tuple(Mount)), plotly=plotly_script()), encoding="utf-8")
    return path


@contextmanager
def screen(chromium: Chrome, *, width: int, dark: bool = False) -> Iterator[None]:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    try:
        yield
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def drawn(chromium: Chrome, path: Path) -> None:
    """Open the page and look at all of it, from the top down."""
    chromium.get(path.as_uri())
    places = int(chromium.execute_script("return document.querySelectorAll('.figure').length"))
    for place in range(places):
        chromium.execute_script(f"document.querySelectorAll('.figure')[{place}].scrollIntoView()")
        count = f"return document.querySelectorAll('.figure')[{place}].querySelectorAll('.main-svg').length"
        wait_until(lambda: bool(chromium.execute_script(count)), "the figure is drawn")  # noqa: B023


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
def test_nothing_sticks_out_at_the_side(chromium: Chrome, path: Path, width: int) -> None:
    with screen(chromium, width=width):
        drawn(chromium, path)
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert chromium.execute_script(wide) == 0


def test_names_of_lanes_stand_over_them_on_a_telephone(chromium: Chrome, path: Path) -> None:
    with screen(chromium, width=390):
        drawn(chromium, path)
        texts = chromium.execute_script(
            "return [...document.querySelectorAll('#timeline .annotation-text')].map(t => t.textContent)"
        )
    for name in ("left shin", "right shoe", "Harder impacts than usual, right shin", "Cadence, steps/min"):
        assert name in texts


def test_a_dark_screen_prints_dark_ink_at_the_width_of_paper(chromium: Chrome, path: Path) -> None:
    ink = "return getComputedStyle(document.querySelector('#timeline .annotation-text')).fill"
    width = "return document.querySelector('#timeline .main-svg').getBoundingClientRect().width"
    with screen(chromium, width=1400, dark=True):
        drawn(chromium, path)
        assert luminance(hexadecimal(chromium.execute_script(ink))) > 0.5
        chromium.execute_script("window.dispatchEvent(new Event('beforeprint'))")
        wait_until(lambda: chromium.execute_script(width) == 700, "the timeline is as wide as paper")
        assert luminance(hexadecimal(chromium.execute_script(ink))) < 0.1
        chromium.execute_script("window.dispatchEvent(new Event('afterprint'))")
        wait_until(lambda: chromium.execute_script(width) > 900, "the timeline is as wide as the screen")
        assert luminance(hexadecimal(chromium.execute_script(ink))) > 0.5


@contextmanager
def fingers(chromium: Chrome) -> Iterator[None]:
    chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        yield
    finally:
        chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


@pytest.mark.parametrize("place", ["timeline", "waveform-2"])
def test_a_finger_scrolls_past_the_figures(chromium: Chrome, path: Path, place: str) -> None:
    axis = f"return document.getElementById('{place}')._fullLayout.xaxis.range.join()"
    scrolled = "return window.scrollY"
    with screen(chromium, width=390), fingers(chromium):
        drawn(chromium, path)
        plot = (
            f"[...document.querySelectorAll('#{place} .nsewdrag')]"
            ".reduce((a, b) => (b.getBoundingClientRect().height > a.getBoundingClientRect().height ? b : a))"
        )
        chromium.execute_script(f"{plot}.scrollIntoView({{block: 'center'}})")
        middle_y = chromium.execute_script(
            f"const box = {plot}.getBoundingClientRect(); return box.y + box.height / 2"
        )
        before, seen = chromium.execute_script(scrolled), chromium.execute_script(axis)
        swipe(chromium, from_y=middle_y, to_y=middle_y - 110)
        wait_until(lambda: chromium.execute_script(scrolled) > before + 50, "the figure goes by")
        assert chromium.execute_script(axis) == seen


def test_only_who_has_a_mouse_is_told_to_drag(chromium: Chrome, path: Path) -> None:
    hint = "return getComputedStyle(document.querySelector('.mouse')).display"
    with screen(chromium, width=390):
        chromium.get(path.as_uri())
        assert chromium.execute_script(hint) == "inline"
        with fingers(chromium):
            assert chromium.execute_script(hint) == "none"


def swipe(chromium: Chrome, *, from_y: float, to_y: float) -> None:
    """A finger in the middle of the screen."""

    def touch(kind: str, *at_y: float) -> None:
        points = [{"x": 200, "y": y} for y in at_y]
        chromium.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", from_y)
    for step in range(1, 11):
        touch("touchMove", from_y + (to_y - from_y) * step / 10)
    touch("touchEnd")


def test_a_run_with_three_alerts_fits_four_sheets(chromium: Chrome, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(sample_run_data(), plotly=plotly_script()), encoding="utf-8")
    drawn(chromium, path)
    sheet = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True}
    printed = b64decode(chromium.execute_cdp_cmd("Page.printToPDF", sheet)["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 4


def test_on_paper_the_run_keeps_its_heading_and_its_key(chromium: Chrome, path: Path) -> None:
    drawn(chromium, path)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        whole = chromium.execute_script(
            "return [...document.querySelectorAll('h2, .key, #timeline')].map(e => e.closest('section'))"
            ".filter(s => s && getComputedStyle(s).breakInside === 'avoid').length"
        )
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert whole == 3, "heading, key and figure go on one sheet"


def hexadecimal(color: str) -> str:
    """rgb(1, 2, 3) as #010203."""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", color)[:3])


def test_figures_have_words_and_links_have_targets() -> None:
    text = page(sample_run_data(), plotly="")
    figures = re.findall(r'<div[^>]*class=[\'"]figure[\'"][^>]*>', text)
    assert len(figures) == 3
    for figure in figures:
        assert re.search(r"role=['\"]img['\"]", figure)
        assert re.search(r"aria-label=['\"].{30,}['\"]", figure)
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text
    assert '<html lang="en">' in text
    assert "<noscript>" in text
