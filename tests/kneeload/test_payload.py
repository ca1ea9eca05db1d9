"""Results as messages and lines: exactly the fields of streams.py, exactly what a real server reads back."""

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.baseline import Baseline, Usual
from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from kneeload.codec import Row, encode
from kneeload.errors import RowError
from kneeload.payload import line, message, status_message
from kneeload.results import Result
from kneeload.streams import STREAMS
from tests.kneeload import examples
from tests.kneeload.examples import STARTED_NS
from tests.services import Influxd

RUN = "20260101T000000Z"
BY_NAME = {stream.name: stream for stream in STREAMS}
# What a name may hold: anything a configuration lets through, and more.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TAKEN: set[str] = set()
NUMBERS = itertools.count()


def row_of(
    result: Result, *, seq: int = 1, runner: str = "anna", run: str = RUN, started_ns: int = STARTED_NS
) -> Row:
    entry = encode(result)
    return Row(seq=seq, run=run, runner=runner, started_ns=started_ns, stream=entry.stream, body=entry.body)


def test_a_stride_as_a_message_and_as_a_line() -> None:
    row = row_of(examples.stride(0), seq=7)
    sent = message(row)
    assert (sent.topic, sent.qos, sent.retain) == ("kneeload/anna/left-shin/stride", 1, False)
    assert json.loads(sent.payload) == {
        "run": RUN,
        "seq": 7,
        "time": "2026-01-01T00:00:00.123456000Z",
        "mount": "left-shin",
        "activity": "run",
        "stride": 0.0,
        "initial_contact_s": 0.123456,
        "toe_off_s": 0.373456,
        "contact_time_s": 0.25,
        "flight_time_s": 0.1,
        "cadence_spm": 171.5,
        "peak_resultant_g": 9.75,
        "peak_axial_g": 8.5,
        "jerk_g_per_s": 812.0,
        "clipped": False,
        "gap": False,
        "quality": 0.9,
        "low_rate": False,
    }
    assert line(row) == (
        "stride,runner=anna,run=20260101T000000Z,mount=left-shin,activity=run "
        "stride=0.0,initial_contact_s=0.123456,toe_off_s=0.373456,contact_time_s=0.25,flight_time_s=0.1,"
        "cadence_spm=171.5,peak_resultant_g=9.75,peak_axial_g=8.5,jerk_g_per_s=812.0,clipped=false,gap=false,"
        "quality=0.9,low_rate=false 1767225600123456000"
    )


@given(examples.results)
def test_only_fields_of_the_table_leave_and_all_that_are_known_do(result: Result) -> None:
    row = row_of(result)
    stream = BY_NAME[row.stream]
    body = json.loads(message(row).payload)
    sent = set(body) - {"run", "seq", "time"} - set(stream.tags)
    assert sent <= {field.name for field in stream.fields}
    for field in stream.fields:
        if hasattr(result, field.name):
            assert (field.name in sent) == (getattr(result, field.name) is not None)
        if field.name in sent:
            wanted = {"float": float, "bool": bool, "string": str}[field.kind]
            assert type(body[field.name]) is wanted


def test_alerts_say_what_to_do_and_health_is_kept_by_the_broker() -> None:
    body = json.loads(message(row_of(examples.alert(5))).payload)
    assert body["raised"] is True
    assert "your own next runs" in body["advice"]
    usual = json.loads(message(row_of(replace(examples.alert(5), usual_runs=3))).payload)
    assert "shorter and quicker steps" in usual["advice"]
    assert "mount" not in json.loads(message(row_of(examples.alert(5, mount=None))).payload)
    assert message(row_of(examples.health(5))).retain
    said = status_message("lost", runner="anna", run=RUN, time_ns=None)
    assert (said.topic, said.retain, said.qos) == ("kneeload/anna/status", True, 1)
    assert json.loads(said.payload) == {"run": RUN, "state": "lost"}


def test_an_alert_can_be_read_without_the_rules() -> None:
    body = json.loads(message(row_of(examples.alert(5))).payload)
    assert (body["title"], body["unit"]) == ("Impacts above a rough limit", "g")
    ringing = json.loads(message(row_of(replace(examples.alert(5), rule="strap-loose"))).payload)
    assert (ringing["title"], "unit" in ringing) == ("A strap may be loose", False)
    strange = json.loads(message(row_of(replace(examples.alert(5), rule="of-tomorrow"))).payload)
    assert (strange["title"], "unit" in strange, "advice" in strange) == ("of-tomorrow", False, False)


def test_when_an_alert_is_over_there_is_nothing_to_do() -> None:
    row = row_of(replace(examples.alert(5), rule="sensor-silent", state="cleared"))
    body = json.loads(message(row).payload)
    assert (body["title"], body["raised"], "advice" in body) == ("A sensor sends nothing", False, False)
    assert "advice=" not in line(row)


def test_numbers_that_are_no_numbers_are_left_out() -> None:
    odd = replace(examples.stride(1), ringing=math.nan, peak_axial_g=math.inf)
    body = json.loads(message(row_of(odd)).payload)
    assert not {"ringing", "peak_axial_g"} & set(body)
    assert "nan" not in line(row_of(odd))
    assert "inf" not in line(row_of(odd))


