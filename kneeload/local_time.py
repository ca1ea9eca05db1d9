"""Times of day for people: by this computer's clock, with its offset from UTC. Names of runs, and whatever a
machine reads, stay UTC.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

__all__ = ["common_zone", "local", "zone"]


def local(moment: datetime) -> datetime:
    """The same moment with the offset that held here then; as it is where the calendar ends."""
    with suppress(OverflowError, ValueError, OSError):
        return moment.astimezone()
    return moment


def zone(moment: datetime) -> str:
    """How far the clock here was from UTC then: UTC, UTC+02:00."""
    offset = f"{local(moment):%z}"
    return "UTC" if int(offset) == 0 else f"UTC{offset[:3]}:{offset[3:5]}"


def common_zone(moments: Iterable[datetime]) -> str:
    """That of all of them; empty where it changed between them, as with summer time."""
    zones = {zone(moment) for moment in moments}
    return zones.pop() if len(zones) == 1 else ""
