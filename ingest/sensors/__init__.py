"""Sensor families: one file each, one line in this table."""

from ingest.sensors import kneeload_v1, polar_verity, witmotion
from ingest.sensors.family import Answer, Decoder, Family, Pause, Read, Samples, Step, Wanted, Write

__all__ = ["FAMILIES", "Answer", "Decoder", "Family", "Pause", "Read", "Samples", "Step", "Wanted", "Write"]

FAMILIES: dict[str, Family] = {
    family.name: family for family in (kneeload_v1.FAMILY, polar_verity.FAMILY, witmotion.FAMILY)
}
