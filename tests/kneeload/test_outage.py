"""A run during which everything goes away and comes back: journal, broker and databases agree at the end."""

import asyncio
import json
from pathlib import Path

from kneeload.settings import InfluxSettings, MqttSettings
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.following import RUN, following, journal_at, seqs_of, until
from tests.services import Influxd, Mosquitto, VictoriaMetrics
from tests.subscriber import Subscriber


def test_all_agree_after_broker_and_databases_were_gone(
    mosquitto: Mosquitto, influxd: Influxd, victoria_metrics: VictoriaMetrics, tmp_path: Path
) -> None:
    results = a_run(200)
    third = len(results) // 3

    async def run() -> None:
        with journal_at(tmp_path) as journal:
            async with (
                following(
                    journal, MqttSettings(host=mosquitto.host, port=mosquitto.port, drain_s=40)
                ) as mqtt,
                following(journal, InfluxSettings(url=influxd.url, drain_s=40)) as influx,
                following(journal, InfluxSettings(url=victoria_metrics.url, drain_s=40)) as victoria,
            ):
                states = (mqtt, influx, victoria)
                journal.append(RUN, results[:third])
                await until(lambda: all(state.delivered for state in states), "all are served")
                for service in (mosquitto, influxd, victoria_metrics):
                    await asyncio.to_thread(service.stop)
                slowest_s = 0.0
                loop = asyncio.get_running_loop()
                for start in range(third, 2 * third, 5):
                    begun_s = loop.time()
                    journal.append(RUN, results[start : start + 5])
                    await asyncio.sleep(0)
                    slowest_s = max(slowest_s, loop.time() - begun_s)
                await until(lambda: not any(state.connected for state in states), "the losses are noticed")
                assert all(state.behind > 0 and state.last_error for state in states)
                # Nobody waits for a server that is away.
                assert slowest_s < 2.0
                for service in (mosquitto, influxd, victoria_metrics):
                    await asyncio.to_thread(service.start)
                journal.append(RUN, results[2 * third :])
            assert [(state.behind, state.refused, state.last_error) for state in states] == 3 * [(0, 0, None)]

    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as subscriber:
        asyncio.run(run())
        subscriber.wait_for(lambda ms: len(set(seqs_of([bytes(m.payload) for m in ms]))) == len(results))
        received = subscriber.payloads("/stride")
    seqs = list(dict.fromkeys(seqs_of(subscriber.payloads())))
    assert seqs == list(range(1, len(results) + 1))
    with journal_at(tmp_path, run="20260101T010000Z", started_ns=STARTED_NS + 1) as journal:
        strides = journal.strides(RUN)
    assert len({json.loads(payload)["seq"] for payload in received}) == len(strides) == 400
    assert influxd.count("stride", "quality") == 400
    assert victoria_metrics.count("stride", "quality") == 400
    peaks = influxd.query("SELECT peak_resultant_g FROM stride")
    assert sorted(row["peak_resultant_g"] for row in peaks) == sorted(
        s.peak_resultant_g or 0.0 for s in strides
    )
