"""Every number that leaves the house has an entry in docs/metrics.md, and it says what the code does."""

import re
from dataclasses import fields

import pytest

from dsp import record, shin, shoe, vote
from dsp.impact import FILTER_ID
from dsp.params import Params
from dsp.pendulum import REACH_S, SPEEDS
from dsp.posture import SHANK_PHASE
from dsp.runner import RECENT
from dsp.summary import RunSummary
from kneeload.docs_measured import READINGS, measured
from kneeload.docs_tables import DOCS, measured_sheets
from kneeload.results_folder import Origin
from kneeload.streams import STREAMS
from kneeload.strides_csv import COLUMNS

PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
PARTS = (
    *("definition", "unit", "filter", "method", "source", "measured", "limits"),
    "not to be read as",
)
MEASURED_HERE = {"contacts": "strides"}  # reading -> entry, where they are not called alike


def entries() -> dict[str, dict[str, str]]:
    """Metric -> part -> text, of the headings and of the plain tables."""
    found: dict[str, dict[str, str]] = {}
    for heading, body in re.findall(r"^### (`.*?`): .*?\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL):
        rows = dict(re.findall(r"^\| ([a-z ]+) \| (.*?) ?\|$", body, re.MULTILINE))
        found |= dict.fromkeys(re.findall(r"`(\w+)`", heading), rows)
    for names in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE):
        found |= {name: found.get(name, {}) for name in re.findall(r"`(\w+)`", names)}
    return found


def section(name: str) -> str:
    """All that stands under a metric's heading: its entry and what is explained below it."""
    found = re.search(rf"^### [^\n]*`{name}`.*?(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0]


def names() -> list[str]:
    streamed = [name for s in STREAMS for name in (*s.tags, *(field.name for field in s.fields))]
    kept = [field.name for kind in (RunSummary, Origin) for field in fields(kind)]
    return sorted({*COLUMNS, *streamed, *kept})


def test_no_metric_lacks_an_entry_and_no_entry_a_metric() -> None:
    assert set(names()) - set(entries()) == set()
    assert set(entries()) - set(names()) - {"runner", "run", "seq", "time"} == set()


@pytest.mark.parametrize("name", [*COLUMNS, *(field.name for field in fields(RunSummary))])
def test_an_entry_has_all_its_parts(name: str) -> None:
    entry = entries()[name]
    assert tuple(entry) == PARTS
    assert entry["definition"]
    assert entry["measured"]


def test_measured_figures_stand_in_the_entry_of_their_metric() -> None:
    sheets = measured_sheets(DOCS)
    for reading in READINGS:
        entry = entries()[MEASURED_HERE.get(reading, reading)]
        assert measured(reading, sheets) in entry["measured"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *(
            (
                "initial_contact_s",
                f"less {1000 * shin_lag:.0f} ms at the shin, {1000 * shoe_lag:.0f} ms at the shoe",
            )
            for shin_lag, shoe_lag in (
                (shin.LANDMARKS.jerk_lag_s, shoe.LANDMARKS.jerk_lag_s),
                (shin.LANDMARKS.rise_lag_s, shoe.LANDMARKS.rise_lag_s),
            )
        ),
        ("initial_contact_s", f"within {1000 * vote.AGREES_S:.0f} ms of it"),
        ("initial_contact_s", f"median of the last {vote.LAST} contacts"),
        ("quality", f"from the winner / {1000 * vote.DOUBT_S:.0f} ms"),
        ("toe_off_s", f"lowest pitch rate, less {1000 * shoe.PITCH_LAG_S:.0f} ms"),
        ("toe_off_s", f"highest push-off resultant, less {1000 * shoe.PUSH_LAG_S:.0f} ms"),
        ("toe_off_s", f"{shoe.AS_STEEP:g} of the steepest"),
        ("toe_off_s", f"stride, less {1000 * shoe.SPRING_LAG_S:.0f} ms"),
        ("toe_off_s", f"plus {1000 * shin.SWING_LEAD_S['run']:.0f} ms running"),
        ("toe_off_s", f"and {1000 * shin.SWING_LEAD_S['walk']:.0f} ms walking |"),
        ("toe_off_s", f"across the mean direction of a stride's, plus {1000 * shin.ACROSS_LEAD_S:.0f} ms"),
        ("cadence_spm", f"median of the last {RECENT} stride times"),
        ("flight_time_s", f"median of the last {RECENT} stride times"),
        ("stride_time_s", f"({record.PAUSE:g} usual strides)"),
        ("peak_resultant_g", FILTER_ID),
        (
            "peak_axial_g",
            f"from {100 * record.MID_STANCE[0]:.0f} to {100 * record.MID_STANCE[1]:.0f} % of stance",
        ),
        ("low_rate", f"under {Params().low_rate_hz:g} Hz"),
        ("speed_m_per_s", f"`above_ankle_m`, {Params().above_ankle_m:.2f} m"),
        ("speed_m_per_s", f"mean of {2000 * REACH_S:.0f} ms"),
        ("speed_m_per_s", f"{100 * SHANK_PHASE:.0f} % of stance"),
        ("speed_m_per_s", "–".join(f"{speed:g}" for speed in SPEEDS["walk"]) + " m/s walking"),
        ("speed_m_per_s", "–".join(f"{speed:g}" for speed in SPEEDS["run"]) + " m/s running"),
    ],
)
def test_the_page_says_the_codes_own_numbers(name: str, said: str) -> None:
    assert said in section(name).replace("\n", " ")
