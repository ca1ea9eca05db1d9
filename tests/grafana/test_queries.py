"""The queries name what kneeload.streams has, and a real InfluxDB answers each of them with rows."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dsp.mount import Mount
from kneeload.journal import Journal
from kneeload.payload import line
from kneeload.results import Result, SensorHealth
from tests.grafana.points import line_protocol
from tests.grafana.queries import Query, all_queries, columns_of, expand, known_columns, unknown
from tests.sample_run import DURATION_S, sample_results, sample_strides
from tests.services import Influxd
from tests.simulated_run import RUN as SIMULATED
from tests.simulated_run import STARTED_NS, recorded_run

__all__: list[str] = []

RUN, RUNNER = "20260301T070000Z", "Ada / M. (left knee)"
START_NS = 1_772_348_400_000_000_000
WINDOW_END_NS = START_NS + int(DURATION_S * 1e9)
FORBIDDEN = re.compile(r"\bfrom\(|\|>|\bDATE_BIN\b|\$__timeFilter|SELECT \*", re.IGNORECASE)
"""Flux, SQL and the time macro of other data sources; `*` would hide what is read."""


@pytest.mark.parametrize("query", all_queries(), ids=lambda q: q.place)
def test_a_query_names_only_what_the_streams_have(query: Query) -> None:
    assert unknown(query.text) == set()
    assert not FORBIDDEN.search(query.text)


def test_the_check_sees_a_field_that_does_not_exist() -> None:
    assert unknown('SELECT median("cadence") FROM "stride" WHERE "runner" = \'x\'') == {"cadence"}
    assert unknown('SELECT "advice" FROM "stride"') == {"advice"}
    assert unknown('SELECT last("state") FROM "status"') == {"status"}


def test_the_dashboard_shows_what_it_is_for() -> None:
    shown: dict[str, set[str]] = {name: set() for name in known_columns()}
    for query in all_queries():
        measurement, columns = columns_of(query.text)
        shown[measurement] |= columns
    assert {"cadence_spm", "contact_time_s", "peak_resultant_g", "clipped"} <= shown["stride"]
    assert {f"peak_resultant_{side}_at_least" for side in ("left", "right")} <= shown["summary"]
    assert {"advice", "raised", "rule", "level"} <= shown["alert"]
    assert {"connected", "rate_hz", "lost_percent", "battery_percent", "reconnects"} <= shown["sensor"]


def test_every_query_has_rows_from_a_real_database(influxd: Influxd) -> None:
    influxd.query("CREATE DATABASE kneeload")
    results = sample_results((*Mount,))
    fill(influxd, results, run=RUN)
    fill(influxd, results, run="20260228T070000Z", start_ns=START_NS - 86_400 * 10**9)
    for query in all_queries():
        # Rules look at a run that goes on: at its end one of them has nothing to say.
        to_ns = START_NS + 260 * 10**9 if "rules.yaml" in query.place else WINDOW_END_NS
        statement = expand(query.text, from_ns=START_NS, to_ns=to_ns, runner=RUNNER, run=RUN)
        rows = influxd.query(statement)
        assert rows, f"{query.place}: no rows for {statement}"
        assert any(value is not None for row in rows for name, value in row.items() if name != "time")
        if "time" in rows[0] and "rules.yaml" not in query.place:
            assert all(row["time"] >= START_NS for row in rows), f"{query.place} reads another run"


def test_the_variables_offer_the_runs_of_this_runner(influxd: Influxd) -> None:
    influxd.query("CREATE DATABASE kneeload")
    health = [r for r in sample_results() if isinstance(r, SensorHealth)]
    fill(influxd, health, run=RUN)
    fill(influxd, health, run="20260228T070000Z", runner="Ben")
    runner, run = (
        expand(query.text, from_ns=START_NS, to_ns=WINDOW_END_NS, runner=RUNNER, run=RUN)
        for query in all_queries()
        if query.text.startswith("SHOW")
    )
    assert {row["value"] for row in influxd.query(runner)} == {RUNNER, "Ben"}
    assert [row["value"] for row in influxd.query(run)] == [RUN]


def test_a_simulated_run_reads_the_same_in_the_dashboard_and_the_journal(
    influxd: Influxd, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data_dir = recorded_run(tmp_path_factory.getbasetemp())
    influxd.query("CREATE DATABASE kneeload")
    with Journal.open(data_dir) as journal:
        rows = journal.deliveries.after(0, 100_000)
        strides, alerts, summaries = (
            journal.strides(SIMULATED),
            journal.alerts(SIMULATED),
            journal.summaries(SIMULATED),
        )
    influxd.request("/write", body="\n".join(map(line, rows)).encode(), parameters={"db": "kneeload"})
    [runner] = {row.runner for row in rows}

    def asked(query: Query) -> list[dict[str, object]]:
        end_ns = STARTED_NS + 3600 * 10**9
        return influxd.query(
            expand(query.text, from_ns=STARTED_NS, to_ns=end_ns, runner=runner, run=SIMULATED, interval="1h")
        )

    compared = 0
    for query in all_queries():
        if "live-run" not in query.place:
            continue
        answer = asked(query)
        if found := re.match(r'SELECT last\("(\w+)"\) FROM "summary"', query.text):
            known = [v for s in summaries if (v := getattr(s, found[1])) is not None]
            assert [row["last"] for row in answer] == known[-1:]
            compared += 1
        elif found := re.match(r'SELECT (median|max)\("(\w+)"\) FROM "stride"', query.text):
            for row in answer:
                values = [
                    v
                    for s in strides
                    if s.mount == row["mount"] and ("clipped" not in query.text or s.clipped)
                    for v in [getattr(s, found[2])]
                    if v is not None
                ]
                expected = max(values) if found[1] == "max" else np.median(values)
                assert row[found[1]] == pytest.approx(expected, rel=1e-12)
                compared += 1
        elif query.text.startswith('SELECT "rule"'):
            assert len(answer) == len(alerts)
            compared += 1
    assert compared >= 12


def test_a_cut_off_peak_counts_in_the_line(influxd: Influxd) -> None:
    influxd.query("CREATE DATABASE kneeload")
    peaks = [
        (s, s.peak_resultant_g) for s in sample_strides(Mount.LEFT_SHIN) if s.peak_resultant_g is not None
    ]
    fill(influxd, [replace(stride, clipped=peak > 7) for stride, peak in peaks], run=RUN)
    [line_query] = [
        query.text
        for query in all_queries()
        if query.text.startswith('SELECT median("peak_resultant_g")')
        and "live-run" in query.place
        and "-shin" in query.text
    ]
    statement = expand(
        line_query, from_ns=START_NS, to_ns=WINDOW_END_NS, runner=RUNNER, run=RUN, interval="1h"
    )
    [row] = influxd.query(statement)
    every = [peak for _, peak in peaks]
    assert row["median"] == pytest.approx(np.median(every), rel=1e-12)
    assert np.median([peak for peak in every if peak <= 7]) < np.median(every), "they are not all gentle"


def fill(
    influxd: Influxd,
    results: Sequence[Result],
    *,
    run: str,
    runner: str = RUNNER,
    start_ns: int = START_NS,
) -> None:
    lines = line_protocol(results, runner=runner, run=run, start_ns=start_ns)
    influxd.request("/write", body="\n".join(lines).encode(), parameters={"db": "kneeload"})