def test_results_of_one_series_and_moment_stay_apart() -> None:
    same: list[Result] = [
        examples.alert(5),
        examples.alert(5, raised=False),
        examples.alert(5, "strap-loose"),
        examples.alert(5, mount=Mount.RIGHT_SHIN),
        examples.alert(5, mount=None),
        examples.health(5),
        examples.health(5, connected=False),
        examples.health(5, Mount.RIGHT_SHIN),
        examples.summary(5),
        examples.stride(1, t_us=5),
        examples.stride(1, Mount.RIGHT_SHIN, t_us=5),
    ]
    points = {
        (text.split(" ")[0], text.rpartition(" ")[2]) for text in [line(row_of(result)) for result in same]
    }
    assert len(points) == len(same)


def test_when_the_harder_side_changes_the_last_point_says_that_an_alert_is_open() -> None:
    rule = next(rule for rule in RULES if rule.scope == "sides")
    shins = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
    usual: Baseline = {("peak_resultant_g", mount): Usual(5.0, 0.0, 3) for mount in shins}
    engine, alerts = AlertEngine([rule], baseline=usual), []
    for second in range(400):
        # The left foot comes down harder, later the right one.
        shocks = {Mount.LEFT_SHIN: 9.0, Mount.RIGHT_SHIN: 5.0}
        for number, (mount, shock_g) in enumerate(
            zip(shocks, sorted(shocks.values(), reverse=second < 200), strict=True)
        ):
            stride = examples.stride(2 * second, mount, t_us=1_000_000 * second + 500_000 * number)
            alerts += engine.push(replace(stride, peak_resultant_g=shock_g))
    assert [alert.state for alert in alerts] == ["raised", "cleared", "raised"]
    assert alerts[1].t_us == alerts[2].t_us, "which is what this is about"
    written = [line(row_of(alert)) for alert in alerts]
    assert sorted(written, key=lambda text: int(text.rpartition(" ")[2])) == written
    assert len({text.partition(" ")[0] for text in written}) == 1


@pytest.mark.parametrize("runner", ["", "a/b", "+", "#", "a\x00", "$SYS"])
def test_a_name_that_is_no_topic_is_a_row_error(runner: str) -> None:
    with pytest.raises(RowError, match="topic"):
        message(row_of(examples.stride(0), runner=runner))


@pytest.mark.parametrize("t_us", [10**30, -(10**30), 2**62])
def test_a_time_beyond_all_calendars_is_a_row_error(t_us: int) -> None:
    with pytest.raises(RowError, match="time"):
        message(row_of(examples.stride(0, t_us=t_us)))


def test_a_number_beyond_all_floats_is_left_out() -> None:
    huge = replace(examples.summary(5), strides=10**400)
    assert "strides=" not in line(row_of(huge))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with Influxd(tmp_path_factory.mktemp("influxd")) as service:
        service.query("CREATE DATABASE every_value")
        yield service


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.tuples(examples.results, NAMES, NAMES), min_size=1, max_size=5))
def test_a_real_server_reads_back_every_value(server: Influxd, rows: list[tuple[Result, str, str]]) -> None:
    for result, runner, run in rows:
        row, text, time_ns = at_a_moment_of_its_own(result, runner, run)
        server.request("/write", body=text.encode() + b"\n", parameters={"db": "every_value"})
        stream = BY_NAME[row.stream]
        (stored,) = server.query(
            f'SELECT * FROM "{stream.measurement}" WHERE time = {time_ns} GROUP BY *', database="every_value"
        )
        expected = json.loads(message(replace(row, runner="anna")).payload)
        for field in stream.fields:
            value, sent = stored.get(field.name), expected.get(field.name)
            # It writes whole numbers without a point.
            same = without_controls(sent) if isinstance(sent, str) else sent
            assert (float(value) if type(value) is int else value) == same, field.name
        for tag in stream.tags:
            assert stored.get(tag, "") == tidy(expected.get(tag, ""))
        assert stored.get("runner", "") == tidy(runner)
        assert stored.get("run", "") == tidy(run)


def at_a_moment_of_its_own(result: Result, runner: str, run: str) -> tuple[Row, str, str]:
    """The result, its line and that line's time, which none before had: one database does for all."""
    while True:
        row = row_of(result, runner=runner, run=run, started_ns=STARTED_NS + 10 * next(NUMBERS))
        text = line(row)
        time_ns = text.rpartition(" ")[2]
        if time_ns not in TAKEN:
            TAKEN.add(time_ns)
            return row, text, time_ns


def without_controls(text: str) -> str:
    """What line protocol cannot carry is replaced …"""
    return "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text)


def tidy(name: str) -> str:
    """… and of a tag the end is cut off."""
    return without_controls(name).rstrip("\\ ")


def test_the_words_of_the_rules_survive_a_real_server(server: Influxd, tmp_path: Path) -> None:
    assert tmp_path.is_dir()
    server.query("CREATE DATABASE words")
    row = row_of(examples.alert(5))
    server.request("/write", body=line(row).encode(), parameters={"db": "words"})
    (stored,) = server.query("SELECT * FROM alert", database="words")
    assert stored["advice"] == json.loads(message(row).payload)["advice"]
