"""python -m grafana [--check]"""

import sys

from grafana.output import FOLDER, generated, stale

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Write the files; with --check only say which are stale (exit code 1)."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m grafana [--check]", file=sys.stderr)
        return 2
    old = stale()
    if arguments:
        for name in old:
            print(f"grafana/{name} is stale: run python -m grafana", file=sys.stderr)
        return 1 if old else 0
    texts = generated()
    for name in old:
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[name], encoding="utf-8")
        print(f"wrote grafana/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
