"""Known vulnerabilities of what is installed, where the advisory service can be asked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["main"]

TOOL = Path(sys.executable).parent / "pip-audit"
# Who can be asked, best first; each knows the same advisories.
SERVICES = ("pypi", "osv")
LONGEST_S = 120


def main() -> int:
    """1 when something vulnerable is installed; 0 when nothing is, or (it says so) nobody could be asked."""
    for service in SERVICES:
        rows = ask(service)
        asked = [row for row in rows if "skip_reason" not in row]
        if asked:
            break
    else:
        sys.stdout.write(
            f"audit: skipped, NOTHING was checked: none of {', '.join(SERVICES)} can be reached from here\n"
        )
        return 0
    bad = [row for row in asked if row["vulns"]]
    for row in bad:
        names = ", ".join(vulnerability["id"] for vulnerability in row["vulns"])
        sys.stdout.write(f"audit: {row['name']} {row['version']}: {names}\n")
    left = len(rows) - len(asked)
    sys.stdout.write(
        f"audit: {len(asked)} checked by {service}, {len(bad)} vulnerable, {left} could not be checked\n"
    )
    return 1 if bad else 0


def ask(service: str) -> list[dict[str, Any]]:
    """What a service says of each distribution here; empty when it cannot be reached."""
    command = [str(TOOL), "--local", "--skip-editable", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(
            [*command, "-s", service, "-f", "json"],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        rows: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
