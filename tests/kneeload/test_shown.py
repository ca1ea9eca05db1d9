"""Commands that are shown can be used as they stand."""

import os
from pathlib import Path

import pytest

from kneeload.shown import program

__all__: list[str] = []


@pytest.mark.parametrize(
    ("called", "on_path", "shown"),
    [
        (".venv/bin/kneeload", False, ".venv/bin/kneeload"),
        ("my things/kneeload", False, "'my things/kneeload'"),
        (".venv/bin/kneeload", True, "kneeload"),
        ("pytest", False, "kneeload"),
    ],
)
def test_the_program_is_named_as_it_was_called(
    called: str, on_path: bool, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(called)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    monkeypatch.setattr("sys.argv", [called])
    monkeypatch.setenv("PATH", os.fspath(path.parent.absolute()) if on_path else "")
    assert program() == shown
