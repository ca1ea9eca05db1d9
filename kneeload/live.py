"""The command `live`: the configured sensors through a whole run."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from dsp.mount import Mount
from ingest.ble import Problem, run_links
from ingest.links import WornSensor
from kneeload.clock import MonotonicClock, RunClock
from kneeload.conduct import Outcome, conduct
from kneeload.config import Config, default_config_file, default_config_path, load
from kneeload.failures import UsageError
from kneeload.offer import offer
from kneeload.report import print_summary, report_of
from kneeload.resume import Cut
from kneeload.settings import SensorSettings
from kneeload.stopping import stop_signals, wait_for
from kneeload.view import View, make_view, timed

__all__ = ["noting_problems", "run_live"]


def run_live(
    *,
    config_file: Path | None,
    data_dir: Path | None,
    duration_s: float | None,
    console: Console | None,
    resume: bool | None = None,
) -> dict[str, object]:
    """What the command does: the sensors of the configuration until Ctrl-C, SIGTERM or the duration's end.

    resume: go on with a run that was cut off (True), begin a new one (False), or see kneeload.offer.
    """
    file = config_file or default_config_file()
    config = load(file, data_dir=data_dir)
    if not config.sensors:
        where = file or f"{default_config_path()} (no such file)"
        raise UsageError(
            f"no [[sensors]] in {where}: kneeload scan prints the lines for it, "
            "kneeload.example.toml explains them; --config names another file"
        )
    worn = [_worn(sensor) for sensor in config.sensors]
    cut = offer(config, _families(worn), wanted=resume)
    report = report_of(asyncio.run(_live(config, worn, duration_s=duration_s, console=console, cut=cut)))
    if console is not None:
        print_summary(report, console, folder=config.data.dir)
    return report


def _worn(sensor: SensorSettings) -> WornSensor:
    return WornSensor(
        sensor.mount,
        address=sensor.address,
        name=sensor.name,
        family=sensor.family,
        rate_hz=sensor.rate_hz,
        acc_range_g=float(sensor.acc_range_g),
        gyro=sensor.gyro,
        pair=sensor.pair,
    )


def _families(worn: Sequence[WornSensor]) -> dict[Mount, str]:
    return {sensor.mount: sensor.family for sensor in worn}


async def _live(
    config: Config,
    worn: Sequence[WornSensor],
    *,
    duration_s: float | None,
    console: Console | None,
    cut: Cut | None,
) -> Outcome:
    clock = MonotonicClock(cut.begin_ns() if cut else 0)
    mounts = [sensor.mount for sensor in worn]
    with stop_signals() as stop, make_view(console, config.runner.name, mounts) as view:
        return await conduct(
            config,
            clock=clock,
            links=lambda receive: run_links(
                worn,
                receive,
                now_ns=clock.now_ns,
                sleep=clock.sleep,
                on_problem=noting_problems(view, clock),
            ),
            families=_families(worn),
            until=lambda: wait_for(stop, clock, duration_s),
            view=view,
            cut=cut,
            with_last_runs=True,
        )


def noting_problems(view: View, clock: RunClock) -> Callable[[Problem], None]:
    """Notes each problem of the links in one line, with the time of the run."""
    note = timed(view, clock.now_ns)
    return lambda problem: note(f"{problem.mount or 'Bluetooth'}: {problem.what}")
