"""Which sensors a run's packets come from."""

from pathlib import Path

from dsp.mount import Mount
from ingest import recording
from ingest.sensors import FAMILIES
from kneeload.errors import KneeloadError

__all__ = ["UnknownFamilyError", "families_of"]


class UnknownFamilyError(KneeloadError):
    """Packets that another version of kneeload recorded."""

    def __init__(self, path: Path, families: list[str]) -> None:
        super().__init__(
            f"{path}: comes from sensors that this version does not know ({', '.join(families)}): "
            "read it with the version that recorded it"
        )
        self.path = path
        self.families = families


def families_of(path: Path) -> dict[Mount, str]:
    """The family of each sensor in a packets.mcap. Raises UnknownFamilyError or RecordingError."""
    families: dict[Mount, str] = {}
    unknown: set[str] = set()
    for packet in recording.read(path):
        families.setdefault(packet.mount, packet.family)
        if packet.family not in FAMILIES:
            unknown.add(packet.family)
    if unknown:
        raise UnknownFamilyError(path, sorted(unknown))
    return families
