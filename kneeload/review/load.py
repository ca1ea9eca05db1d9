"""A run out of the journal and its packets' file."""

from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from alerts.baseline import Baseline
from alerts.errors import RuleError
from alerts.rules import RULES, Rule
from dsp.mount import Mount
from ingest import recording
from ingest.damage import Damage
from ingest.errors import RecordingError
from ingest.sensors import FAMILIES
from kneeload.errors import KeptSettingsError
from kneeload.held import Held, kept_rules
from kneeload.journal import Journal, Run
from kneeload.place import packets_of
from kneeload.review.earlier import earlier_runs
from kneeload.review.errors import UnknownRunError
from kneeload.review.lasted import duration_s
from kneeload.review.lengthened import runs_of_late
from kneeload.review.run_data import RunData
from kneeload.review.waveform import cut, windows_of
from kneeload.tally import Tally

__all__ = ["load"]


def load(data_dir: Path, run: str) -> RunData:
    """Everything the review shows. Raises UnknownRunError; packets that cannot be read only cost the
    waveforms.
    """
    with Journal.open(data_dir) as journal:
        known = journal.runs()
        about = next((row for row in known if row.run == run), None)
        if about is None:
            raise UnknownRunError(run, tuple(row.run for row in known))
        strides = sorted(journal.strides(run), key=lambda s: s.initial_contact_us)
        alerts = tuple(journal.alerts(run))
        summaries = tuple(journal.summaries(run))
        health = tuple(journal.health(run))
        earlier = earlier_runs(journal, about, known, strides)
        lately = runs_of_late(journal, about, known)
    data = RunData(
        run=run,
        runner=about.runner,
        duration_s=duration_s(about, strides, [row.t_us for row in summaries] + [row.t_us for row in health]),
        strides=tuple(strides),
        alerts=alerts,
        summaries=summaries,
        health=health,
        rules=rules_of(about),
        usual=usual_of(about),
        sensors=sensors_of(about),
        note=about.note,
        earlier=earlier,
        lately=lately,
    )
    return with_waveforms(data, packets_of(data_dir, run))


def with_waveforms(data: RunData, path: Path) -> RunData:
    """The same run with the samples around its alerts, as far as packets can be read, and why no further."""
    windows = windows_of(data.alerts, data.mounts)
    if not windows:
        return data
    tally, damage = Tally(data.health), Damage()
    try:
        waveforms = cut(tally.through(recording.read(path, damage)), windows)
    except RecordingError as error:
        return replace(data, unreadable=dict.fromkeys(Mount, f"{path.name}: {error.what}"))
    unreadable: dict[Mount, str] = {}
    if strange := sorted(tally.families - FAMILIES.keys()):
        what = f"{path.name}: sensors that this version does not know, {', '.join(strange)}"
        unreadable = dict.fromkeys(Mount, what)
    else:
        # What is damaged at its very end looks as if it was cut off.
        how = str(damage) or "damaged or cut off"
        unreadable = {mount: f"{path.name}: {how}, with {left}" for mount, left in tally.lacking().items()}
    damaged = f"{path.name} {damage}" if damage.pieces else ""
    return replace(data, waveforms=waveforms, unreadable=unreadable, damaged=damaged)


def rules_of(about: Run) -> tuple[Rule, ...]:
    """The rules with the limits that the run's configuration set; the usual ones where that is unreadable."""
    try:
        return kept_rules(about)
    except (RuleError, ValidationError):
        return RULES


def usual_of(about: Run) -> Baseline:
    """What was known of the runner when the run began; nothing where that cannot be read any more."""
    try:
        return Held.of(about).baseline
    except KeptSettingsError:
        return {}


def sensors_of(about: Run) -> dict[Mount, str]:
    """What the configuration calls the sensor on each mount."""
    out: dict[Mount, str] = {}
    rows = about.config.get("sensors")
    for row in rows if isinstance(rows, list) else ():
        try:
            out[Mount(row["mount"])] = str(row.get("name") or row.get("address") or "")
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return out
