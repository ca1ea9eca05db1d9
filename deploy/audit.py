"""Known vulnerabilities of what is installed, where the advisory service can be asked."""

import json
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

TOOL = Path(sys.executable).parent / "pip-audit"


def main() -> int:
    """1 when something vulnerable is installed; 0 when nothing is, or (it says so) nobody could be asked."""
    done = subprocess.run(
        [
            str(TOOL),
            "--local",
            "--skip-editable",
            "--progress-spinner",
            "off",
            "--timeout",
            "10",
            "-f",
            "json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        rows = []
    asked = [row for row in rows if "skip_reason" not in row]
    if not asked:
        sys.stdout.write("audit: the advisory service cannot be reached from here; NOTHING was checked\n")
        return 0
    bad = [row for row in asked if row["vulns"]]
    for row in bad:
        names = ", ".join(vulnerability["id"] for vulnerability in row["vulns"])
        sys.stdout.write(f"audit: {row['name']} {row['version']}: {names}\n")
    left = len(rows) - len(asked)
    sys.stdout.write(f"audit: {len(asked)} checked, {len(bad)} vulnerable, {left} could not be checked\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
