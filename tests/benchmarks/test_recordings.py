"""The registry of originals, and the checksums of what was made of them."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.checksums import checksum, compare, read_list, write_list
from benchmarks.recordings import CHECKSUMS, CONVERTED, ORIGINALS, Original, UnknownChecksumError, fetch
from benchmarks.trial import DATA_SETS, data_folder, load_trials


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[Original, Path]]:
    """An original on a server of this machine, and the file behind it."""
    file = tmp_path / "www" / "someone" / "recordings" / "abcdef0" / "data" / "run.csv"
    file.parent.mkdir(parents=True)
    file.write_text("t_s,ax_g\n0,1\n")
    handler = partial(Quiet, directory=str(tmp_path / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        yield Original("ble_foot", "someone/recordings", "abcdef0", "data/run.csv", "MIT", host), file
        server.shutdown()


def test_every_data_set_has_an_origin_and_a_licence() -> None:
    assert {original.data_set for original in ORIGINALS} == {*DATA_SETS, "gaitmap_feet", "opensense_legs"}
    assert all(original.licence for original in ORIGINALS)
    assert all(re.fullmatch("[0-9a-f]{7,40}|v[0-9.]+", original.commit) for original in ORIGINALS)
    assert len({original.name for original in ORIGINALS}) == len(ORIGINALS)


def test_what_is_named_by_a_tag_has_a_checksum() -> None:
    """A tag can be moved."""
    listed = read_list(CHECKSUMS)
    tagged = [original.name for original in ORIGINALS if original.commit.startswith("v")]
    assert len(tagged) == 11
    assert all(re.fullmatch("[0-9a-f]{64}", listed.get(name, "")) for name in tagged)


def test_an_unknown_checksum_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(UnknownChecksumError, match="--accept-unknown"):
        fetch(ORIGINALS[0], tmp_path, checksums=tmp_path / "none")
    assert not any(tmp_path.iterdir())


def test_what_was_accepted_once_is_held_to_its_checksum(
    published: tuple[Original, Path], tmp_path: Path
) -> None:
    original, file = published
    noted = tmp_path / "originals.sha256"
    first = fetch(original, tmp_path / "a", accept_unknown=True, checksums=noted)
    assert first.read_bytes() == file.read_bytes()
    assert read_list(noted) == {"someone/recordings/abcdef0/data/run.csv": checksum(file)}
    assert fetch(original, tmp_path / "b", checksums=noted).read_bytes() == file.read_bytes()
    file.write_text("something else\n")
    with pytest.raises(ValueError, match="hash"):
        fetch(original, tmp_path / "c", accept_unknown=True, checksums=noted)


def test_a_folder_is_held_against_a_list(tmp_path: Path) -> None:
    for name in ("same", "changed", "missing", "unlisted"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text(name)
    found = {str(path.relative_to(tmp_path)): checksum(path) for path in tmp_path.glob("*/*.csv")}
    del found["unlisted/a.csv"]
    write_list(tmp_path / "list", found)
    (tmp_path / "changed" / "a.csv").write_text("other")
    (tmp_path / "missing" / "a.csv").unlink()
    result = compare(tmp_path, read_list(tmp_path / "list"))
    assert result.same == ("same/a.csv",)
    assert result.changed == ("changed/a.csv",)
    assert result.missing == ("missing/a.csv",)
    assert result.unlisted == ("unlisted/a.csv",)


def test_the_list_knows_a_file_of_every_data_set() -> None:
    listed = read_list(CONVERTED)
    assert {name.split("/")[0] for name in listed} == set(DATA_SETS)
    assert all(len(digest) == 64 for digest in listed.values())


def test_every_recording_loads_with_what_is_known_of_it() -> None:
    folder = data_folder()
    if folder is None:
        pytest.skip("no recordings: set KNEELOAD_DATA")
    for data_set in DATA_SETS:
        for trial in load_trials(folder, data_set):
            assert trial.acc_g.shape == (trial.t_s.size, 3)
            assert trial.duration_s > 5
            assert trial.truth is None or trial.strides == len(trial.truth)
