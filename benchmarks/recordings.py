"""Where the recordings come from, and how to get the originals: python -m benchmarks.recordings.

A file is fetched at the commit or tag it was read at and held against its checksum in originals.sha256. An
original without one is refused, unless --accept-unknown says to take it as it comes; its checksum is then
noted there, and from then on nothing else is taken. What is fetched is the authors' own format: the folders
that the benchmark reads are these files converted, one sensor a CSV file, as each folder's SOURCE.md says.
Those are listed in recordings.sha256, and --check holds a folder's files against it, one by one. gaitmap_feet
and opensense_legs are read as their authors published them, by benchmarks.elsewhere.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pooch
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.checksums import checksum, compare, read_list, write_list
from benchmarks.trial import data_folder

__all__ = ["CHECKSUMS", "CONVERTED", "ORIGINALS", "Original", "UnknownChecksumError", "fetch"]

CHECKSUMS = Path(__file__).with_name("originals.sha256")
CONVERTED = Path(__file__).with_name("recordings.sha256")


@dataclass(frozen=True, slots=True)
class Original:
    """One file as its authors published it. commit: a tag where the authors fetch it by one themselves."""

    data_set: str
    repository: str
    commit: str
    path: str
    licence: str
    host: str = "https://raw.githubusercontent.com"

    @property
    def url(self) -> str:
        return f"{self.host}/{self.repository}/{self.commit}/{self.path}"

    @property
    def name(self) -> str:
        """As it stands in the list of checksums."""
        return f"{self.repository}/{self.commit}/{self.path}"


class UnknownChecksumError(Exception):
    """The table holds no checksum of this original, so nothing says that what comes is what was meant."""

    def __init__(self, original: Original) -> None:
        super().__init__(
            f"{original.data_set}: no checksum of {original.path} is known; "
            "look at the file yourself and take it with --accept-unknown"
        )
        self.original = original


VICON_TRIALS = (
    *("2017-11-27-11-11-24", "2017-11-27-11-12-18", "2017-11-27-11-13-41", "2017-11-27-11-14-52"),
    *("2017-11-27-11-23-18", "2017-11-27-11-25-12", "2017-12-15-18-01-51", "2017-12-15-18-03-05"),
    *("2017-11-22-11-22-03", "2017-11-22-11-23-25", "2017-11-22-11-26-05", "2017-11-22-11-30-14"),
    *("2017-11-22-11-38-45", "2017-11-22-11-40-44", "2017-11-22-11-50-42", "2017-11-22-11-52-02"),
    "2017-12-15-18-00-13",
)
WALK_TRIALS = ("1-1", "5-1", "9-1", "13-1", "17-1")
GAITMAP_FILES = (
    *("imu_sample.csv", "stride_events_sample.csv", "position_sample.csv", "mocap_sample.csv"),
    *("imu_sample_ic_stride.csv", "stride_borders_sample_ic_stride.csv"),
    *("imu_sample_healthy_stair_down.csv", "imu_sample_healthy_stair_up.csv"),
    *("imu_sample_ms_left.csv", "imu_sample_ms_right.csv", "aligned_data_with_mag_l_walks.csv"),
)
OPENSENSE_SENSORS = ("00B421ED", "00B421E6", "00B4227D", "00B421EF")

ORIGINALS: tuple[Original, ...] = (
    Original(
        "treadmill_shank",
        "marlow17/PredictingGroundReactionForces",
        "1c35b0fdef2ab23dca292864f0e19fad38875d3e",
        "data/walk+run.mat",
        "GPL-3.0",
    ),
    *(
        Original(
            "vicon_shoe",
            "mtahakoroglu/OpenShoe-PyShoe-DeepShoe-FuseShoe",
            "1c95112",
            f"data/vicon/processed/{trial}.mat",
            "MIT (IEEE DataPort 10.21227/v1z6-9z84)",
        )
        for trial in VICON_TRIALS
    ),
    Original(
        "outdoor_shoe",
        "martakarass/adeptdata",
        "d614883",
        "data/acc_running.rda",
        "GPL-3.0",
    ),
    Original(
        "ble_foot",
        "fuzzylabs/wearable-my-foot",
        "5e7d818",
        "android/app/src/test/resources/test-run.csv",
        "Apache-2.0",
    ),
    *(
        Original(
            "walk_feet",
            "CyrilVoisard/ipol_dataset_1",
            "b9f4bbb",
            f"GaitData/{trial}{ending}",
            "AGPL-3.0",
        )
        for trial in WALK_TRIALS
        for ending in (".json", "_lf.txt", "_rf.txt")
    ),
    *(
        Original("gaitmap_feet", "mad-lab-fau/gaitmap", "v2.6.0", f"example_data/{name}", "MIT")
        for name in GAITMAP_FILES
    ),
    *(
        Original(
            "opensense_legs",
            "opensim-org/opensim-core",
            "a43c5f04c209fa4fbc4101f9178617221d7e1f16",
            f"Bindings/Java/Matlab/OpenSenseExample/IMUData/MT_012005D6_009-001_{sensor}.txt",
            "Apache-2.0",
        )
        for sensor in OPENSENSE_SENSORS
    ),
)


def fetch(
    original: Original, folder: Path, *, accept_unknown: bool = False, checksums: Path = CHECKSUMS
) -> Path:
    """The original's path under folder, downloaded unless it is already there with the right checksum.

    checksums: the list that it is held against, and noted in when it is accepted unknown. Raises
    UnknownChecksumError, or pooch's ValueError for a file that is not what it was.
    """
    listed = read_list(checksums)
    known = listed.get(original.name)
    if known is None and not accept_unknown:
        raise UnknownChecksumError(original)
    hashed = None if known is None else f"sha256:{known}"
    target = folder / original.data_set
    path = Path(pooch.retrieve(original.url, known_hash=hashed, path=target, fname=Path(original.path).name))
    if known is None:
        write_list(checksums, {**listed, original.name: checksum(path)})
    return path


def main(
    data_sets: Annotated[list[str] | None, typer.Argument(help="data sets to fetch; none: list them")] = None,
    folder: Annotated[Path, typer.Option(help="where to put the originals")] = Path(".recordings"),
    accept_unknown: Annotated[
        bool, typer.Option(help="take files whose checksum is not known, and note it")
    ] = False,
    check: Annotated[bool, typer.Option(help="hold the recordings here against their checksums")] = False,
) -> None:
    """List where the recordings come from, fetch the originals of some, or check what is here."""
    console = Console()
    here = data_folder()
    if check:
        if here is None:
            print("no recordings: set KNEELOAD_DATA to their folder", file=sys.stderr)
            raise typer.Exit(2)
        raise typer.Exit(_check(here, console))
    listed = read_list(CHECKSUMS)
    if not data_sets:
        table = Table("data set", "origin", "commit", "file", "licence", "checksum", "here")
        for original in ORIGINALS:
            present = (folder / original.data_set / Path(original.path).name).exists() or (
                here is not None and (here / original.data_set / "trials.csv").exists()
            )
            table.add_row(
                original.data_set,
                original.repository,
                original.commit[:7],
                original.path,
                original.licence,
                listed.get(original.name, "not established"),
                "yes" if present else "no",
            )
        console.print(table)
        return
    unknown = sorted(set(data_sets) - {original.data_set for original in ORIGINALS})
    if unknown:
        print(f"no such data set: {', '.join(unknown)}; run without arguments for the list", file=sys.stderr)
        raise typer.Exit(2)
    for original in ORIGINALS:
        if original.data_set in data_sets:
            try:
                path = fetch(original, folder, accept_unknown=accept_unknown)
            except (UnknownChecksumError, ValueError) as error:
                print(error, file=sys.stderr)
                raise typer.Exit(2) from None
            console.print(f"{path}  sha256:{checksum(path)}", soft_wrap=True)


def _check(folder: Path, console: Console) -> int:
    """1 when a listed file has changed or is missing."""
    found = compare(folder, read_list(CONVERTED))
    for what, names in (("changed", found.changed), ("missing", found.missing), ("new", found.unlisted)):
        for name in names:
            console.print(f"{what}: {name}", soft_wrap=True)
    console.print(f"{folder}: {len(found.same)} of the files listed in {CONVERTED.name} are as listed")
    return 1 if found.changed or found.missing else 0


if __name__ == "__main__":
    typer.run(main)
