"""The unit of systemd: how much it exposes, by systemd's own count."""

import subprocess
from pathlib import Path

from kneeload.resume import BOOT_ID
from tests.services import find_binary

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "kneeload.service"
# In tenths; 100 is a service without any fence.
MOST_EXPOSURE = 15


def test_the_unit_exposes_little() -> None:
    command = [find_binary("systemd-analyze"), "security", "--offline=true", f"--threshold={MOST_EXPOSURE}"]
    done = subprocess.run([*command, "--no-pager", str(UNIT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr
    assert "Overall exposure level" in done.stdout


def test_the_unit_names_no_secret() -> None:
    lines = [line for line in UNIT.read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in lines if line.startswith(("Environment", "PassEnvironment"))]


def test_the_unit_hides_nothing_that_going_on_with_a_run_needs() -> None:
    """A machine without a clock of its own began a new run after each restart of the service."""
    assert BOOT_ID.is_relative_to("/proc/sys")
    assert "ProcSubset=pid" not in UNIT.read_text().splitlines()
