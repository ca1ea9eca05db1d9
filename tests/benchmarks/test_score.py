"""Figures of trials whose errors are known."""

import math

import numpy as np
import pytest

from benchmarks.score import figures, score
from benchmarks.trial import Contacts
from dsp.stride import Activity

CONTACT_S = np.arange(1.0, 21.0)
TRUTH = Contacts(CONTACT_S, CONTACT_S + 0.3)


def test_bias_scatter_and_counts() -> None:
    late = np.tile([0.010, 0.020], 10)
    found = Contacts(
        np.append((CONTACT_S + late)[1:], 20.4),
        np.append((CONTACT_S + 0.3 + 0.005)[1:], np.nan),
    )
    activities: list[Activity] = ["run" for _ in range(19)]
    activities.append("walk")
    row = figures([score(found, TRUTH, activity="run", activities=activities)])
    assert row.missed_per_1000 == pytest.approx(50)
    assert row.extra_per_1000 == pytest.approx(50)
    assert row.initial_contact_bias_ms == pytest.approx(1e3 * late[1:].mean())
    assert row.initial_contact_sd_ms == pytest.approx(1e3 * late[1:].std(ddof=1))
    assert row.toe_off_bias_ms == pytest.approx(5)
    assert row.contact_time_bias_ms == pytest.approx(5 - 1e3 * late[1:].mean())
    assert row.wrong_activity_percent == pytest.approx(5)


def test_pooling_counts_contacts_not_trials() -> None:
    good = score(TRUTH, TRUTH, activity="walk")
    empty = Contacts(np.empty(0), np.empty(0))
    row = figures([good, good, score(empty, TRUTH, activity="walk")])
    assert row.missed_per_1000 == pytest.approx(1000 / 3)
    assert row.initial_contact_sd_ms == 0
    assert math.isnan(row.wrong_activity_percent)


def test_an_offset_serves_the_pairing_and_stays_in_the_error() -> None:
    found = Contacts(TRUTH.initial_contact_s + 0.08, TRUTH.toe_off_s)
    assert score(found, TRUTH, activity="run").missed == 20
    row = figures([score(found, TRUTH, activity="run", offset_s=0.08)])
    assert row.missed_per_1000 == 0
    assert row.initial_contact_bias_ms == pytest.approx(80)


def test_doubled_contacts_double_the_cadence() -> None:
    doubled = np.sort(np.concatenate((CONTACT_S, CONTACT_S + 0.5)))
    row = figures([score(Contacts(doubled, doubled + 0.1), TRUTH, activity="walk")])
    assert row.cadence_error_spm == pytest.approx(120)
    assert row.extra_per_1000 == pytest.approx(950)  # the one after the last stance is not judged
