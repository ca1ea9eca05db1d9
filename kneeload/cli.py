"""The command line."""

import os
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dsp.mount import Mount
from ingest.text import one_line
from kneeload.failures import told
from kneeload.fault_help import CommandWithFaults
from kneeload.options import (
    AboveAnkle,
    ConfigFile,
    DataDir,
    Duration,
    Fault,
    Json,
    Recordings,
    ResultsFolder,
    RunId,
    Runner,
    Seed,
    WornAt,
    asks_json,
    named,
)
from kneeload.said import fail, fail_where_given_up, print_json
from kneeload.shown import cell
from kneeload.unread import outlive_readers

__all__ = ["app", "main"]

app = typer.Typer(
    help="Impact shock, cadence and contact time of runners, from motion sensors on shins or shoes.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

out = Console()


def print_version(wanted: bool) -> None:
    """The version alone; then the program ends."""
    if wanted:
        out.print(f"kneeload {version('kneeload')}", highlight=False)
        raise typer.Exit


@app.callback()
def main_options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """What holds for every command."""


@app.command(cls=CommandWithFaults)
def demo(
    duration: Duration = None,
    recording: Annotated[
        Path | None, typer.Option(help="Play this recording (CSV, Parquet) instead.")
    ] = None,
    mount: Annotated[list[Mount] | None, typer.Option(help="Where the sensors are worn; repeatable.")] = None,
    seed: Seed = 1,
    fault: Fault = None,
    speedup: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=1000,
            help="How many times as fast as real time. The run is dated earlier, so that it ends now.",
        ),
    ] = 1.0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a demo that was cut off.")] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Run virtual sensors on a simulated radio through the whole pipeline.

    Its runs are kept apart from real ones, unless --data-dir or a configuration says where.
    Without a duration or a recording it also ends when the pipe that it prints into is closed.
    With --json the report also holds what there was to find, as "truth" (docs/gait-model.md).
    """
    from kneeload.demo import DemoOptions, run_demo

    options = DemoOptions(
        duration_s=duration,
        recording=recording,
        mounts=tuple(mount or ()),
        seed=seed,
        faults=tuple(fault or ()),
        speedup=speedup,
        resume=resume,
    )
    report = run_demo(options, config_file=config, data_dir=data_dir, console=None if as_json else out)
    if as_json:
        print_json(report)
    fail_where_given_up(report)


@app.command()
def live(
    config: ConfigFile = None,
    duration: Duration = None,
    resume: Annotated[
        bool | None,
        typer.Option(
            "--resume/--new",
            help="Go on with a run that was cut off, or begin a new one. By default one that was cut off "
            "less than five minutes ago goes on; on a terminal you are asked first.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Record a run from the sensors in the configuration."""
    from kneeload.live import run_live

    report = run_live(
        config_file=config,
        data_dir=data_dir,
        duration_s=duration,
        console=None if as_json else out,
        resume=resume,
    )
    if as_json:
        print_json(report)
    fail_where_given_up(report)


@app.command()
def scan(
    seconds: Annotated[float, typer.Option(min=1, max=120, help="How long to listen.")] = 8.0,
    as_json: Json = False,
) -> None:
    """List the sensors in range, with the lines to put into the configuration."""
    from kneeload.scanning import run_scan

    report = run_scan(seconds, console=None if as_json else out)
    if as_json:
        print_json(report)


