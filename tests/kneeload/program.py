"""The installed program, run as a person runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["PROGRAM", "environment", "kneeload", "kneeload_json", "start_kneeload"]

PROGRAM = Path(sys.executable).parent / "kneeload"


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without any kneeload settings, and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KNEELOAD_")}
    settings = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home / "share")}
    return {**kept, **settings, "COLUMNS": "120", **(extra or {})}


def kneeload(
    arguments: Sequence[str | Path],
    *,
    home: Path,
    extra: Mapping[str, str] | None = None,
    timeout_s: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Runs to the end; nothing is asserted."""
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)],
        env=environment(home, extra),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def kneeload_json(arguments: Sequence[str | Path], *, home: Path, timeout_s: float = 120) -> dict[str, Any]:
    """Runs with --json, which must succeed and print one object alone on stdout."""
    done = kneeload([*arguments, "--json"], home=home, timeout_s=timeout_s)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


def start_kneeload(arguments: Sequence[str | Path], *, home: Path) -> subprocess.Popen[str]:
    """Starts it and returns at once."""
    return subprocess.Popen(
        [str(PROGRAM), *map(str, arguments)],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
