"""Sensors without what samples do not need: it is missing, cannot be had, or is refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from bleak.backends.client import BaseBleakClient
from bleak.exc import BleakGATTProtocolError

from firmware_sim.body import Body
from firmware_sim.clock import Clock
from firmware_sim.encoder import uuid_of
from firmware_sim.kneeload_profile import KneeloadProfile
from firmware_sim.profile import Attribute, RefusalError
from firmware_sim.profiles import PROFILES
from firmware_sim.sensor import VirtualSensor
from ingest.packet import Kind
from ingest.sensors.battery import BATTERY_LEVEL_UUID
from tests.ingest.test_ble import LEFT, SPEEDUP, Heard, sensor, worn
from tests.linked import linked

CONFIG, SYNC, STATS = uuid_of(3), uuid_of(6), uuid_of(7)
READ_NOT_PERMITTED = 0x02

Made = Callable[[Attribute], Attribute | None]


def silent(attribute: Attribute) -> Attribute:
    return replace(attribute, notify=False)


def unreadable(attribute: Attribute) -> Attribute:
    def refuse() -> bytes:
        raise RefusalError(READ_NOT_PERMITTED)

    return replace(attribute, read=refuse)


def missing(_: Attribute) -> None:
    return None


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Firmware with another GATT table: what is made of each of these characteristics."""

    def build(made: Made, *uuids: str) -> None:
        class Lacking(KneeloadProfile):
            def __init__(self, body: VirtualSensor) -> None:
                super().__init__(body)
                self.services = [
                    replace(service, attributes=_made(service.attributes, made, uuids))
                    for service in self.services
                ]

            def due(self, now_s: float) -> list[tuple[str, bytes]]:
                there = {attribute.uuid for service in self.services for attribute in service.attributes}
                return [(uuid, value) for uuid, value in super().due(now_s) if uuid in there]

        ours: type[Body] = VirtualSensor
        monkeypatch.setitem(PROFILES, ours, Lacking)

    return build


def _made(attributes: Sequence[Attribute], made: Made, uuids: Sequence[str]) -> list[Attribute]:
    changed = [made(a) if a.uuid in uuids else a for a in attributes]
    return [attribute for attribute in changed if attribute is not None]


@pytest.mark.parametrize(
    ("made", "uuids", "battery_percent", "told"),
    [
        (silent, [BATTERY_LEVEL_UUID], 85.0, []),
        (unreadable, [BATTERY_LEVEL_UUID], None, ["battery"]),
        (missing, [BATTERY_LEVEL_UUID], None, []),
        (silent, [STATS], 85.0, []),
        (unreadable, [STATS], 85.0, ["stats"]),
        (missing, [STATS, SYNC, BATTERY_LEVEL_UUID], None, []),
    ],
)
async def test_its_samples_come_and_a_refusal_is_told_once(
    built: Callable[..., None], made: Made, uuids: list[str], battery_percent: float | None, told: list[str]
) -> None:
    built(made, *uuids)
    virtual = sensor(LEFT, "A1", "disconnect=6:2")
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)]):
        await heard.until(lambda: heard.links(LEFT).count(b"connected") == 2)
        before = len(heard.of(Kind.DATA, LEFT))
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > before + 20)
        assert before > 20
    assert heard.streams[LEFT].battery_percent == battery_percent
    assert [p.what for p in heard.problems if "refuses" in p.what] == [
        f"refuses to tell its {kind} (GATT Protocol Error: Read Not Permitted) and is used all the same"
        for kind in told
    ]


async def test_a_battery_that_will_not_notify_is_told_and_shown_as_it_was_read() -> None:
    def refusing(backend: type[BaseBleakClient]) -> type[BaseBleakClient]:
        class Refusing(backend):  # type: ignore[valid-type,misc]
            async def start_notify(self, characteristic: Any, callback: Any, **options: Any) -> None:
                if characteristic.uuid == BATTERY_LEVEL_UUID:
                    raise BleakGATTProtocolError(0x05)
                await super().start_notify(characteristic, callback, **options)

        return Refusing

    virtual = sensor(LEFT, "A1")
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)], client=refusing):
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 20)
    assert heard.streams[LEFT].battery_percent == 85.0
    assert [p.what for p in heard.problems] == [
        "refuses to notify its battery (GATT Protocol Error: Insufficient Authentication)"
        " and is used all the same"
    ]


@pytest.mark.parametrize("made", [unreadable, missing])
async def test_without_what_samples_need_it_is_not_used(built: Callable[..., None], made: Made) -> None:
    built(made, CONFIG)
    virtual = sensor(LEFT, "A1")
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)]):
        await heard.until(lambda: heard.links(LEFT).count(b"lost") >= 2)
    assert not heard.of(Kind.DATA, LEFT)
    assert any("Read Not Permitted" in p.what or CONFIG in p.what for p in heard.problems)
