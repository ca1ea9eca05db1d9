"""Rights as small as can be, to write one database or bucket: a run and the doctor need no more."""

import asyncio
import urllib.error
from pathlib import Path

import pytest
from pydantic import SecretStr

from kneeload.errors import SinkError
from kneeload.settings import InfluxSettings
from kneeload.sinks.influx import probe_influx
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, delivered, following, journal_at, until
from tests.kneeload.program import kneeload
from tests.services import HttpService, Influxd, VictoriaMetrics

TOKEN = "token-of-anna"


class Guard(HttpService):
    """A proxy that lets a token write through to a database and do nothing else: vmauth."""

    binary = "vmauth"
    health = "/health"

    def __init__(self, folder: Path, behind: str) -> None:
        super().__init__(folder)
        self.behind = behind

    def command(self) -> list[str]:
        rights = self.folder / "auth.yml"
        rights.write_text(
            f'users:\n- bearer_token: "{TOKEN}"\n  url_map:\n'
            f'  - src_paths: ["/api/v2/write"]\n    url_prefix: "{self.behind}"\n'
        )
        return [self.program, f"-httpListenAddr={self.host}:{self.port}", f"-auth.config={rights}"]


def what_happens(folder: Path, settings: InfluxSettings) -> SinkState:
    """The sink's state once it has delivered a run, or has something to say."""

    async def run() -> SinkState:
        with journal_at(folder) as journal:
            journal.append(RUN, a_run(20))
            async with following(journal, settings) as state:
                await until(lambda: bool(state.last_error) or state.delivered > 0, "something happens")
                state.where = state.last_error or ""
            return state

    return asyncio.run(run())


def test_a_user_who_may_write_one_database_is_enough(tmp_path: Path) -> None:
    with Influxd(tmp_path / "influxd", credentials=("admin", "word")) as influxd:
        for statement in (
            "CREATE DATABASE kneeload",
            "CREATE DATABASE other",
            "CREATE USER anna WITH PASSWORD 'small'",
            'GRANT WRITE ON "kneeload" TO anna',
        ):
            influxd.query(statement)
        settings = InfluxSettings(url=influxd.url, username="anna", password=SecretStr("small"))
        assert probe_influx(settings).startswith("InfluxDB 1.6.7")
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(20))
            state = delivered(journal, settings)
        assert (state.delivered, state.behind, state.last_error) == (len(a_run(20)), 0, None)
        assert influxd.count("stride", "quality") == 40

        config = tmp_path / "kneeload.toml"
        config.write_text(f'[influx]\nurl = "{influxd.url}"\nusername = "anna"\n')
        shown = kneeload(
            ["doctor", "--config", config], home=tmp_path, extra={"KNEELOAD_INFLUX_PASSWORD": "small"}
        )
        assert "lets us write to kneeload (InfluxDB 1.6.7" in shown.stdout

        # Nothing else works with it, and each failure says what to do.
        forbidden = settings.model_copy(update={"database": "other"})
        state = what_happens(tmp_path / "other", forbidden.model_copy(update={"drain_s": 0}))
        assert state.delivered == 0
        assert "give the token or user the right to write" in state.where
        missing = settings.model_copy(update={"database": "nowhere", "drain_s": 0})
        state = what_happens(tmp_path / "missing", missing)
        assert "has no database nowhere and does not let us make it" in state.where
        assert "influx -execute 'CREATE DATABASE \"nowhere\"'" in state.where
        for wrong, words in ((forbidden, "right to write"), (missing, "has no database nowhere")):
            with pytest.raises(SinkError, match=words):
                probe_influx(wrong)
        influxd.credentials = ("anna", "small")
        for statement in ('SELECT * FROM "stride"', "CREATE DATABASE more", "DROP DATABASE kneeload"):
            with pytest.raises(urllib.error.HTTPError, match="403"):
                influxd.query(statement)


def test_a_token_that_may_write_one_place_is_enough(tmp_path: Path) -> None:
    with (
        VictoriaMetrics(tmp_path / "metrics") as behind,
        Guard(tmp_path / "guard", behind.url) as guard,
    ):
        settings = InfluxSettings(url=guard.url, bucket="kneeload", token=SecretStr(TOKEN))
        probe_influx(settings)
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(20))
            state = delivered(journal, settings)
        assert (state.delivered, state.behind, state.last_error) == (len(a_run(20)), 0, None)
        assert behind.count("stride", "quality") == 40
        for path in ("/api/v1/export", "/query", "/write"):
            with pytest.raises(urllib.error.HTTPError):
                guard.request(path)
        wrong = settings.model_copy(update={"token": SecretStr("not-hers"), "drain_s": 0})
        state = what_happens(tmp_path / "wrong", wrong)
        assert state.delivered == 0
        assert "cannot find the provided auth token" in state.where
        assert "not-hers" not in state.where, "it repeats what it was sent: we do not"
