"""Whether a recording's packets gave samples, and what is to be said where they did not all do."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ingest.damage import Damage
from kneeload.errors import KneeloadError
from kneeload.results import SensorHealth
from kneeload.spoken import counted

__all__ = ["MANY", "NothingUsableError", "check_usable", "doubts_of_packets"]

# The radio itself spoils one in thousands.
MANY: Final = 0.01
WHY: Final = "they are damaged, or what says how to read them is missing"


class NothingUsableError(KneeloadError):
    """Packets with samples were there, and none of them can be read."""


def check_usable(path: Path, damage: Damage, health: Iterable[SensorHealth]) -> None:
    """Raises NothingUsableError. health: of each sensor, the last row of each is that of the end."""
    last = {row.mount: row for row in health}
    came = sum(row.packets_received for row in last.values())
    if any(row.samples_received for row in last.values()):
        return
    if came:
        also = f"; the file {damage}" if damage.pieces else ""
        raise NothingUsableError(
            f"{path}: none of its {counted(came, 'packet')} with samples can be used: {WHY}{also}"
        )
    if damage.packets:
        raise NothingUsableError(f"{path}: {damage}: none that holds samples is left")


def doubts_of_packets(damage: Damage, health: Iterable[SensorHealth]) -> Iterator[str]:
    """What is odd, each in words that follow the recording's name."""
    if damage.pieces:
        yield str(damage)
    for row in {row.mount: row for row in health}.values():
        count = row.packets_bad if row.samples_received else row.packets_received
        if count > MANY * row.packets_received:
            yield f"{row.mount}: {count} of {counted(row.packets_received, 'packet')} cannot be used: {WHY}"