@app.command()
def doctor(
    config: ConfigFile = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send what servers refused once more, with the next run.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what is missing on this machine, and the command that fixes it."""
    from kneeload.config import default_config_file, load
    from kneeload.doctor import examine, show
    from kneeload.journal import Journal
    from kneeload.place import journal_of

    loaded = load(config or default_config_file(), data_dir=data_dir)
    if resend and journal_of(loaded.data.dir).exists():
        with Journal.open(loaded.data.dir) as journal:
            journal.deliveries.try_again()
    findings = examine(loaded, loaded.data.dir)
    if as_json:
        print_json(
            {"findings": [{"name": f.name, "state": f.state, "what": f.what, "fix": f.fix} for f in findings]}
        )
    else:
        show(findings, out)
    if any(f.state == "missing" for f in findings):
        raise typer.Exit(1)


@app.command(cls=CommandWithFaults)
def sim(
    transport: Annotated[
        str, typer.Option(help="Any controller Bumble can open: usb:0, hci-socket:1, vhci, …")
    ],
    mount: Annotated[list[Mount] | None, typer.Option(help="Where the sensors are worn; repeatable.")] = None,
    recording: Annotated[Path | None, typer.Option(help="Play this recording (CSV, Parquet).")] = None,
    family: Annotated[
        str, typer.Option(help="Which family of sensors to imitate: docs/sensors.md.")
    ] = "kneeload-v1",
    seed: Seed = 1,
    fault: Fault = None,
    ready_file: Annotated[Path | None, typer.Option(help="Created once the sensors advertise.")] = None,
    as_json: Json = False,
) -> None:
    """Run a virtual sensor on a real or virtual Bluetooth controller.

    With --json the report at the end says what really happened: samples taken, dropped, sent.
    """
    from kneeload.simulating import run_sim

    report = run_sim(
        transport,
        mounts=tuple(mount or ()),
        recording=recording,
        family=family,
        seed=seed,
        faults=tuple(fault or ()),
        ready_file=ready_file,
        console=None if as_json else out,
    )
    if as_json:
        print_json(report)


@app.command()
def analyze(
    files: Recordings,
    mount: WornAt = None,
    output: ResultsFolder = None,
    above_ankle_m: AboveAnkle = None,
    as_json: Json = False,
) -> None:
    """Put recordings through the same pipeline as a live run.

    Of several files those that cannot be read are reported and skipped; the exit status is then 2.
    Results that an earlier call wrote for such a file are renamed, to end in .stale.
    """
    from kneeload.analyze import run_analyze

    console = None if as_json else out
    report = run_analyze(files, mount=mount, output=output, console=console, above_ankle_m=above_ankle_m)
    if as_json:
        print_json(report)
    if report["refused"]:
        raise typer.Exit(2)


@app.command()
def runs(
    prune: Annotated[
        bool, typer.Option("--prune", help="Show what room old runs take; with --yes, remove them.")
    ] = False,
    keep_days: Annotated[
        float, typer.Option(min=0, max=1e5, help="For --prune: how many days runs are kept.")
    ] = 90.0,
    yes: Annotated[bool, typer.Option("--yes", help="For --prune: do it.")] = False,
    recover: Annotated[
        bool,
        typer.Option(
            "--recover",
            help="Compute from recorded packets what the journal lacks: the ends of runs that were "
            "cut off, and runs that it does not know.",
        ),
    ] = False,
    runner: Runner = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the runs that were recorded."""
    from kneeload.keeping import prune_runs, recover_runs
    from kneeload.listing import list_runs, runs_folder

    if sum((prune, recover)) > 1 or (yes and not prune):
        raise typer.BadParameter("--prune with or without --yes, or --recover, each alone")
    if recover and runner is not None:
        raise typer.BadParameter("--recover is for the runs of everybody, without --runner")
    console, folder = None if as_json else out, runs_folder(data_dir, config)
    if prune:
        report = prune_runs(folder, keep_days=keep_days, sure=yes, console=console, runner=runner)
    elif recover:
        report = recover_runs(folder, console=console)
    else:
        report = list_runs(folder, console=console, runner=runner)
    if as_json:
        print_json(report)


@app.command()
def replay(
    run: RunId,
    live_speed: Annotated[
        bool, typer.Option("--live", help="At the speed at which it happened, not as fast as possible.")
    ] = False,
    runner: Runner = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Compute a run again from its packets."""
    from kneeload.listing import runs_folder
    from kneeload.replay import run_replay

    folder, console = runs_folder(data_dir, config), None if as_json else out
    report = run_replay(run, data_dir=folder, in_real_time=live_speed, console=console, runner=runner)
    if as_json:
        print_json(report)


@app.command()
def review(
    run: RunId,
    output: Annotated[
        Path | None, typer.Option(parser=named, metavar="PATH", help="The page; default: RUN.html here.")
    ] = None,
    runner: Runner = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write what happened in a run and why, as one HTML page."""
    from kneeload.listing import resolve_run, runs_folder
    from kneeload.review.page import write_review

    folder = runs_folder(data_dir, config)
    name = resolve_run(run, folder, runner)
    path = output or Path(f"{name}.html")
    write_review(folder, name, path)
    if as_json:
        print_json({"run": name, "page": str(path)})
    else:
        out.print(cell(f"open {path} in a browser"), soft_wrap=True)


@app.command()
def export(
    run: RunId,
    output: Annotated[
        Path | None, typer.Option(parser=named, metavar="PATH", help="A folder; default: RUN here.")
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="Each sensor's samples too, as Parquet where pyarrow is installed, else CSV."
        ),
    ] = False,
    runner: Runner = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Write a run's data as CSV.

    Files of an earlier export that this one does not replace are renamed, to end in .stale.
    """
    from kneeload.export import export_run
    from kneeload.listing import resolve_run, runs_folder

    folder = runs_folder(data_dir, config)
    name = resolve_run(run, folder, runner)
    files, stale, doubt = export_run(folder, name, output or Path(name), raw=raw)
    if doubt:
        typer.echo(one_line(doubt), err=True)
    if stale:
        typer.echo(one_line(f"what an earlier export wrote is {', '.join(map(str, stale))} now"), err=True)
    if as_json:
        report = {"files": list(map(str, files)), "stale": list(map(str, stale)), "doubt": doubt}
        print_json({"run": name, **report})
    else:
        for file in files:
            out.print(cell(file), soft_wrap=True)


def main() -> None:
    """The program: an error is one line; exit code 2 where a person can mend it, 1 where the run failed."""
    unseen = outlive_readers()
    try:
        code = app(args=sys.argv[1:] or ["--help"], prog_name="kneeload", standalone_mode=False)
    except Exception as error:
        if os.environ.get("KNEELOAD_TRACEBACK"):
            raise
        message, exit_code = told(error)
        if asks_json(sys.argv):  # no report came before it
            with suppress(OSError):  # standard output itself may be what failed
                print_json({"error": one_line(message)})
        fail(message, exit_code)
    if (why := unseen()) is not None:
        fail(f"standard output: {why.strerror}; what was to be shown is cut off, all else is done", 1)
    if code:
        raise SystemExit(code)
