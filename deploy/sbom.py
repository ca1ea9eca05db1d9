"""sbom.json: the parts of an installation in CycloneDX, names, versions and licences, no addresses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from deploy.parts import parts

__all__ = ["main", "sbom"]

ROOT = Path(__file__).resolve().parents[1]
TOOL = Path(sys.executable).parent / "cyclonedx-py"


def sbom() -> dict[str, Any]:
    """The environment's bill of materials, down to what people install."""
    command = [TOOL, "environment", "--pyproject", ROOT / "pyproject.toml", "--short-PURLs"]
    done = subprocess.run(
        [*map(str, command), "--output-reproducible", "--of", "JSON", sys.executable],
        capture_output=True,
        text=True,
        check=True,
    )
    bill: dict[str, Any] = json.loads(done.stdout)
    ours = parts().keys()
    kept = [c for c in bill["components"] if canonicalize_name(c["name"]) in ours]
    known = {c["bom-ref"] for c in kept} | {bill["metadata"]["component"]["bom-ref"]}
    for component in (*kept, bill["metadata"]["component"]):
        # Where somebody got a file from is theirs, and a project's page is no part of the program.
        component.pop("externalReferences", None)
    for tool in bill["metadata"].get("tools", {}).get("components", []):
        tool.pop("externalReferences", None)
    bill["components"] = kept
    bill["dependencies"] = [
        row | {"dependsOn": sorted(ref for ref in row.get("dependsOn", []) if ref in known)}
        for row in bill["dependencies"]
        if row["ref"] in known
    ]
    return bill


def main() -> int:
    """Write it into the folder of the project."""
    path = ROOT / "sbom.json"
    bill = sbom()
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.name}: {len(bill['components'])} components, CycloneDX {bill['specVersion']}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
