"""The campaign: every target under the coverage-guided fuzzer, a process each, and what they found."""

import argparse
import sys
from pathlib import Path

from tests.fuzz.campaign import attack
from tests.fuzz.targets import TARGETS

__all__ = ["main"]


def main() -> int:
    """Attacks the targets that are named, or all; 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=main.__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=0, help="for each target; 0: until it is stopped")
    parser.add_argument(
        "--inputs", type=int, default=0, help="for each target; 0: as many as the time allows"
    )
    parser.add_argument(
        "--corpus", type=Path, default=Path(".fuzz"), help="what was bred, kept for next time"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer; 0: another each time")
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no target {unknown[0]!r}; there are {', '.join(TARGETS)}")
    outcomes = [
        attack(
            name,
            options.corpus,
            seconds=options.seconds,
            inputs=options.inputs,
            seed=options.seed,
        )
        for name in options.targets or TARGETS
    ]
    for outcome in outcomes:
        sys.stdout.write(f"{outcome.line}\n")
    total = sum(outcome.inputs for outcome in outcomes)
    found = sum(len(outcome.found) for outcome in outcomes)
    sys.stdout.write(f"{total:,} inputs, {found} findings\n")
    return 1 if found or not all(outcome.ended for outcome in outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
