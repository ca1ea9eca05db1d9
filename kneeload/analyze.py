"""Recordings through the same pipeline as a live run: strides.csv and summary.json of each sensor."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import RunSummary, summarise
from ingest import recording
from ingest.files import blocks, read_recording
from ingest.sensors import FAMILIES
from kneeload.errors import KneeloadError
from kneeload.failures import UsageError
from kneeload.monitor import Monitor
from kneeload.results import Result
from kneeload.strides_csv import write_strides
from kneeload.view import number

__all__ = ["Analysis", "AnalyzeError", "analyze", "run_analyze"]

Progress = Callable[[Path], None]


class AnalyzeError(KneeloadError):
    """Nothing can be made of a recording, or its results cannot be written."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one sensor's recording holds; directory is None when nothing was written."""

    path: Path
    mount: Mount
    strides: tuple[Stride, ...]
    alerts: tuple[Alert, ...]
    summary: RunSummary
    directory: Path | None


def analyze(
    paths: Sequence[Path],
    mount: Mount | None,
    output: Path | None = None,
    *,
    progress: Progress | None = None,
) -> list[Analysis]:
    """One Analysis a sensor, in the order of the files; with several of them each gets a folder of its own.

    A packets.mcap knows its mounts, other recordings need one. Raises IngestError or
    KneeloadError.
    """
    folders = _folders(paths)
    analyses: list[Analysis] = []
    for path, folder in zip(paths, folders, strict=True):
        if progress is not None:
            progress(path)
        place = None if output is None else output / folder
        if path.suffix == ".mcap":
            analyses.extend(_packets(path, place))
        elif mount is None:
            raise UsageError(f"{path}: --mount must say where this sensor was worn")
        else:
            analyses.append(_recording(path, mount, place=place))
    return analyses


def run_analyze(
    files: Sequence[Path], *, mount: Mount | None, output: Path | None, console: Console | None
) -> dict[str, object]:
    """What the command does: analyses, prints one table, gives the JSON report."""

    def said(path: Path) -> None:
        if console is not None:
            console.print(f"{path}", highlight=False, soft_wrap=True, markup=False)

    analyses = analyze(files, mount, output, progress=said if len(files) > 1 else None)
    if console is not None:
        console.print(_table(analyses))
        for analysis in analyses:
            if analysis.directory is not None:
                console.print(f"{analysis.directory}", highlight=False, soft_wrap=True, markup=False)
    rows = [_report(analysis) for analysis in analyses]
    # Of one recording the summary itself, so that nobody has to unpack a list of one.
    return {**(rows[0] if len(rows) == 1 else {}), "recordings": rows}


def _folders(paths: Sequence[Path]) -> list[Path]:
    """A folder under the output for each file, named after it; none when there is one file only."""
    if len(paths) == 1:
        return [Path()]
    taken: set[str] = set()
    folders = []
    for path in paths:
        # Every run's packets have the same file name: the run's folder tells them apart.
        name = path.resolve().parent.name if path.name == "packets.mcap" else path.stem
        number = 1
        folder = name
        while folder in taken:
            number += 1
            folder = f"{name}-{number}"
        taken.add(folder)
        folders.append(Path(folder))
    return folders


def _recording(path: Path, mount: Mount, *, place: Path | None) -> Analysis:
    samples = read_recording(path, mount)
    monitor = Monitor({mount: None})
    results: list[Result] = []
    for block in blocks(samples):
        results.extend(monitor.receive_block(block))
    results.extend(monitor.finish(int(samples.t_us[-1]) * 1000))
    return _analysis(path, mount, monitor=monitor, results=results, place=place)


def _packets(path: Path, place: Path | None) -> Iterator[Analysis]:
    families = {packet.mount: packet.family for packet in recording.read(path)}
    if not families:
        raise AnalyzeError("holds no packets", path=path)
    unknown = sorted(set(families.values()) - set(FAMILIES))
    if unknown:
        raise AnalyzeError(
            f"comes from sensors that this version does not know ({', '.join(unknown)})", path=path
        )
    monitor = Monitor(dict(sorted(families.items())))
    results: list[Result] = []
    for packet in recording.read(path):
        results.extend(monitor.receive(packet))
    results.extend(monitor.finish(monitor.now_us * 1000))
    several = len(families) > 1
    for mount in monitor.sensors:
        own = None if place is None else place / mount if several else place
        yield _analysis(path, mount, monitor=monitor, results=results, place=own)


def _analysis(
    path: Path, mount: Mount, *, monitor: Monitor, results: Sequence[Result], place: Path | None
) -> Analysis:
    strides = tuple(result for result in results if isinstance(result, Stride) and result.mount is mount)
    alerts = tuple(
        result for result in results if isinstance(result, Alert) and result.mount in (mount, None)
    )
    summary = summarise(strides, monitor.sensors[mount].totals())
    if place is not None:
        _write(place, strides, summary=summary)
    return Analysis(path, mount, strides, alerts, summary, place)


def _write(place: Path, strides: Sequence[Stride], *, summary: RunSummary) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
        write_strides(place / "strides.csv", strides)
        text = json.dumps(asdict(summary), indent=2, allow_nan=False)
        (place / "summary.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise AnalyzeError(f"cannot be written: {error.strerror or error}", path=place) from error


def _report(analysis: Analysis) -> dict[str, object]:
    return {
        "file": str(analysis.path),
        **asdict(analysis.summary),
        "alerts": sum(alert.state == "raised" for alert in analysis.alerts),
        "output": None if analysis.directory is None else str(analysis.directory),
    }


# Summary field, heading, factor, digits.
SHOWN = (
    ("strides", "strides", 1, 0),
    ("running_s", "running\ns", 1, 0),
    ("walking_s", "walking\ns", 1, 0),
    ("cadence_spm", "cadence\nsteps/min", 1, 1),
    ("contact_time_s", "contact\nms", 1000, 0),
    ("peak_resultant_g", "shock\ng", 1, 1),
    ("clipped_percent", "clipped\n%", 1, 1),
    ("lost_percent", "lost\n%", 1, 1),
)


def _table(analyses: Sequence[Analysis]) -> Table:
    table = Table()
    table.add_column("recording", overflow="fold")
    for _, heading, _, _ in SHOWN:
        table.add_column(heading, justify="right", no_wrap=True)
    for analysis in analyses:
        cells = [
            number(None if value is None else value * factor, digits)
            for field, _, factor, digits in SHOWN
            for value in [getattr(analysis.summary, field)]
        ]
        table.add_row(f"{escape(analysis.path.name)}\n{analysis.mount}", *cells)
    return table
