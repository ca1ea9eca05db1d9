"""The picture in the README shows what a demo prints today."""

import re
from xml.etree import ElementTree

from alerts.alert import Alert
from alerts.words import advice, title
from benchmarks.demo_picture import MOMENT_S, PICTURE
from kneeload.monitor import Monitor
from kneeload.virtual import DEMO_MOUNTS, demo_plan
from tests.kneeload.virtual_packets import FAMILY, virtual_packets

SVG = "{http://www.w3.org/2000/svg}"


def pictured() -> str:
    """The words of the picture, whatever lines they are broken into."""
    texts = ElementTree.fromstring(PICTURE.read_text()).iter(f"{SVG}text")
    return re.sub(r"\s+", " ", " ".join(text.text or "" for text in texts))


def test_it_shows_the_alerts_of_a_demo_in_the_words_of_the_rules() -> None:
    monitor = Monitor(dict.fromkeys(DEMO_MOUNTS, FAMILY))
    results = [
        result
        for packet in virtual_packets(dict.fromkeys(DEMO_MOUNTS, demo_plan()), MOMENT_S)
        for result in monitor.receive(packet)
    ]
    raised = [result for result in results if isinstance(result, Alert) and result.state == "raised"]
    assert raised
    shown = pictured()
    for alert in raised:
        assert f"{alert.mount} {alert.level}: {title(alert)} (" in shown
    assert advice(raised[-1]) in shown
