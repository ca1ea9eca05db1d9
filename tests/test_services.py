"""The private services do what other tests build upon: one address, data that stays, no message missed."""

from pathlib import Path

from paho.mqtt import publish
from selenium.webdriver import Chrome

from tests.browser import console_errors
from tests.services import Influxd, Mosquitto, VictoriaMetrics
from tests.subscriber import Subscriber


def test_influxd_keeps_its_points_over_a_kill(influxd: Influxd) -> None:
    influxd.query("CREATE DATABASE kneeload")
    influxd.request("/write", body=b"stride,mount=left-shin x=1.5 1000\n", parameters={"db": "kneeload"})
    address = influxd.url
    influxd.kill()
    assert not influxd.running
    assert not influxd.ready()
    influxd.start()
    assert influxd.url == address
    assert influxd.query('SELECT "x" FROM stride GROUP BY mount') == [
        {"time": 1000, "x": 1.5, "mount": "left-shin"}
    ]
    assert influxd.count("stride", "x") == 1


def test_victoria_metrics_keeps_its_points_over_a_restart(victoria_metrics: VictoriaMetrics) -> None:
    line = b"stride,mount=left-shin x=1.5 1700000000000000000\n"
    victoria_metrics.request("/write", body=line, parameters={"db": "kneeload"})
    assert victoria_metrics.count("stride", "x") == 1
    victoria_metrics.restart()
    (series,) = victoria_metrics.series("stride_x")
    assert (series["values"], series["timestamps"]) == ([1.5], [1_700_000_000_000])
    assert series["metric"]["mount"] == "left-shin"


def test_a_killed_broker_keeps_its_subscribers(mosquitto: Mosquitto) -> None:
    with Subscriber(mosquitto.host, mosquitto.port, "kneeload/#") as subscriber:
        publish.single("kneeload/a", b"1", qos=1, hostname=mosquitto.host, port=mosquitto.port)
        subscriber.wait_for(lambda messages: len(messages) == 1)
        mosquitto.kill()
        mosquitto.start()
        publish.single("kneeload/b", b"2", qos=1, hostname=mosquitto.host, port=mosquitto.port)
        subscriber.wait_for(lambda messages: len(messages) == 2)
        assert subscriber.payloads("/b") == [b"2"]


def test_a_subscriber_that_was_away_gets_what_was_kept_for_it(mosquitto: Mosquitto) -> None:
    subscriber = Subscriber(mosquitto.host, mosquitto.port, "kneeload/#")
    with subscriber:
        pass
    publish.single("kneeload/a", b"1", qos=1, hostname=mosquitto.host, port=mosquitto.port)
    with subscriber:
        subscriber.wait_for(lambda messages: len(messages) == 1)


def test_the_browser_tells_what_a_page_complained_of(chromium: Chrome, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>ok</title><script>console.error('broken on purpose')</script>")
    chromium.get(page.as_uri())
    assert chromium.title == "ok"
    (line,) = console_errors(chromium)
    assert "broken on purpose" in line
    assert console_errors(chromium) == []
