"""The program in this process, for all tests of the command line."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kneeload.cli import main
from tests.kneeload.ended import Ended, Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The program's main() in this process: starting a new one for each case takes a second."""
    monkeypatch.setenv("KNEELOAD_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run_main(arguments: Sequence[str | Path]) -> Ended:
        monkeypatch.setattr("sys.argv", ["kneeload", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run_main


# As POSIX writes them: the names are known only where tzdata is installed.
ZONES = {
    "America/Denver": "MST7MDT,M3.2.0,M11.1.0",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
    "Asia/Kathmandu": "<+0545>-5:45",
    "Asia/Kolkata": "IST-5:30",
    "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    "Europe/Vienna": "CET-1CEST,M3.5.0,M10.5.0/3",
    "UTC": "UTC0",
}


@pytest.fixture
def clock_of() -> Iterator[Callable[[str], None]]:
    """Sets this computer's clock to a time zone's; afterwards it is what it was."""
    with pytest.MonkeyPatch.context() as changed:

        def use(zone: str) -> None:
            changed.setenv("TZ", ZONES[zone])
            time.tzset()

        yield use
    time.tzset()
