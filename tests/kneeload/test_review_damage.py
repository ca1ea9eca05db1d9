"""Packets that were spoilt on disk, and what the review says above the samples that it could still read."""

import re
from pathlib import Path

import pytest

from kneeload.review.alerts_section import damage_text
from kneeload.review.page import page
from tests.kneeload.test_damaged_runs import break_first_chunk
from tests.kneeload.test_review_page import spoilt
from tests.sample_run import sample_run_data
from tests.simulated_run import recorded_run

__all__: list[str] = []


def test_what_is_damaged_is_said_above_what_is_drawn(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    text = spoilt(recorded_run(tmp_path_factory.getbasetemp()), tmp_path, break_first_chunk)
    said = (
        r"<h2>Alerts</h2><p class='quiet'>packets.mcap is damaged in one place and lacks \d+ packets: where"
    )
    assert re.search(said, text)
    assert "id='waveform-1'" in text, "what is whole is drawn"


def test_of_whole_packets_nothing_is_said() -> None:
    assert damage_text(sample_run_data()) == ""
    assert "packets.mcap" not in page(sample_run_data(), plotly="")


def test_why_an_alert_has_no_samples_names_the_damage(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    def all_but_the_ends(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[:5000] + bytes(len(content) - 10000) + content[-5000:])

    text = spoilt(recorded_run(tmp_path_factory.getbasetemp()), tmp_path, all_but_the_ends)
    why = r"can be read \(packets.mcap: is damaged in one place.*?, with \d+ of \d+ packets of the left shin"
    assert re.search(why, text)
