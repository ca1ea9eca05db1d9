"""The command `live`: the configured sensors through a whole run."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from ingest.ble import Problem, run_links
from ingest.links import WornSensor
from ingest.packet import Packet
from kneeload.clock import MonotonicClock
from kneeload.conduct import Outcome, conduct
from kneeload.config import default_config_file, default_config_path, load
from kneeload.failures import UsageError
from kneeload.offer import offer
from kneeload.report import print_summary, report_of
from kneeload.stopping import stop_signals, wait_for
from kneeload.view import make_view, timed

__all__ = ["run_live", "told"]


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
    worn = [
        WornSensor(
            sensor.mount,
            address=sensor.address,
            name=sensor.name,
            family=sensor.family,
            rate_hz=sensor.rate_hz,
            acc_range_g=float(sensor.acc_range_g),
            gyro=sensor.gyro,
            pair=sensor.pair,
        )
        for sensor in config.sensors
    ]

    families = {w.mount: w.family for w in worn}
    cut = offer(config, families, wanted=resume)

    async def go() -> Outcome:
        clock = MonotonicClock(cut.begin_ns() if cut else 0)

        async def links(receive: Callable[[Packet], None]) -> None:
            await run_links(
                worn,
                receive,
                now_ns=clock.now_ns,
                sleep=clock.sleep,
                on_problem=lambda problem: timed(view, clock.now_ns)(told(problem)),
            )

        with stop_signals() as stop, make_view(console, config.runner.name, [w.mount for w in worn]) as view:
            return await conduct(
                config,
                clock=clock,
                links=links,
                families=families,
                until=lambda: wait_for(stop, clock, duration_s),
                view=view,
                cut=cut,
                with_last_runs=True,
            )

    report = report_of(asyncio.run(go()))
    if console is not None:
        print_summary(report, console, folder=config.data.dir)
    return report


def told(problem: Problem) -> str:
    """A problem of the link in one line."""
    return f"{problem.mount or 'Bluetooth'}: {problem.what}"
