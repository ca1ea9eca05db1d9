"""A mistake in the code of a way out ends neither the run nor the other way out, and is not kept quiet."""

import asyncio
import json
from pathlib import Path

import pytest

from kneeload.journal import Journal
from kneeload.settings import InfluxSettings
from tests.kneeload.ended import Run
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, following, http_stand_in, journal_at, until
from tests.services import Mosquitto


@pytest.fixture(autouse=True)
def mistaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first failure of a server is answered with an IndexError."""
    monkeypatch.setattr("kneeload.sinks.follow.DELAYS_S", ())


def test_the_run_and_the_other_way_out_go_on_and_the_end_says_so(
    run: Run, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with http_stand_in(lambda _path, _body: (503, {}, b"")) as url:
        toml = f'[mqtt]\nhost = "{mosquitto.host}"\nport = {mosquitto.port}\n[influx]\nurl = "{url}"\n'
        (tmp_path / "kneeload.toml").write_text(toml)
        demo = ["demo", "--config", tmp_path / "kneeload.toml", "--duration", "12", "--speedup", "8"]
        ended = run([*demo, "--json"])
        plain = run(demo)
    assert ended.returncode == plain.returncode == 1
    assert "kneeload: InfluxDB: given up for the rest of this run" in ended.stderr
    report = json.loads(ended.stdout)
    with Journal.open(tmp_path / "data") as journal:
        assert [entry.state for entry in journal.runs()] == ["ended", "ended"]
        size = journal.size(report["run"])
    assert "please report it (IndexError in follow.py, line " in report["influx"]["given_up"]
    assert (report["influx"]["written"], report["influx"]["waiting"]) == (0, size)
    assert (report["mqtt"]["published"], report["mqtt"]["waiting"]) == (size, 0)
    assert report["mqtt"]["given_up"] is None
    told = [line for line in plain.stdout.splitlines() if "InfluxDB: given up" in line]
    assert told, "at once"
    assert "results wait for the next start (given up" in plain.stdout


def test_what_is_not_delivered_is_counted_on(tmp_path: Path) -> None:
    async def follow(url: str) -> None:
        with journal_at(tmp_path) as journal:
            async with following(journal, InfluxSettings(url=url)) as state:
                await until(lambda: state.given_up is not None, "it is given up")
                journal.append(RUN, results := a_run(5))
                await until(lambda: state.behind == len(results), "they are seen")
                state.behind += 3  # as where a look in a thread saw some that are told of later
            assert state.behind == len(results)
            assert str(state.last_error).startswith(f"{len(results)} results wait for the next start (given")

    with http_stand_in(lambda _path, _body: (503, {}, b"")) as url:
        asyncio.run(follow(url))
