"""Fixtures shared by all tests: private services, a browser, the real recordings."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from selenium.webdriver import Chrome

from tests.browser import console_errors, headless_chromium
from tests.services import Influxd, Mosquitto, VictoriaMetrics

# How fast an example runs says what else the machine is doing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

__all__ = ["browser_process", "chromium", "influxd", "mosquitto", "recordings", "victoria_metrics"]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running MQTT broker that lets anyone in."""
    with Mosquitto(tmp_path / "mosquitto") as service:
        yield service


@pytest.fixture
def influxd(tmp_path: Path) -> Iterator[Influxd]:
    """A running InfluxDB 1.x without a database in it."""
    with Influxd(tmp_path / "influxd") as service:
        yield service


@pytest.fixture
def victoria_metrics(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    """A running, empty VictoriaMetrics."""
    with VictoriaMetrics(tmp_path / "victoria-metrics") as service:
        yield service


@pytest.fixture(scope="session")
def browser_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for the whole session: starting it takes seconds."""
    with headless_chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def chromium(browser_process: Chrome) -> Chrome:
    """Headless Chromium on an empty page; see tests.browser.console_errors for its complaints."""
    browser_process.get("about:blank")
    console_errors(browser_process)
    return browser_process


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the real recordings: KNEELOAD_DATA, or ../shared/data beside the project."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get("KNEELOAD_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder} (set KNEELOAD_DATA)")
    return folder
