"""A run's packets through `analyze`: they know their sensors and how they were processed."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from dsp.mount import Mount
from dsp.params import Params
from firmware_sim.plan import Phase, Plan
from ingest.packet import Packet
from ingest.recording import Recorder
from kneeload.analyze import AnalyzeError, analyze, run_analyze
from kneeload.errors import KneeloadError
from kneeload.failures import UsageError
from kneeload.processing import notes_of
from tests.kneeload.test_analyze import LEFT, RIGHT, rows
from tests.kneeload.virtual_packets import virtual_packets


def record(path: Path, packets: list[Packet], metadata: Mapping[str, str] | None = None) -> Path:
    path.parent.mkdir(parents=True)
    with Recorder(path, metadata or {}) as recorder:
        for packet in packets:
            recorder.append(packet)
    return path


def test_a_runs_packets_know_their_mounts(tmp_path: Path) -> None:
    plan = Plan.of(Phase(activity="run"))
    path = record(tmp_path / "RUN" / "packets.mcap", virtual_packets({RIGHT: plan, LEFT: plan}, 12))
    analyses = analyze([path], None, tmp_path / "out")
    assert [analysis.mount for analysis in analyses] == [LEFT, RIGHT]
    for analysis in analyses:
        assert analysis.directory == tmp_path / "out" / analysis.mount
        assert analysis.directory is not None
        assert len(rows(analysis.directory)) == analysis.summary.strides > 10
        assert analysis.summary.lost_percent == 0


def test_of_a_runs_sensors_one_can_be_chosen(tmp_path: Path) -> None:
    plan = Plan.of(Phase(activity="run"))
    path = record(tmp_path / "RUN" / "packets.mcap", virtual_packets({RIGHT: plan, LEFT: plan}, 12))
    both = analyze([path], None)
    (chosen,) = analyze([path], RIGHT, tmp_path / "out")
    assert (chosen.mount, chosen.strides, chosen.directory) == (RIGHT, both[1].strides, tmp_path / "out")
    with pytest.raises(AnalyzeError, match="has no sensor at left-shoe, but at left-shin and right-shin"):
        analyze([path], Mount.LEFT_SHOE)


def test_a_runs_packets_know_how_they_were_processed(tmp_path: Path) -> None:
    packets = virtual_packets({LEFT: Plan.of(Phase(activity="run"))}, 12)
    higher = Params(above_ankle_m=0.2)
    usual = record(tmp_path / "A" / "packets.mcap", packets)
    noted = record(tmp_path / "B" / "packets.mcap", packets, notes_of({LEFT: higher}))
    absurd = record(tmp_path / "C" / "packets.mcap", packets, {"above_ankle_m.left-shin": "1e9"})
    words = record(tmp_path / "D" / "packets.mcap", packets, {"above_ankle_m.left-shin": "nan m"})
    found = {path: analyze([path], None)[0].strides for path in (usual, noted, absurd, words)}
    assert found[noted] == analyze([usual], None, params=higher)[0].strides
    assert found[noted] != found[usual]
    assert found[absurd] == found[words] == found[usual]


def test_packets_that_are_refused_by_now_leave_no_sensors_results_behind(tmp_path: Path) -> None:
    plan = Plan.of(Phase(activity="run"))
    path = record(tmp_path / "RUN" / "packets.mcap", virtual_packets({RIGHT: plan, LEFT: plan}, 6))
    run_analyze([path], mount=None, output=tmp_path / "out", console=None)
    path.write_bytes(b"this is no recording")
    with pytest.raises(KneeloadError, match=r"right-shin/summary\.json\.stale now"):
        run_analyze([path], mount=None, output=tmp_path / "out", console=None)
    left = {file.name for file in (tmp_path / "out").rglob("*") if file.is_file()}
    assert left == {"strides.csv.stale", "summary.json.stale"}


def test_one_sensors_packets_need_no_folder(tmp_path: Path) -> None:
    path = record(
        tmp_path / "RUN" / "packets.mcap", virtual_packets({LEFT: Plan.of(Phase(activity="run"))}, 6)
    )
    (analysis,) = analyze([path], None, tmp_path / "out")
    assert analysis.directory == tmp_path / "out"


def test_beside_packets_a_file_without_its_mount_is_told_before_anything_is_written(tmp_path: Path) -> None:
    path = record(
        tmp_path / "RUN" / "packets.mcap", virtual_packets({LEFT: Plan.of(Phase(activity="run"))}, 6)
    )
    with pytest.raises(UsageError, match=r"b\.csv: --mount must say"):
        analyze([path, tmp_path / "b.csv"], None, tmp_path / "out")
    assert not (tmp_path / "out").exists()
