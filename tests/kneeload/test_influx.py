"""Real databases get every result as one point; what they refuse, delay or cannot do now is told apart."""

import asyncio
import base64
import socket
import time
from dataclasses import fields
from pathlib import Path
from urllib.error import HTTPError

import pytest
from pydantic import SecretStr

from dsp.stride import Stride
from kneeload.journal import Journal
from kneeload.settings import InfluxSettings
from tests.certificates import write_certificates
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.following import RUN, delivered, following, journal_at, until
from tests.services import Influxd, VictoriaMetrics


def test_every_stride_is_a_point_with_the_journals_values(influxd: Influxd, tmp_path: Path) -> None:
    with journal_at(tmp_path) as journal:
        journal.append(RUN, results := a_run(60))
        state = delivered(journal, InfluxSettings(url=influxd.url))
        assert (state.delivered, state.behind, state.refused, state.last_error) == (len(results), 0, 0, None)
        assert state.server is not None
        assert state.server.startswith("InfluxDB 1.6")
        strides = {(str(s.mount), STARTED_NS + 1000 * s.initial_contact_us): s for s in journal.strides(RUN)}
    rows = influxd.query("SELECT * FROM stride GROUP BY *")
    assert len(rows) == len(strides) == 120
    known = {field.name for field in fields(Stride)}
    for row in rows:
        stride = strides[row["mount"], row["time"]]
        assert (row["runner"], row["run"], row["activity"]) == ("anna", RUN, "run")
        for name in known & set(row) - {"mount", "activity"}:
            assert row[name] == getattr(stride, name), name
    for measurement, field, stream in (
        ("alert", "value", "alert"),
        ("summary", "strides", "summary"),
        ("sensor", "connected", "sensor"),
    ):
        with Journal.open(tmp_path) as journal:
            assert influxd.count(measurement, field) == journal.count(RUN, stream) > 0


def test_victoria_metrics_gets_every_stride_too(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    with journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(60))
        state = delivered(journal, InfluxSettings(url=victoria_metrics.url))
        assert (state.server, state.behind) == ("VictoriaMetrics", 0)
        assert victoria_metrics.count("stride", "quality") == journal.count(RUN, "stride")


@pytest.mark.parametrize("service_type", [Influxd, VictoriaMetrics])
def test_down_at_the_start_and_lost_in_the_middle_everything_is_there_once(
    service_type: type[Influxd | VictoriaMetrics], tmp_path: Path
) -> None:
    results = a_run(120)
    service: Influxd | VictoriaMetrics = service_type(tmp_path / "server")
    where = InfluxSettings(url=service.url, drain_s=40)

    async def run() -> None:
        with journal_at(tmp_path / "data") as journal:
            async with following(journal, where) as state:
                journal.append(RUN, results[:100])
                await until(lambda: state.last_error is not None, "it is seen to be down")
                assert state.delivered == 0
                await asyncio.to_thread(service.start)
                await until(lambda: state.behind == 0, "the first part is delivered")
                await asyncio.to_thread(stop)
                journal.append(RUN, results[100:])
                await until(lambda: not state.connected, "the loss is noticed")
                await asyncio.to_thread(service.start)
            assert (state.delivered, state.behind, state.last_error) == (len(results), 0, None)
            assert service.count("stride", "quality") == journal.count(RUN, "stride") == 240
            # Done once more, it changes nothing: a point is its time and tags.
            with Journal.open(tmp_path / "again") as again:
                again.start_run(RUN, "anna", started_ns=STARTED_NS, config={})
                again.append(RUN, results)
                async with following(again, where):
                    pass
            assert service.count("stride", "quality") == 240

    # VictoriaMetrics acknowledges what it has in memory only; a kill would take the last seconds with it.
    stop = service.kill if isinstance(service, Influxd) else service.stop
    try:
        asyncio.run(run())
    finally:
        service.kill()


def test_bad_rows_are_parked_and_the_rest_goes_on(influxd: Influxd, tmp_path: Path) -> None:
    # A retention of an hour: what is older can never be written, wherever it stands in a batch.
    influxd.query("CREATE DATABASE kneeload WITH DURATION 1h")
    old, new = "20200101T000000Z", "20260101T000000Z"
    with Journal.open(tmp_path) as journal:
        journal.start_run(old, "anna", started_ns=1_577_836_800_000_000_000, config={})
        journal.start_run(new, "anna", started_ns=time.time_ns() - 600 * 10**9, config={})
        results = a_run(60)
        for start in range(0, len(results), 20):
            journal.append(new, results[start : start + 20])
            journal.append(old, results[start : start + 1])
        state = delivered(journal, InfluxSettings(url=influxd.url))
        bad = [row.seq for row in journal.deliveries.after(0, 1000) if row.run == old]
        assert [refusal.seq for refusal in journal.deliveries.refused()] == bad
        assert all("retention policy" in refusal.reason for refusal in journal.deliveries.refused())
        assert (state.refused, state.behind, state.delivered) == (len(bad), 0, len(results))
        assert influxd.count("stride", "quality") == journal.count(new, "stride")


