"""With --json standard output is one JSON object, be the end good or bad."""

import json
from pathlib import Path

import pytest

from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.test_cli_recordings import GOOD

__all__: list[str] = []


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", "nowhere.csv", "--mount", "left-shin"],
        ["analyze", "good.csv", "--mount", "left-knee"],
        ["analyze", "good.csv", "--mount", "left-shin", "--output", "good.csv"],
        ["runs", "--data-dir", "nowhere"],
        ["runs", "--bogus"],
        ["replay", "last"],
        ["review", "last"],
        ["export", "last"],
        ["demo", "--fault", "bogus=1"],
        ["live", "--config", "nowhere.toml"],
        ["doctor", "--config", "nowhere.toml"],
    ],
    ids=" ".join,
)
def test_what_failed_is_said_in_json_too(arguments: list[str], tmp_path: Path, run: Run) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    done = run([*arguments, "--json"])
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert list(told) == ["error"]
    assert_one_line(done.stderr, f"kneeload: {told['error']}")
    assert run(arguments).stdout == ""


def test_a_file_of_that_name_asks_for_none(run: Run) -> None:
    done = run(["analyze", "--mount", "left-shin", "--", "--json"])
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, "--json: ")
