"""docs/licences.md: who made what kneeload is made of, and under which terms. `--check` compares."""

import sys
from pathlib import Path

from deploy.parts import licence, parts

__all__ = ["PAGE", "main", "page"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "licences.md"
HEAD = """# Licences

kneeload is under the MIT licence. These are the distributions that `pip install 'kneeload[sim,report]'`
brings along on Linux, with the licence that each declares in its own metadata. Made by
`python -m deploy.licences`.

| distribution | licence |
|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [f"| {name} | {licence(one).replace('|', '/')} |" for name, one in parts().items()]
    return HEAD + "\n".join(rows) + "\n"


def main() -> int:
    """Write the page, with --check only compare it; 1 when it is not up to date or a licence is missing."""
    silent = [name for name, one in parts().items() if licence(one) == "not declared"]
    for name in silent:
        sys.stderr.write(f"{name} declares no licence\n")
    if "--check" in sys.argv[1:]:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.stderr.write(f"{PAGE}: out of date; run python -m deploy.licences\n")
            return 1
    else:
        PAGE.write_text(page(), encoding="utf-8")
    return 1 if silent else 0


if __name__ == "__main__":
    raise SystemExit(main())