def test_a_field_of_another_type_is_parked(influxd: Influxd, tmp_path: Path) -> None:
    influxd.query("CREATE DATABASE kneeload")
    influxd.request("/write", body=b'alert value="text" 1767225600000000000', parameters={"db": "kneeload"})
    with journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(20))
        state = delivered(journal, InfluxSettings(url=influxd.url))
        alerts = [row.seq for row in journal.deliveries.after(0, 1000) if row.stream == "alert"]
        assert [refusal.seq for refusal in journal.deliveries.refused()] == alerts
        assert "field type conflict" in journal.deliveries.refused()[0].reason
        assert state.behind == 0
        assert influxd.count("stride", "quality") == 40


def test_a_wrong_password_is_said_and_the_right_one_delivers_all(tmp_path: Path) -> None:
    async def run(influxd: Influxd) -> None:
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(20))
            where = InfluxSettings(
                url=influxd.url, username="admin", password=SecretStr("hunter2"), version="1", drain_s=0
            )
            async with following(journal, where) as state:
                await until(lambda: state.last_error is not None, "an error is shown")
                assert state.last_error is not None
                assert "KNEELOAD_INFLUX_PASSWORD" in state.last_error
                assert "hunter2" not in state.last_error
                assert base64.b64encode(b"admin:hunter2").decode() not in state.last_error
                assert "\n" not in state.last_error
            assert (state.delivered, journal.deliveries.refused()) == (0, [])
            right = where.model_copy(update={"password": SecretStr("right"), "drain_s": 20.0})
            async with following(journal, right) as state:
                pass
            assert (state.behind, state.last_error) == (0, None)
        assert influxd.count("stride", "quality") == 40

    with Influxd(tmp_path / "influxd", credentials=("admin", "right")) as influxd:
        asyncio.run(run(influxd))


def test_a_user_who_may_not_make_the_database_is_told_the_command(tmp_path: Path) -> None:
    async def run(influxd: Influxd) -> None:
        influxd.query("CREATE USER small WITH PASSWORD 'word'")
        where = InfluxSettings(url=influxd.url, username="small", password=SecretStr("word"), drain_s=0)
        with journal_at(tmp_path / "data") as journal:
            journal.append(RUN, a_run(2))
            async with following(journal, where) as state:
                await until(lambda: state.last_error is not None, "an error is shown")
                assert state.last_error is not None
                assert "CREATE DATABASE" in state.last_error or "right to write" in state.last_error
            assert journal.deliveries.refused() == []

    with Influxd(tmp_path / "influxd", credentials=("admin", "right")) as influxd:
        asyncio.run(run(influxd))


def test_https_verifies_who_answers(tmp_path: Path) -> None:
    write_certificates(tmp_path / "good", address="127.0.0.1")
    write_certificates(tmp_path / "other", address="127.0.0.1")
    influxd = SecureInfluxd(tmp_path / "influxd", certificates=tmp_path / "good")

    async def run(authority: Path) -> str | None:
        where = InfluxSettings(url=influxd.url, ca_file=authority / "ca.pem", drain_s=0)
        with journal_at(tmp_path / authority.name / "data") as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, where) as state:
                await until(lambda: state.last_error is not None or state.delivered > 0, "something happens")
                return state.last_error
        raise AssertionError

    with influxd:
        refused = asyncio.run(run(tmp_path / "other"))
        assert refused is not None
        assert "CERTIFICATE_VERIFY_FAILED" in refused
        assert asyncio.run(run(tmp_path / "good")) is None


class SecureInfluxd(Influxd):
    """InfluxDB 1.x behind TLS."""

    def __init__(self, folder: Path, *, certificates: Path) -> None:
        super().__init__(folder)
        self.certificates = certificates

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    def command(self) -> list[str]:
        command = super().command()
        with Path(command[-1]).open("a") as file:
            file.write(
                f'  https-enabled = true\n  https-certificate = "{self.certificates}/cert.pem"\n'
                f'  https-private-key = "{self.certificates}/key.pem"\n'
            )
        return command

    def ready(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


def test_a_new_database_gets_the_whole_history(influxd: Influxd, tmp_path: Path) -> None:
    second = "20260102T000000Z"
    with journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(20))
        journal.start_run(second, "anna", started_ns=STARTED_NS + 86_400 * 10**9, config={})
        journal.append(second, a_run(20))
        delivered(journal, InfluxSettings(url=influxd.url))
        delivered(journal, InfluxSettings(url=influxd.url, database="other"))
    assert influxd.count("stride", "quality") == influxd.count("stride", "quality", database="other") == 80


def test_the_oldest_server_has_only_the_oldest_way_in(influxd: Influxd) -> None:
    with pytest.raises(HTTPError) as caught:
        influxd.request("/api/v2/write", body=b"a b=1", parameters={"bucket": "kneeload"})
    assert caught.value.code == 404
    caught.value.close()
