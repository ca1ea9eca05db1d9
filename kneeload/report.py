"""What a live run was: the JSON report that `live` and `demo` share, and the lines for a person."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from kneeload.conduct import Outcome
from kneeload.config import data_folder
from kneeload.errors import ConfigError
from kneeload.shown import cell, program
from kneeload.spoken import counted, lasting, missing

__all__ = ["given_up", "print_summary", "report_of"]

WAYS = (("MQTT", "mqtt"), ("InfluxDB", "influx"))


def report_of(outcome: Outcome) -> dict[str, object]:
    """The part of the JSON report that live and demo share."""
    monitor, outlets = outcome.keeper.monitor, outcome.outlets
    health = monitor.health
    return {
        "run": outcome.run,
        "duration_s": round(outcome.duration_s, 3),
        "sensors": [
            {
                "mount": str(mount),
                "packets_received": h.packets_received,
                "packets_bad": h.packets_bad,
                "packets_duplicate": h.packets_duplicate,
                "samples_received": h.samples_received,
                "samples_lost": h.samples_lost,
                "reconnects": h.reconnects,
            }
            for mount, h in health.items()
        ],
        "strides": monitor.strides,
        "alerts": outcome.keeper.alerts_raised,
        "journal": {"strides": outcome.journalled["stride"]},
        "dropped": {
            "packets": outcome.keeper.recorder.packets_dropped,
            "results": outcome.keeper.saver.dropped,
        },
        "mqtt": {
            "broker": outlets.mqtt.where if outlets.mqtt else None,
            "published": outlets.mqtt.delivered if outlets.mqtt else 0,
            "waiting": outlets.mqtt.behind if outlets.mqtt else 0,
            "given_up": outlets.mqtt.given_up if outlets.mqtt else None,
        },
        "influx": {
            "server": outlets.influx.server or outlets.influx.where if outlets.influx else None,
            "written": outlets.influx.delivered if outlets.influx else 0,
            "waiting": outlets.influx.behind if outlets.influx else 0,
            "given_up": outlets.influx.given_up if outlets.influx else None,
        },
        "latency_ms": {
            "p50": _rounded(outcome.keeper.latencies.percentile_ms(50)),
            "p95": _rounded(outcome.keeper.latencies.percentile_ms(95)),
        },
    }


def given_up(report: Mapping[str, object]) -> str | None:
    """Which ways out were given up in mid-run, and why; None where none was."""
    ways = [(name, part.get("given_up")) for name, key in WAYS if isinstance(part := report[key], Mapping)]
    return "; ".join(f"{name}: {why}" for name, why in ways if why) or None


def print_summary(report: Mapping[str, object], console: Console, *, folder: Path) -> None:
    """What a run was, in a few lines, and what to do next. folder: where its data is kept."""
    run, took = report["run"], lasting(float(str(report["duration_s"])))
    console.print(
        f"{run}: {counted(report['strides'], 'foot contact')} in {took}, "
        f"{counted(report['alerts'], 'alert')}",
        highlight=False,
        soft_wrap=True,
    )
    dropped = report["dropped"]
    if isinstance(dropped, dict) and (lacking := missing(**dropped)):
        console.print(cell(f"{lacking}; free some space before the next run"), soft_wrap=True)
    # A command that finds the run: others look where KNEELOAD_HOME or the usual configuration says.
    try:
        found = data_folder(None) == folder
    except ConfigError:
        found = False
    where = "" if found else f" --data-dir {shlex.quote(_short(folder))}"
    console.print("what happened and why:")
    console.print(cell(f"  {program()} review {run}{where}"), soft_wrap=True)


def _short(folder: Path) -> str:
    """Below the folder that a person is in, the way from there."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
