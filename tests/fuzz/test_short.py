"""The short campaign: what was found once, the seeds, and some thousand inputs bred from them."""

import json
import random
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.campaign import attack
from tests.fuzz.targets import TARGETS
from tests.room import at_most_gib

FOUND = json.loads((Path(__file__).resolve().parents[1] / "golden" / "hostile_inputs.json").read_text())[
    "rows"
]
# About a second each.
INPUTS = {
    "decoders": 40_000,
    "makers": 6000,
    "rows": 16_000,
    "csv": 3000,
    "config": 3000,
    "mcap": 3000,
    "names": 2000,
    "parquet": 800,
    "journal": 250,
    "terminal": 250,
    "page": 250,
    "run": 50,
}


@pytest.mark.parametrize("row", FOUND, ids=lambda row: f"{row['target']}-{row['why'][:30]}")
def test_what_was_found_once_stays_mended(row: dict[str, str]) -> None:
    with at_most_gib(16):
        TARGETS[row["target"]].run(bytes.fromhex(row["hex"]))


def bred(seeds: Sequence[bytes], count: int, *, longest: int) -> Iterator[bytes]:
    """The seeds, then children of them: bytes changed, left out, repeated, and two of them spliced."""
    source = random.Random(20260301)
    yield from seeds
    for _ in range(count):
        child = bytearray(source.choice(seeds))
        for _ in range(source.choice((1, 1, 2, 8))):
            at = source.randrange(len(child) + 1)
            match source.randrange(5):
                case 0 if at < len(child):
                    child[at] ^= 1 << source.randrange(8)
                case 1:
                    del child[at : at + source.randrange(16)]
                case 2:
                    child[at:at] = source.randbytes(source.randrange(1, 9))
                case 3:
                    child[at : at + 4] = source.choice((b"\xff" * 4, bytes(4), b"\0\0\0\x80"))
                case _:
                    other = source.choice(seeds)
                    child[at:] = other[source.randrange(len(other) + 1) :]
        yield bytes(child[:longest])


@pytest.mark.parametrize("name", TARGETS)
def test_bred_inputs_break_nothing(name: str) -> None:
    target = TARGETS[name]
    for data in bred(target.seeds(), INPUTS[name], longest=target.longest):
        try:
            target.run(data)
        except BaseException:
            print(f"{name}: {data.hex()}")  # the row for tests/golden/hostile_inputs.json
            raise


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
def test_the_campaign_is_guided_by_coverage_and_counts(tmp_path: Path) -> None:
    outcome = attack("decoders", tmp_path, seconds=0, inputs=5000, seed=1)
    assert outcome.ended, outcome.said
    assert (outcome.inputs, outcome.found) == (5000, ())
    assert outcome.edges > 50
