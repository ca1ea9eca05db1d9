"""Tables of what was found on recordings of people."""

from collections.abc import Iterable

from benchmarks.foot_speed import FASTEST, SLOWEST
from benchmarks.hip_cadence import DRIFT
from benchmarks.peers import PEERS
from benchmarks.score import Figures, Score, figures
from benchmarks.sheet import Sheet, number
from benchmarks.validate.altered import altered_sheet
from benchmarks.validate.quality import quality_sheet, together, winner_sheet
from benchmarks.validate.recorded import OURS, BleFoot, Counted, Judged, Outdoor
from benchmarks.validate.results import Recorded

__all__ = ["FIGURE_HEADERS", "figure_row", "peer_sheet", "recorded_sheets"]

FIGURE_HEADERS = (
    "missed ‰",
    "extra ‰",
    "IC bias ms",
    "IC SD ms",
    "TO bias ms",
    "TO SD ms",
    "contact bias ms",
    "contact SD ms",
    "cadence error spm",
    "wrong activity %",
)


def figure_row(figures: Figures) -> tuple[str, ...]:
    return (
        number(figures.missed_per_1000),
        number(figures.extra_per_1000),
        number(figures.initial_contact_bias_ms),
        number(figures.initial_contact_sd_ms),
        number(figures.toe_off_bias_ms),
        number(figures.toe_off_sd_ms),
        number(figures.contact_time_bias_ms),
        number(figures.contact_time_sd_ms),
        number(figures.cadence_error_spm, 2),
        number(figures.wrong_activity_percent),
    )


def recorded_sheets(recorded: Recorded) -> list[Sheet]:
    groups = [
        (name, together(row.graded for row in rows if row.graded is not None))
        for name, rows in recorded.judged.items()
    ]
    return [
        *(
            sheet
            for name, rows in recorded.judged.items()
            for sheet in (*_judged(name, rows, recorded.set_aside[name]), *_sure(name, rows))
        ),
        _counted("vicon_shoe: strides of each trial", recorded.vicon_shoe),
        _outdoor(recorded.outdoor),
        _ble(recorded.ble),
        altered_sheet(recorded.altered),
        quality_sheet("recordings: contacts by their quality", groups),
        winner_sheet("recordings: contacts by the landmark that won", groups),
    ]


def _judged(data_set: str, rows: list[Judged], set_aside: list[Judged]) -> Iterable[Sheet]:
    for activity in ("run", "walk"):
        ours = [row for row in rows if row.activity == activity and row.method == OURS]
        if not ours:
            continue
        truth = sum(row.score.contacts for row in ours)
        unjudged = sum(row.score.unjudged for row in ours)
        yield Sheet(
            title=f"{data_set}, {'running' if activity == 'run' else 'walking'}: {truth} contacts",
            headers=("method", *FIGURE_HEADERS),
            rows=tuple(
                (name, *(figure_row(figures(scores)) if scores else ("–",) * len(FIGURE_HEADERS)))
                for name, scores in _by_method(rows, activity)
            ),
            notes=(f"{unjudged} of our contacts lie where this truth lists none and are not judged.",),
        )
    yield Sheet(
        title=f"{data_set}: {OURS}, trial by trial",
        headers=("trial", "contacts", *FIGURE_HEADERS),
        rows=tuple(
            (row.trial + mark, str(row.score.contacts), *figure_row(figures([row.score])))
            for some, mark in ((rows, ""), (set_aside, " *"))
            for row in some
            if row.method == OURS
        ),
        notes=("*: set aside, not in the figures above: this truth ends after its recording.",)
        if set_aside
        else (),
    )


