"""Recordings through the same pipeline as a live run: strides.csv and summary.json of each sensor."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os.path import isdir, isfile
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.params import Params
from dsp.stride import Stride
from dsp.summary import Totals, summarise
from ingest import recording
from ingest.damage import Damage
from ingest.errors import RecordingError
from ingest.files import check_file, read_recording
from ingest.plausible import doubt_of_rate
from ingest.tables import READERS
from ingest.text import one_line
from kneeload.analysis import Analysis, lines_of, report_of
from kneeload.bare_recording import computed, doubt_of_mount
from kneeload.errors import KneeloadError
from kneeload.failures import UsageError
from kneeload.folders import folder_names
from kneeload.monitor import Monitor
from kneeload.place import PACKETS
from kneeload.processing import params_of
from kneeload.results import Result
from kneeload.results_folder import Origin, check_inputs_spared, set_aside, write_results
from kneeload.shown import cell
from kneeload.spoken import counted
from kneeload.usable import NothingUsableError, check_usable, doubts_of_packets
from kneeload.worn import UnknownFamilyError, families_of

__all__ = ["AnalyzeError", "analyze", "run_analyze"]


PACKETS_SUFFIX: Final = Path(PACKETS).suffix


class AnalyzeError(KneeloadError):
    """Nothing can be made of a recording."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


def analyze(
    paths: Sequence[Path],
    mount: Mount | None,
    output: Path | None = None,
    *,
    params: Params | None = None,
) -> list[Analysis]:
    """One Analysis a sensor, in the order of the files; with several of them each gets a folder of its own.

    A packets.mcap knows its mounts, and mount chooses one of them; other recordings need one. params: None =
    as the recording says, or as usual. Raises IngestError or KneeloadError.
    """
    return [
        analysis
        for path, place in _places(paths, mount, output)
        for analysis in _file(path, mount, place=place, params=params)
    ]


def run_analyze(
    files: Sequence[Path],
    *,
    mount: Mount | None,
    output: Path | None,
    console: Console | None,
    above_ankle_m: float | None = None,
) -> dict[str, object]:
    """What the command does: analyses, prints a few lines, gives the JSON report.

    Of several files a bad one is told of and left out ("refused" in the report); a single one raises. What an
    earlier time wrote for it is renamed, for it would look like this time's.
    """
    params = None if above_ankle_m is None else Params(above_ankle_m=above_ankle_m)
    rows: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    for path, place in _places(files, mount, output):
        try:
            analyses = _file(path, mount, place=place, params=params)
        except (RecordingError, UnknownFamilyError, NothingUsableError, AnalyzeError) as error:
            stale = _set_aside(path, place)
            told = str(error)
            if stale:
                told += f"; its earlier results are {', '.join(map(str, stale))} now"
            if len(files) == 1:
                if stale:
                    raise KneeloadError(told) from error
                raise
            typer.echo(f"kneeload: {one_line(told)}", err=True)
            refused.append({"file": str(path), "why": str(error), "stale": [str(old) for old in stale]})
            continue
        for analysis in analyses:
            if analysis.origin.doubt:
                typer.echo(one_line(analysis.origin.doubt), err=True)
            if console is not None:
                for line in lines_of(analysis):
                    console.print(cell(line), soft_wrap=True)
            rows.append(report_of(analysis))
    if refused and console is not None:
        told = f"{len(files) - len(refused)} of {counted(len(files), 'file')} read"
        console.print(cell(told), soft_wrap=True)
    # Of one recording the summary itself, so that nobody has to unpack a list of one.
    return {**(rows[0] if len(rows) == len(files) == 1 else {}), "recordings": rows, "refused": refused}


def _places(
    paths: Sequence[Path], mount: Mount | None, output: Path | None
) -> list[tuple[Path, Path | None]]:
    """Each file and its folder: one named after it, or the output itself where there is one file only.

    Raises UsageError where a recording is where results would go, or lacks its mount, before anything is
    read or written.
    """
    if mount is None and len(paths) > 1:
        for path in paths:
            if path.suffix.lower() in READERS:
                raise UsageError(_lacks_mount(path))
    if output is None:
        return [(path, None) for path in paths]
    names = folder_names(paths) if len(paths) > 1 else [""]
    places = [(path, output / name) for path, name in zip(paths, names, strict=True)]
    check_inputs_spared(paths, (folder for path, place in places for folder in _folders(path, place)))
    return [*places]


