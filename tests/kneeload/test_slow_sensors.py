"""Sensors that sample too slowly for contacts to be sure: wherever they come from, it is said."""

from pathlib import Path

import pytest

from dsp.mount import Mount
from firmware_sim.plan import Phase, Plan
from ingest.files import read_recording
from kneeload.analyze import analyze
from kneeload.config import load
from tests.ingest.test_files import SIX, table, write
from tests.kneeload.test_analyze_packets import record
from tests.kneeload.test_last_runs import SENSOR, go
from tests.kneeload.virtual_packets import virtual_packets

LEFT = Mount.LEFT_SHIN
SLOW = (
    "sampled at {rate} Hz: contacts can be missed or off by more than 0.1 s; "
    "50 Hz or more is enough for contacts, 200 Hz or more for peaks"
)


@pytest.mark.parametrize(
    ("rate_hz", "said"), [(20, "20"), (25, "25"), (39, "39"), (39.9, ""), (40, ""), (100, "")]
)
def test_a_slow_recording_is_doubted(tmp_path: Path, rate_hz: float, said: str) -> None:
    path = write(tmp_path / "a.csv", SIX, table(rate_hz=rate_hz))
    expected = f"{path}: {SLOW.format(rate=said)}" if said else ""
    assert read_recording(path, LEFT).doubt == expected


@pytest.mark.parametrize(("rate_hz", "slow"), [(25.0, True), (208.0, False)])
def test_packets_of_a_slow_sensor_are_doubted(tmp_path: Path, rate_hz: float, slow: bool) -> None:
    packets = virtual_packets({LEFT: Plan.of(Phase(activity="run"))}, 12, rate_hz=rate_hz)
    path = record(tmp_path / "run" / "packets.mcap", packets)
    (analysis,) = analyze([path], None)
    assert analysis.origin.doubt == (f"{path}: left-shin is {SLOW.format(rate=25)}" if slow else "")


@pytest.mark.parametrize(("rate_hz", "slow"), [(25.0, True), (208.0, False)])
def test_a_run_with_a_slow_sensor_says_so_at_its_start(tmp_path: Path, rate_hz: float, slow: bool) -> None:
    sensor = {**SENSOR, "rate_hz": rate_hz}
    packets = virtual_packets({LEFT: Plan.of(Phase(activity="run"))}, 2, rate_hz=rate_hz)
    _, notes = go(load(None, data_dir=tmp_path, overrides={"sensors": [sensor]}), packets)
    assert (f"left-shin is {SLOW.format(rate=25)}" in notes) == slow