def _sure(data_set: str, rows: list[Judged]) -> Iterable[Sheet]:
    """Where a truth has contacts that its own samples contradict: the counts without them."""
    doubtful = [
        f"{row.trial} at {contact_s:.2f} s ({100 * share:.0f} %)"
        for row in rows
        for contact_s, share in row.doubtful
    ]
    if not doubtful:
        return
    groups = [
        (name, [row.sure for row in rows if row.method == name])
        for name in dict.fromkeys(row.method for row in rows)
    ]
    yield Sheet(
        title=f"{data_set}: contacts that the foot's own speed bears out",
        headers=("method", "contacts", *FIGURE_HEADERS[:2]),
        rows=tuple(
            (name, str(sum(score.contacts for score in scores)), *figure_row(figures(scores))[:2])
            for name, scores in groups
        ),
        notes=(
            f"Without {' and '.join(doubtful)}: the foot's speed at that time, of its swing's highest. At a "
            f"contact it is between {100 * SLOWEST:.0f} and {100 * FASTEST:.0f} %: less is standing, more is "
            "mid-swing. What is found nearest to them is not judged.",
        ),
    )


def _by_method(rows: list[Judged], activity: str) -> Iterable[tuple[str, list[Score]]]:
    """Ours, then every peer for this site; one that could not be asked has no scores."""
    mine = [row for row in rows if row.activity == activity]
    yield OURS, [row.score for row in mine if row.method == OURS]
    asked = {row.method for row in rows}
    sites = {method.site for method in PEERS if method.name in asked}
    for method in PEERS:
        if method.site in sites:
            yield method.name, [row.score for row in mine if row.method == method.name]


def _counted(title: str, rows: list[Counted]) -> Sheet:
    methods = list(dict.fromkeys(row.method for row in rows))
    cells = {(row.trial, row.method): row for row in rows}
    trials = list(dict.fromkeys(row.trial for row in rows))
    body = [
        (
            trial,
            str(cells[trial, OURS].true_strides),
            *(str(cells[trial, name].strides) if (trial, name) in cells else "–" for name in methods),
            number(100 * cells[trial, OURS].wrong_activity / max(1, cells[trial, OURS].strides)),
        )
        for trial in trials
    ]
    within = [
        sum(abs(row.strides - row.true_strides) <= 1 for row in rows if row.method == name)
        for name in methods
    ]
    body.append(("trials within ±1", str(len(trials)), *(str(count) for count in within), ""))
    return Sheet(title, ("trial", "true", *methods, "wrong activity %"), tuple(body))


def _outdoor(row: Outdoor) -> Sheet:
    return Sheet(
        title="outdoor_shoe: cadence of the shoe against that of the hip",
        headers=(
            "5 s windows",
            "mean difference spm",
            "SD spm",
            "octave errors",
            "stops found",
            "wrong activity %",
        ),
        rows=(
            (
                str(row.windows),
                number(row.mean_difference_spm, 2),
                number(row.sd_difference_spm, 2),
                str(row.octave_errors),
                f"{row.stops_found} of {row.stops}",
                number(row.wrong_activity_percent),
            ),
        ),
        notes=(
            "The hip's cadence counts the turns of its oscillation at the step rate, which autocorrelation "
            "tells from its multiples; windows in which it is not a steady run are left out, "
            f"{row.drifting} of them because the step rate changes by more than {100 * DRIFT:.0f} % within.",
            "A stop is found when no stride lies in the three seconds or more in which the hip did not move.",
        ),
    )


def _ble(row: BleFoot) -> Sheet:
    return Sheet(
        title="ble_foot: strides, clipping and gaps over a real Bluetooth link",
        headers=(
            "strides",
            "true",
            "with clipped samples",
            "of them flagged",
            "flagged without",
            "with missing samples",
            "of them flagged",
        ),
        rows=(
            (
                str(row.strides),
                str(row.true_strides),
                str(row.railed),
                str(row.railed_flagged),
                str(row.clean_flagged),
                str(row.gapped),
                str(row.gapped_flagged),
            ),
        ),
        notes=(
            "Counted here, apart from dsp, from the samples from 10 ms before initial contact to toe-off; "
            "clipped: within 0.7 % of the range.",
        ),
    )


def peer_sheet() -> Sheet:
    """What each method of the literature was given."""
    return Sheet(
        title="The methods of the literature",
        headers=("method", "site", "needs", "our reading of the rule", "source"),
        rows=tuple(
            (method.name, method.site, method.needs, method.reading, method.source) for method in PEERS
        ),
    )
