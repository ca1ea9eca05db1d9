"""A run that goes on: what its second process does, and what a person sees of the first."""

import asyncio
import io
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from ingest.packet import Kind, Packet
from kneeload.clock import MonotonicClock
from kneeload.conduct import Outcome, conduct
from kneeload.journal import Journal
from kneeload.results import Result
from kneeload.resume import find_cut
from kneeload.view import LiveTable, Silent
from tests.kneeload.examples import alert, stride
from tests.kneeload.test_resume import FAMILIES, RUN, RUN_S, cut_off
from tests.kneeload.virtual_packets import FAMILY, running

__all__: list[str] = []

LEFT = Mount.LEFT_SHIN


class Keeping(Silent):
    """What a view was shown."""

    def __init__(self) -> None:
        self.seen: list[Result] = []

    def see(self, results: Sequence[Result]) -> None:
        self.seen += results


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    """A run at whose beginning the battery is low."""
    low = Packet(LEFT, FAMILY, Kind.BATTERY, 1_000_000_000, b"\x05")
    return sorted([*running(LEFT, RUN_S), low], key=lambda packet: packet.arrival_ns)


def gone_on(folder: Path, packets: list[Packet], view: Keeping) -> Outcome:
    """The rest of a run, of whose time there is none left."""
    config = cut_off(folder, packets)
    with Journal.open(folder) as journal:
        cut = find_cut(journal, folder)
    assert cut is not None

    async def links(_receive: Callable[[Packet], None]) -> None:
        await asyncio.Event().wait()

    async def until() -> None:
        return

    clock = MonotonicClock(cut.last_ns)
    return asyncio.run(
        conduct(config, clock=clock, links=links, families=FAMILIES, until=until, view=view, cut=cut)
    )


def test_its_packets_are_copied_where_nothing_waits_for_it(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sinks were connected by then, and stood still for as long as a slow disk took for hours of packets."""
    waiting: list[bool] = []
    replace = os.replace

    def noted(source: Path, target: Path) -> None:
        replace(source, target)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            waiting.append(False)
        else:
            waiting.append(True)

    monkeypatch.setattr(os, "replace", noted)
    gone_on(tmp_path, packets, Keeping())
    assert waiting == [False]


def test_what_holds_since_before_is_shown_once_and_kept_once(tmp_path: Path, packets: list[Packet]) -> None:
    """A battery was low, and the table of the second process knew nothing of it."""
    view = Keeping()
    outcome = gone_on(tmp_path, packets, view)
    with Journal.open(tmp_path) as journal:
        kept, strides = journal.alerts(RUN), journal.strides(RUN)
    low = [alert for alert in kept if alert.rule == "battery-low"]
    assert [alert.state for alert in low] == ["raised"]
    assert [
        result for result in view.seen if isinstance(result, Alert) and result.rule == "battery-low"
    ] == low
    shown = [result for result in view.seen if isinstance(result, Stride)]
    assert 20 < len(strides) == outcome.keeper.monitor.strides
    assert len(shown) < 5
    assert shown[-1] == strides[-1]


def test_the_table_counts_what_it_was_not_shown() -> None:
    text = io.StringIO()
    table = LiveTable(Console(file=text, width=100, height=20), "anna", [LEFT])
    table.see([stride(41), alert(1)])
    table.see([stride(42)])
    Console(file=text, width=100, height=20).print(table.render())
    assert re.search(r"left-shin .* 43 ", text.getvalue()), text.getvalue()
