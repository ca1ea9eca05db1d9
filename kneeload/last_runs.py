"""What is usual for a runner by now: out of the journal, from the last runs with the same sensors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from alerts.baseline import Baseline
from alerts.earlier import LEAST_RUNS, usual_of_run, usual_of_runs
from dsp.mount import Mount
from kneeload.config import Config
from kneeload.errors import JournalError, RowError
from kneeload.journal import Journal, Run
from kneeload.settings import SensorSettings

__all__ = ["DEMO", "MOST_RUNS", "compared_line", "is_demo", "to_compare", "usual_by_now"]

# How the note of a run begins that nobody ran.
DEMO: Final = "demo"

MOST_RUNS: Final = 5
# Runs with other sensors or too few strides are passed over; not for ever.
LOOKED_AT: Final = 15
# Of all sensors of a run together: about nine minutes of two, running. Who comes back from pain walks first.
STRIDES_A_RUN: Final = 1500
OLDEST_DAYS: Final = 60
OLDEST_NS: Final = OLDEST_DAYS * 86_400_000_000_000

# What changes a sensor's signals; another value makes it another sensor.
SIGNAL: Final = ("family", "rate_hz", "acc_range_g", "gyro", "above_ankle_m")


def usual_by_now(journal: Journal, config: Config, *, now_ns: int) -> Baseline:
    """From the last runs of this runner with these sensors; nothing from runs older than 60 days."""
    if not config.runner.compare_with_last_runs:
        return {}
    worn = {sensor.mount: sensor for sensor in config.sensors}
    found: list[Baseline] = []
    for run in to_compare(journal.runs(), config.runner.name, now_ns=now_ns):
        before = _sensors(run.config)
        same = {mount for mount, sensor in worn.items() if _is_same(sensor, before.get(mount))}
        if not same:
            continue
        try:
            strides = journal.first_strides(run.run, STRIDES_A_RUN, "run")
        except (RowError, JournalError):
            continue  # a damaged row of an old run must not keep a new one from beginning
        usual = usual_of_run([stride for stride in strides if stride.mount in same])
        if usual:
            found.append(usual)
        if len(found) == MOST_RUNS:
            break
    return usual_of_runs(found)


def compared_line(baseline: Baseline) -> str:
    """What a run is compared with, in one line."""
    if not baseline:
        return (
            f"alerts compare with this run's own first minutes; after {LEAST_RUNS} runs with these sensors "
            f"within {OLDEST_DAYS} days they compare with those runs"
        )
    runs: dict[Mount, int] = {}
    for (_, mount), usual in baseline.items():
        runs[mount] = max(runs.get(mount, 0), usual.runs)
    counts = sorted(set(runs.values()))
    if len(counts) == 1:
        return f"alerts compare with your last {counts[0]} runs: {', '.join(sorted(runs))}"
    places = ", ".join(f"{mount} {count}" for mount, count in sorted(runs.items()))
    return f"alerts compare with your last runs: {places}"


def is_demo(run: Run) -> bool:
    """Nobody ran it."""
    return run.note.startswith(DEMO)


def to_compare(runs: Sequence[Run], runner: str, *, now_ns: int, demos: bool = False) -> Iterator[Run]:
    """The last of these that a run of now may be compared with, the newest first; demos with demos alone."""
    own = [run for run in runs if run.runner == runner and is_demo(run) is demos]
    for run in own[: -LOOKED_AT - 1 : -1]:
        if 0 <= now_ns - run.started_ns <= OLDEST_NS:
            yield run


def _sensors(settings: Mapping[str, Any]) -> dict[Mount, SensorSettings]:
    rows = settings.get("sensors")
    found: dict[Mount, SensorSettings] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            sensor = SensorSettings.model_validate(row)
        except ValidationError:
            continue
        found[sensor.mount] = sensor
    return found


def _is_same(sensor: SensorSettings, before: SensorSettings | None) -> bool:
    """Known by its address where both times it was, else by its name."""
    if before is None or any(getattr(sensor, name) != getattr(before, name) for name in SIGNAL):
        return False
    if sensor.address is not None and before.address is not None:
        return sensor.address == before.address
    return sensor.name is not None and sensor.name == before.name
