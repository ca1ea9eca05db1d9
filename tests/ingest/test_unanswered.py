"""A Bluetooth stack that is asked to start or stop a scan and never answers."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from bleak import BleakScanner
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakError

from firmware_sim.clock import Clock
from firmware_sim.radio import SimulatedRadio
from ingest import adapter
from ingest.ble import run_links
from ingest.errors import LinkError
from ingest.nearby import scan
from ingest.packet import Kind
from tests.ingest.test_ble import LEFT, SPEEDUP, Heard, data_after, sensor, worn
from tests.linked import linked

Backend = type[BaseBleakScanner]
# What has not ended by then hangs; far beyond what a busy machine may stand still.
FOR_EVER_S = 90.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "SCANNER_TIMEOUT_S", 1.0)


def unanswered(what: str, turn: int, begun: list[int] | None = None) -> Callable[[Backend], Backend]:
    """Of the scans, counted from 1, one is never answered: its start or its stop. begun: those that began."""
    scans = [] if begun is None else begun

    def silent(backend: Backend) -> Backend:
        class Silent(backend):  # type: ignore[valid-type,misc]
            turn = 0

            async def start(self) -> None:
                Silent.turn += 1
                if (what, turn) == ("start", Silent.turn):
                    await asyncio.Event().wait()
                await super().start()
                scans.append(Silent.turn)

            async def stop(self) -> None:
                await super().stop()
                if (what, turn) == ("stop", Silent.turn):
                    await asyncio.Event().wait()

        return Silent

    return silent


@pytest.mark.parametrize("what", ["start", "stop"])
async def test_it_is_told_and_the_next_scan_finds_the_sensor(what: str) -> None:
    virtual = sensor(LEFT, "A1", "disconnect=6:2")
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)], scanner=unanswered(what, 2)):
        await heard.until(lambda: heard.links(LEFT) == [b"connected", b"lost"])
        lost_ns = heard.of(Kind.LINK, LEFT)[-1].arrival_ns
        await heard.until(lambda: bool(data_after(heard, LEFT, lost_ns)))
    assert [p.what for p in heard.problems if p.mount is None] == [
        "scanning failed: no answer for 1 s; if it stays so: sudo systemctl restart bluetooth"
    ]


async def test_who_was_heard_in_the_first_scan_is_used() -> None:
    virtual = sensor(LEFT, "A1")
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)], scanner=unanswered("stop", 1)):
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 3)


async def test_from_the_beginning_it_is_no_bluetooth() -> None:
    async with SimulatedRadio([]) as radio:
        silent = unanswered("start", 1)(radio.scanner_backend)
        with pytest.raises(LinkError, match=r"no answer for 1 s.*; run: kneeload doctor"):
            await asyncio.wait_for(
                run_links(
                    [worn(sensor(LEFT, "A1"))], lambda _: None, now_ns=lambda: 0, scanner_backend=silent
                ),
                FOR_EVER_S,
            )


@pytest.mark.parametrize("what", ["start", "stop"])
async def test_who_looks_for_what_is_near_is_told(what: str) -> None:
    async with SimulatedRadio([]) as radio:
        silent = unanswered(what, 1)(radio.scanner_backend)
        with pytest.raises(LinkError, match=r"no answer for 1 s.*; run: kneeload doctor"):
            await asyncio.wait_for(scan(duration_s=0.1, scanner_backend=silent), FOR_EVER_S)


@pytest.mark.parametrize("what", ["start", "stop"])
async def test_a_run_can_be_ended_and_does_not_scan_on(what: str) -> None:
    """Cancelled in mid-scan: what comes of stopping that must not be taken for the end of one scan alone."""
    begun: list[int] = []
    heard = Heard(Clock(1.0))
    async with SimulatedRadio([]) as radio:
        silent = unanswered(what, 1, begun)(radio.scanner_backend)
        running = asyncio.create_task(
            run_links([worn(sensor(LEFT, "A1"))], lambda _: None, now_ns=lambda: 0, scanner_backend=silent)
        )
        await heard.until(lambda: silent.turn == 1 and (what == "start" or begun == [1]))  # type: ignore[attr-defined]
        running.cancel()
        await asyncio.wait([running], timeout=FOR_EVER_S)
        assert running.cancelled()
        assert silent.turn == 1  # type: ignore[attr-defined]


async def test_a_scan_that_began_and_said_nothing_is_ended() -> None:
    """Its answer is lost: left alone it would go on beside the connections."""
    scans: list[str] = []
    async with SimulatedRadio([]) as radio:

        class Mute(radio.scanner_backend):  # type: ignore[name-defined,misc]
            async def start(self) -> None:
                await super().start()
                scans.append("begun")
                await asyncio.Event().wait()

            async def stop(self) -> None:
                scans.append("ended")
                await super().stop()

        with pytest.raises(TimeoutError, match="no answer"):
            async with adapter.scanning(BleakScanner(None, [], backend=Mute)):
                pytest.fail("it was not answered")
    assert scans == ["begun", "ended"]


async def test_a_run_can_be_ended_while_a_stack_makes_an_error_of_its_own_of_that() -> None:
    """Some say that connecting failed when they are broken off in it: the link must not try again."""
    virtual, clock = sensor(LEFT, "A1"), Clock(1.0)
    tries: list[str] = []
    begun = asyncio.Event()
    async with SimulatedRadio([virtual], clock=clock) as radio:

        class Stubborn(radio.client_backend):  # type: ignore[name-defined,misc]
            async def connect(self, *_: Any, **__: Any) -> None:
                tries.append(self.address)
                begun.set()
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError as error:
                    raise BleakError("connecting failed") from error

        running = asyncio.create_task(
            run_links(
                [worn(virtual)],
                lambda _: None,
                now_ns=clock.now_ns,
                client_backend=Stubborn,
                scanner_backend=radio.scanner_backend,
            )
        )
        await begun.wait()
        running.cancel()
        await asyncio.wait([running], timeout=FOR_EVER_S)
        assert running.cancelled()
        assert tries == [virtual.address]


async def test_a_search_can_be_ended_while_a_stack_makes_an_error_of_its_own_of_that() -> None:
    """Once it has scanned before: a first failure is no Bluetooth."""
    heard = Heard(Clock(SPEEDUP))
    tries: list[str] = []
    second = asyncio.Event()
    async with SimulatedRadio([]) as radio:

        class Stubborn(radio.scanner_backend):  # type: ignore[name-defined,misc]
            async def start(self) -> None:
                tries.append("scan")
                if len(tries) == 1:
                    await super().start()
                    return
                second.set()
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError as error:
                    raise BleakError("scanning failed") from error

        running = asyncio.create_task(
            run_links(
                [worn(sensor(LEFT, "A1"))],
                lambda _: None,
                now_ns=heard.clock.now_ns,
                sleep=heard.clock.sleep,
                scanner_backend=Stubborn,
            )
        )
        await second.wait()
        running.cancel()
        await asyncio.wait([running], timeout=FOR_EVER_S)
        assert running.cancelled()
        assert len(tries) == 2
