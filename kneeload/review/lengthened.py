"""Whether this run was longer than the runner's runs of late: most knee pain comes from too much, too soon.

The limit is that of Frandsen et al. 2025 (doi 10.1136/bjsports-2024-109380): a session against the longest
of the 30 days before. Theirs is distance; here it is time spent running, which is known of every run. It says
how runs grew, and nothing of what comes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kneeload.errors import JournalError, RowError
from kneeload.journal import Journal, Run
from kneeload.last_runs import is_demo
from kneeload.spoken import with_unit

__all__ = ["LEAST_RUNS", "Lately", "lengthened_text", "runs_of_late"]

DAYS: Final = 30
DAYS_NS: Final = DAYS * 86_400_000_000_000
LIMIT: Final = 1.1
# Fewer may be trials of the sensors.
LEAST_RUNS: Final = 3


@dataclass(frozen=True, slots=True)
class Lately:
    """The runner's runs of the 30 days before a run. longest_s: of running, in one of them."""

    runs: int
    longest_s: float


def runs_of_late(journal: Journal, about: Run, known: Sequence[Run]) -> Lately | None:
    """Of all that are kept, with whatever sensors; demos with demos alone. None where too few had running."""
    times_s = []
    for run in known:
        same = run.runner == about.runner and is_demo(run) is is_demo(about)
        if not same or not 0 < about.started_ns - run.started_ns <= DAYS_NS:
            continue
        try:
            running_s = max((row.running_s for row in journal.summaries(run.run)), default=0.0)
        except (RowError, JournalError):
            continue  # a damaged row of an old run must not keep a newer one from being looked at
        if running_s > 0:
            times_s.append(running_s)
    return Lately(len(times_s), max(times_s)) if len(times_s) >= LEAST_RUNS else None


def lengthened_text(running_s: float, lately: Lately | None) -> str:
    """Empty where it was not clearly longer, or nobody knows."""
    if lately is None or running_s <= LIMIT * lately.longest_s:
        return ""
    before = f"the longest of the {lately.runs} runs kept here from the {DAYS} days before"
    return (
        f"{with_unit(running_s)} of running; {before} had {with_unit(lately.longest_s)}. Lengthen runs "
        "slowly, and take rest days: too much, too soon is what most knee pain of runners comes from."
    )
