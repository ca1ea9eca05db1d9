"""Runs the cases on a machine whose Bluetooth is all ours: in the guest, or on a host given away for it.

python -m tests.bluez.inside --out FOLDER [CASE…]. One JSON object a line on stdout; logs in FOLDER.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from tests.bluez.cases import CASES, find
from tests.bluez.scene import Scene
from tests.bluez.stack import Stack, StackError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recording", type=Path, required=True)
    parser.add_argument("numbers", type=int, nargs="*", help="of the cases; default: all")
    arguments = parser.parse_args()
    out: Path = arguments.out
    with arguments.recording.open(encoding="utf-8") as recording:
        samples = sum(1 for _ in recording) - 1

    def scene(name: str) -> Scene:
        return Scene(stack, out / name, recording=arguments.recording, samples=samples)

    for module in ("kneeload.live", "kneeload.scanning", "kneeload.simulating"):
        import_module(module)  # every program that is forked has it then
    os.environ["KNEELOAD_TRACEBACK"] = "1"
    stack = Stack(out)
    failed = 0
    try:
        first = scene("find")
        try:
            failed += not _told("find", lambda: begin(stack, first))
        finally:
            first.close()
        chosen = arguments.numbers or range(1, len(CASES) + 1)
        for place, number in enumerate(chosen if first.address else (), start=1):
            case = CASES[number - 1]
            played = scene(f"{place}-case-{number}")
            try:
                failed += not _told(case.name, partial(case.play, played, first.address))
            finally:
                played.close()
    finally:
        stack.close()
    return 1 if failed else 0


def begin(stack: Stack, scene: Scene) -> dict[str, object]:
    """The stack comes up and the sensor is found."""
    stack.start()
    return find(scene)


def _told(name: str, play: Callable[[], dict[str, object]]) -> bool:
    began_s = time.monotonic()
    line: dict[str, object] = {"case": name}
    try:
        line |= {"result": "ok", "measured": play()}
    except (StackError, OSError, ValueError, AssertionError) as error:
        line |= {"result": "FAILED", "why": str(error) or repr(error)}
    line["took_s"] = round(time.monotonic() - began_s, 1)
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return line["result"] == "ok"


if __name__ == "__main__":
    sys.exit(main())