def _lacks_mount(path: Path) -> str:
    return f"{path}: --mount must say where this sensor was worn"


def _folders(path: Path, place: Path) -> Iterable[Path]:
    """Where results of this file may be: those of packets in a folder a sensor, where there are several."""
    return (place, *(place / mount for mount in Mount if path.suffix == PACKETS_SUFFIX))


def _set_aside(path: Path, place: Path | None) -> list[Path]:
    """Results that this recording would have replaced."""
    if place is None:
        return []
    return [stale for folder in _folders(path, place) for stale in set_aside(folder)]


def _file(path: Path, mount: Mount | None, *, place: Path | None, params: Params | None) -> list[Analysis]:
    if isdir(path):
        packets = path / PACKETS
        remedy = f"give {packets}" if isfile(packets) else "give the files in it"
        raise RecordingError(path, "is a folder", remedy)
    check_file(path, PACKETS_SUFFIX)
    if path.suffix == PACKETS_SUFFIX:
        return list(_packets(path, mount, place=place, params=params))
    if mount is None:
        raise UsageError(_lacks_mount(path))
    return [_recording(path, mount, place=place, params=params or Params())]


def _recording(path: Path, mount: Mount, *, place: Path | None, params: Params) -> Analysis:
    samples = read_recording(path, mount)
    monitor, results = computed(samples, params)
    doubt = samples.doubt
    if not monitor.strides and (where := doubt_of_mount(samples, params)):
        doubt = f"{doubt}; also {where}" if doubt else f"{path}: {where}"
    origin = _origin(path, mount, params, doubt)
    # What the file alone knows: rows at its ends without a sample never reach the monitor.
    watched_s = (samples.end_us - samples.begin_us) / 1e6
    totals = replace(monitor.sensors[mount].totals(), duration_s=watched_s, lost=samples.lost)
    analysis = _analysis(path, mount, totals=totals, results=results, origin=origin, place=place)
    return replace(analysis, begin_us=samples.begin_us)


def _packets(
    path: Path, wanted: Mount | None, *, place: Path | None, params: Params | None
) -> Iterator[Analysis]:
    """wanted: the one sensor to tell of, None = all."""
    families = families_of(path)
    damage = Damage()
    packets = recording.read(path, damage)
    if not families:
        for _ in packets:
            pass
        raise AnalyzeError(f"{damage}, no packet is left" if damage.pieces else "holds no packets", path=path)
    if wanted not in (None, *families):
        raise AnalyzeError(f"has no sensor at {wanted}, but at {' and '.join(sorted(families))}", path=path)
    own = params_of(recording.metadata(path)) if params is None else dict.fromkeys(families, params)
    monitor = Monitor(dict(sorted(families.items())), params=own)
    results: list[Result] = []
    for packet in packets:
        results.extend(monitor.receive(packet))
    results.extend(monitor.finish(monitor.now_us * 1000))
    check_usable(path, damage, monitor.health.values())
    mounts = list(monitor.sensors) if wanted is None else [wanted]
    several = len(mounts) > 1
    for mount in mounts:
        folder = None if place is None else place / mount if several else place
        totals = monitor.sensors[mount].totals()
        doubts = list(doubts_of_packets(damage, [monitor.health[mount]]))
        if totals.rate_hz and (slow := doubt_of_rate(totals.rate_hz)):
            doubts.append(f"{mount} is {slow}")
        doubt = f"{path}: {'; also '.join(doubts)}" if doubts else ""
        origin = _origin(path, mount, own.get(mount, Params()), doubt)
        yield _analysis(path, mount, totals=totals, results=results, origin=origin, place=folder)


def _origin(path: Path, mount: Mount, params: Params, doubt: str = "") -> Origin:
    return Origin(str(path), params.above_ankle_m if mount.segment == "shin" else None, doubt)


def _analysis(
    path: Path,
    mount: Mount,
    *,
    totals: Totals,
    results: Sequence[Result],
    origin: Origin,
    place: Path | None,
) -> Analysis:
    strides = tuple(result for result in results if isinstance(result, Stride) and result.mount is mount)
    alerts = tuple(
        result for result in results if isinstance(result, Alert) and result.mount in (mount, None)
    )
    summary = summarise(strides, totals)
    if place is not None:
        write_results(place, strides, summary=summary, origin=origin)
    return Analysis(path, mount, strides, alerts, summary, origin, place)
