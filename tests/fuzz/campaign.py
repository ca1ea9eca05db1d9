"""One target's part of a campaign: a process under the fuzzer, watched from outside."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.targets import TARGETS

__all__ = ["Outcome", "attack"]

ROOT: Final = Path(__file__).resolve().parents[2]
# What one input may cost: a hostile sensor or file wastes no more than this of one's time and memory.
LONGEST_S: Final = 20
LARGEST_MB: Final = 1500
DONE: Final = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)
PROGRESS: Final = re.compile(r"^#(\d+)\s", re.MULTILINE)
EDGES: Final = re.compile(r"\bcov: (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """inputs: how many were tried; found: files with what broke it; ended: it ran to its end, or found."""

    name: str
    inputs: int
    seconds: int
    edges: int
    found: tuple[Path, ...]
    ended: bool
    said: str

    @property
    def line(self) -> str:
        state = f"FOUND {', '.join(map(str, self.found))}" if self.found else "nothing found"
        if not self.ended:
            state = f"did not run: {self.said[-300:]}"
        return f"{self.name:14} {self.inputs:>12,} inputs {self.seconds:>6} s {self.edges:>6} edges  {state}"


def attack(name: str, corpus: Path, *, seconds: int, inputs: int, seed: int = 0) -> Outcome:
    """Fuzz one target for so long or so many inputs (0: without that limit)."""
    target = TARGETS[name]
    bred, found = corpus / name, corpus / "found"
    for folder in (bred, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (bred / f"seed-{number}").write_bytes(content)
    before = set(found.iterdir())
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.one",
        name,
        str(bred),
        f"-artifact_prefix={found}/{name}-",
        f"-max_len={target.longest}",
        f"-max_total_time={seconds}",
        f"-timeout={LONGEST_S}",
        # Slower is a finding; what a busy machine makes slow is none.
        f"-report_slow_units={LONGEST_S}",
        f"-rss_limit_mb={LARGEST_MB}",
        f"-seed={seed}",
        "-print_final_stats=0",
        "-len_control=20",
        *([f"-runs={inputs}"] if inputs else []),
    ]
    with (corpus / f"{name}.log").open("w+") as log:
        done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
        log.seek(0)
        said = log.read()
    new = tuple(sorted(set(found.iterdir()) - before))
    summary = DONE.search(said)
    tried = int(summary[1]) if summary else max(map(int, PROGRESS.findall(said)), default=0)
    edges = max(map(int, EDGES.findall(said)), default=0)
    ended = bool(new) or (done.returncode == 0 and summary is not None)
    return Outcome(name, tried, int(summary[2]) if summary else 0, edges, new, ended, said)
