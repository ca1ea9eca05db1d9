"""Who may connect and when to try again."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.mount import Mount
from ingest.links import (
    WornSensor,
    adapter_problem,
    configuration_line,
    connect_timeout_s,
    is_sensor,
    pause_s,
    printable_name,
    rescan_delay_s,
    retry_delay_s,
    services_of,
    when_silent,
)
from ingest.sensors import FAMILIES

OURS = FAMILIES["kneeload-v1"].service_uuid
BY_ADDRESS = WornSensor(Mount.LEFT_SHIN, address="C0:FF:EE:00:00:01", name="Knee-0001")
BY_NAME = WornSensor(Mount.LEFT_SHIN, name="Knee-0001")


@pytest.mark.parametrize(
    ("sensor", "address", "name", "services", "is_it"),
    [
        (BY_ADDRESS, "c0:ff:ee:00:00:01", None, [], True),
        (BY_ADDRESS, "C0:FF:EE:00:00:02", "Knee-0001", [OURS], False),
        (BY_NAME, "C0:FF:EE:00:00:02", "Knee-0001", [OURS], True),
        (BY_NAME, "C0:FF:EE:00:00:02", "Knee-0001", [], False),
        (BY_NAME, "C0:FF:EE:00:00:02", "knee-0001", [OURS], False),
        (BY_NAME, "C0:FF:EE:00:00:02", None, [OURS], False),
        (WornSensor(Mount.LEFT_SHIN), "C0:FF:EE:00:00:02", None, [OURS], False),
        (WornSensor(Mount.LEFT_SHIN), "C0:FF:EE:00:00:02", "Knee-0001", [OURS], False),
    ],
)
def test_only_the_sensor_named_in_the_configuration(
    sensor: WornSensor, address: str, name: str | None, services: list[str], is_it: bool
) -> None:
    assert is_sensor(sensor, address, name=name, service_uuids=services) is is_it


def test_retries_slow_down_and_never_end() -> None:
    assert [retry_delay_s(n) for n in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]
    assert retry_delay_s(10**9) == 30
    assert [rescan_delay_s(n) for n in range(6)] == [0, 1, 2, 4, 4, 4]


def test_who_left_is_not_punished_for_it() -> None:
    """Only who is there and refuses is left in peace for long: the others may be back at any moment."""
    assert [retry_delay_s(n, "lost") for n in (0, 1, 2, 50)] == [0, 1, 1, 1]
    assert [retry_delay_s(n, "unreached") for n in (0, 1, 2, 50)] == [0, 1, 2, 2]
    assert retry_delay_s(50, "refused") == 30


def test_an_attempt_to_connect_keeps_the_others_waiting_for_less_than_their_five_seconds() -> None:
    assert connect_timeout_s(0) < 5.0
    assert [connect_timeout_s(n) for n in (1, 2, 50)] == [6.0, 6.0, 6.0]


def test_silence_is_answered_once_and_then_for_good() -> None:
    assert when_silent(2.9, restarted=False) == "wait"
    assert when_silent(3.0, restarted=False) == "restart"
    assert when_silent(9.9, restarted=True) == "wait"
    assert when_silent(10.0, restarted=True) == "drop"
    assert when_silent(10.0, restarted=False) == "drop"


@pytest.mark.parametrize("interval_s", [0.0075, 0.015, 0.03, 0.05])
def test_exchanges_meet_all_phases_of_a_connection_interval(interval_s: float) -> None:
    """The answer to one comes at a connection event, the pause from there sets the phase of the next.

    The largest gap between the phases of sixty of them is below a tenth of the interval.
    """
    phases = sorted(pause_s(turn) % interval_s for turn in range(20, 80))
    gaps = [b - a for a, b in zip(phases, [*phases[1:], phases[0] + interval_s], strict=True)]
    assert max(gaps) < 0.1 * interval_s


@given(st.text())
def test_names_from_the_air_are_made_harmless(name: str) -> None:
    shown = printable_name(name)
    assert shown.isprintable()
    line = configuration_line("C0:FF:EE:00:00:01", shown)
    (table,) = tomllib.loads(line)["sensors"]
    assert table == {"mount": "left-shin", "address": "C0:FF:EE:00:00:01"}


def test_who_has_a_name_alone_makes_scanning_hear_everybody() -> None:
    assert services_of(["kneeload-v1"]) == [OURS]
    assert services_of(["kneeload-v1", "polar-verity-sense"]) is None
    assert services_of(["witmotion-wt9011"]) is None


def test_the_line_names_the_family_where_it_is_not_ours() -> None:
    (table,) = tomllib.loads(configuration_line("24:AC:AC:00:00:01", "Polar Sense 1", "polar-verity-sense"))[
        "sensors"
    ]
    assert table["family"] == "polar-verity-sense"


@pytest.mark.parametrize(
    ("family", "name"), [("polar-verity-sense", "Polar Sense B5E5C221"), ("witmotion-wt9011", "WT901BLE68")]
)
def test_a_sensor_of_another_maker_is_let_in_by_its_exact_name_too(family: str, name: str) -> None:
    sensor = WornSensor(Mount.LEFT_SHIN, name=name, family=family)
    assert is_sensor(sensor, "24:AC:AC:00:00:01", name=name, service_uuids=[])
    assert not is_sensor(sensor, "24:AC:AC:00:00:01", name=f"{name}0", service_uuids=[])
    assert not is_sensor(
        WornSensor(Mount.LEFT_SHIN, name=name), "24:AC:AC:00:00:01", name=name, service_uuids=[]
    )


def test_every_adapter_problem_has_a_fix() -> None:
    assert adapter_problem("BleakError('[POWERED_OFF] …')", "off").fix == "bluetoothctl power on"
    assert adapter_problem("something new", "something new").fix.startswith("plug in")
