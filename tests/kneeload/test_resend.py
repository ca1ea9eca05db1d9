"""What a server refused is parked, shown, and sent again when a person says so."""

import asyncio
import json
from pathlib import Path

from kneeload.journal import Journal
from kneeload.settings import InfluxSettings
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, Answer, following, http_stand_in, journal_at
from tests.kneeload.program import kneeload

OK: Answer = (204, {}, b"")
PING: Answer = (204, {"X-Influxdb-Version": "1.8.10"}, b"")
REFUSED: Answer = (400, {}, b'{"error":"partial write: field type conflict"}')


class Picky:
    """Refuses what holds one of these words."""

    def __init__(self, *words: bytes) -> None:
        self.words = words
        self.lines: list[bytes] = []

    def __call__(self, path: str, body: bytes) -> Answer:
        if path.startswith("/ping"):
            return PING
        if any(word in body for word in self.words):
            return REFUSED
        self.lines += body.split(b"\n")
        return OK


def delivered(folder: Path, url: str) -> SinkState:
    async def run(journal: Journal) -> SinkState:
        async with following(journal, InfluxSettings(url=url)) as state:
            pass
        return state

    with Journal.open(folder) as journal:
        return asyncio.run(run(journal))


def test_refused_parked_shown_mended_sent_again(tmp_path: Path) -> None:
    with journal_at(tmp_path) as journal:
        journal.append(RUN, results := a_run(30))
    picky = Picky(b"alert,")
    with http_stand_in(picky) as url:
        state = delivered(tmp_path, url)
        refused = state.refused
        assert refused > 0
        assert (state.delivered, state.behind) == (len(results) - refused, 0)
        shown = kneeload(["doctor", "--data-dir", tmp_path], home=tmp_path)
        assert f"{refused} results were refused" in shown.stdout
        assert "field type conflict" in shown.stdout
        assert "kneeload doctor --resend" in shown.stdout
        assert delivered(tmp_path, url).delivered == 0, "not by itself"

        report = kneeload_json_of_doctor(tmp_path)
        assert f"{refused} of them wait" in report
        assert delivered(tmp_path, url).refused == refused, "still refused, parked again"
        with Journal.open(tmp_path) as journal:
            assert not any(refusal.again for refusal in journal.refused())

        picky.words = ()
        kneeload_json_of_doctor(tmp_path)
        state = delivered(tmp_path, url)
        assert (state.delivered, state.refused) == (refused, 0)
    assert len(picky.lines) == len(set(picky.lines)) == len(results)
    with Journal.open(tmp_path) as journal:
        assert journal.refused() == []


def kneeload_json_of_doctor(folder: Path) -> str:
    """What doctor --resend says of the journal; its exit code is that of the machine's other findings."""
    done = kneeload(["doctor", "--resend", "--data-dir", folder, "--json"], home=folder)
    findings = json.loads(done.stdout)["findings"]
    return next(str(finding["what"]) for finding in findings if finding["name"] == "journal")
