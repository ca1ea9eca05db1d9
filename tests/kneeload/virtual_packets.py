"""Packets of virtual sensors as a perfect radio would bring them."""

from collections.abc import Mapping

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.packet import Kind, Packet

__all__ = ["FAMILY", "running", "virtual_packets"]

FAMILY = "kneeload-v1"
CONNECTION_INTERVAL_S = 0.03
LINK_DELAY_NS = 8_000_000


def running(mount: Mount, duration_s: float, *, seed: int = 1) -> list[Packet]:
    """A runner, from the first second on."""
    return virtual_packets({mount: Plan.of(Phase(activity="run"))}, duration_s, seed=seed)


def virtual_packets(
    plans: Mapping[Mount, Plan], duration_s: float, *, seed: int = 1, rate_hz: float = 208.0
) -> list[Packet]:
    """All sensors' packets in the order of arrival, the link's and the configuration's among them."""
    packets: list[Packet] = []
    for number, (mount, plan) in enumerate(plans.items()):
        source = GaitSource(mount, plan, seed=seed, rate_hz=rate_hz)
        sensor = VirtualSensor(source, Traits(mount, f"T{number:04d}"))
        sensor.payload_bytes = 244
        sensor.control(1, 0, now_s=0.0)
        packets += [
            Packet(mount, FAMILY, Kind.LINK, 0, b"connected"),
            Packet(mount, FAMILY, Kind.INFO, 0, sensor.info.encode()),
            Packet(mount, FAMILY, Kind.CONFIG, 0, sensor.config.encode()),
            Packet(mount, FAMILY, Kind.BATTERY, 0, bytes([sensor.battery_percent])),
        ]
        events = int(duration_s / CONNECTION_INTERVAL_S)
        for event in range(1, events + 1):
            now_s = event * CONNECTION_INTERVAL_S
            arrival_ns = round(now_s * 1e9) + LINK_DELAY_NS
            packets += [Packet(mount, FAMILY, Kind.DATA, arrival_ns, data) for data in sensor.advance(now_s)]
    return sorted(packets, key=lambda packet: packet.arrival_ns)
