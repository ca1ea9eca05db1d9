"""A real browser without a window, and what it complained about."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.services import find_binary

__all__ = ["console_errors", "headless_chromium"]


@contextmanager
def headless_chromium(folder: Path) -> Iterator[webdriver.Chrome]:
    """Chromium with a fresh profile in folder, which keeps its console's lines."""
    options = webdriver.ChromeOptions()
    options.binary_location = find_binary("chromium")
    arguments = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    for argument in [*arguments, f"--user-data-dir={folder / 'profile'}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = Service(find_binary("chromedriver"), log_output=str(folder / "chromedriver.txt"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.set_page_load_timeout(60)
        yield driver
    finally:
        driver.quit()


def console_errors(driver: webdriver.Chrome) -> list[str]:
    """Errors written to the console since the last call."""
    lines: list[dict[str, Any]] = driver.get_log("browser")  # type: ignore[no-untyped-call]
    return [str(line["message"]) for line in lines if line["level"] == "SEVERE"]
