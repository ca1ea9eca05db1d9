"""What a demo says about itself: contacts held against the simulator's truth."""

from dataclasses import replace

import pytest

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from ingest.packet import Kind, Packet
from kneeload.witness import Witness
from tests.kneeload.test_medians import stride

LEFT = Mount.LEFT_SHIN
PLAN = Plan.of(Phase(activity="walk", speed_kmh=5.0))


def true_contacts_s(until_s: float) -> list[float]:
    source = GaitSource(LEFT, PLAN, seed=3)
    source.take(until_s)
    return [float(t_s) for t_s in source.truth().initial_contact_s]


def judged(found_s: list[float], *, last_s: float) -> dict[str, int] | None:
    """A demo that ended at last_s and found contacts at these times."""
    source, witness = GaitSource(LEFT, PLAN, seed=3), Witness()
    source.take(last_s)
    for at_s in (0.0, last_s):
        witness.packet(Packet(LEFT, "kneeload-v1", Kind.DATA, round(at_s * 1e9), b""))
    witness.see([replace(stride(0, 2.0), initial_contact_us=round(at_s * 1e6)) for at_s in found_s])
    return witness.against([source])


@pytest.mark.parametrize("into_stance_s", [0.2, 0.3, 0.5])
def test_a_contact_at_whose_toe_off_the_run_was_over_is_no_extra_one(into_stance_s: float) -> None:
    contacts = true_contacts_s(12.0)
    last_s = contacts[-2] + into_stance_s
    verdict = judged(contacts[:-1], last_s=last_s)
    assert verdict is not None
    assert (verdict["missed"], verdict["extra"]) == (0, 0)
    assert verdict["contacts"] >= len(contacts) - 3


def test_contacts_that_were_not_and_contacts_not_found_are_counted() -> None:
    contacts = true_contacts_s(12.0)
    found = [*contacts[:3], contacts[3] + 0.3, *contacts[4:]]
    verdict = judged(found, last_s=12.0)
    assert verdict is not None
    assert (verdict["missed"], verdict["extra"]) == (1, 1)


@pytest.mark.parametrize("last_s", [9.0, 12.0, 12.3])
def test_what_was_found_adds_up(last_s: float) -> None:
    contacts = [at_s for at_s in true_contacts_s(last_s) if at_s < last_s]
    found = [*contacts[:5], contacts[5] + 0.3, *contacts[7:]]
    verdict = judged(found, last_s=last_s)
    assert verdict is not None
    graded = verdict["contacts"] - verdict["missed"] + verdict["extra"]
    assert graded + verdict["ungraded"] == len(found)
