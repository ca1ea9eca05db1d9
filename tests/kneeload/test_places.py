"""Each place of a database that is written to has a cursor of its own: what one has got, another has not."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kneeload.journal import Journal
from kneeload.settings import InfluxSettings
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, Answer, delivered, http_stand_in, journal_at


class Places:
    """An InfluxDB 2 that counts what each organisation and bucket gets."""

    def __init__(self) -> None:
        self.points: dict[tuple[str, str], int] = {}

    def __call__(self, path: str, body: bytes) -> Answer:
        if not path.startswith("/ping"):
            query = parse_qs(urlsplit(path).query)
            place = query.get("org", [""])[0], query["bucket"][0]
            self.points[place] = self.points.get(place, 0) + len(body.splitlines())
        return 204, {"X-Influxdb-Version": "v2.7.0"}, b""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"org": "club-a"}, {"org": "club-b"}),
        ({}, {"org": "club-a"}),
        ({"org": "club-a"}, {"org": "club-a", "bucket": "other"}),
    ],
)
def test_another_place_gets_the_whole_history_once(
    tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    places = Places()
    with http_stand_in(places) as url, journal_at(tmp_path) as journal:
        journal.append(RUN, results := a_run(5))
        for place in (first, second, first, second):
            assert delivered(journal, InfluxSettings.model_validate({"url": url, **place})).behind == 0
    assert list(places.points.values()) == [len(results)] * 2


def test_a_database_without_organisations_is_known_by_the_name_it_had(tmp_path: Path) -> None:
    places = Places()
    with http_stand_in(places) as url, journal_at(tmp_path) as journal:
        journal.append(RUN, a_run(5))
        journal.deliveries.advance(f"influx:{url}/kneeload", journal.deliveries.last_seq())
        assert delivered(journal, InfluxSettings(url=url)).delivered == 0
    with Journal.open(tmp_path) as journal:
        assert journal.deliveries.cursors() == {f"influx:{url}/kneeload": len(a_run(5))}
    assert places.points == {}
