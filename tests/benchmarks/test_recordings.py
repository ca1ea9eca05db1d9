"""The registry of originals."""

from pathlib import Path

import pytest

from benchmarks.recordings import ORIGINALS, UnknownChecksumError, fetch
from benchmarks.trial import DATA_SETS, data_folder, load_trials


def test_every_data_set_has_an_origin_and_a_licence() -> None:
    assert {original.data_set for original in ORIGINALS} == set(DATA_SETS)
    assert all(original.licence and len(original.commit) >= 7 for original in ORIGINALS)


def test_an_unknown_checksum_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    unknown = next(original for original in ORIGINALS if original.sha256 is None)
    with pytest.raises(UnknownChecksumError, match="--accept-unknown"):
        fetch(unknown, tmp_path)
    assert not any(tmp_path.iterdir())


def test_every_recording_loads_with_what_is_known_of_it() -> None:
    folder = data_folder()
    if folder is None:
        pytest.skip("no recordings: set KNEELOAD_DATA")
    for data_set in DATA_SETS:
        for trial in load_trials(folder, data_set):
            assert trial.acc_g.shape == (trial.t_s.size, 3)
            assert trial.duration_s > 5
            assert trial.truth is None or trial.strides == len(trial.truth)
