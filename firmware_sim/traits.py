"""What tells one virtual sensor from another, and what really happened to it."""

from dataclasses import dataclass, field

from dsp.mount import Mount
from firmware_sim.oscillator import Oscillator

__all__ = ["Account", "Traits"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one sensor from another.

    serial: up to 16 characters; its last four name the sensor. powered_before_s: on for so long at
    run time 0.
    ring_s: how much it remembers while the link is bad. high_g_range_g: 0 = no high-g channels.
    holds_source: motion begins when the sensor is first started (a recording), not at run time 0.
    """

    mount: Mount
    serial: str
    oscillator: Oscillator = field(default_factory=Oscillator)
    powered_before_s: float = 10.0
    first_boot: int = 1
    battery_percent: int = 85
    acc_range_g: int | None = None
    high_g_range_g: int = 0
    ring_s: float = 10.0
    holds_source: bool = False
    rssi_dbm: int = -55


@dataclass(slots=True)
class Account:
    """What really happened, to hold a receiver's account against. Samples, unless it says packets.

    taken + missing = numbers the counter went through. missing: jumps of the source. dropped: pushed out of
    the full ring. unsent_at_reboot: forgotten by a reboot, no counter tells. sent: handed to faults and link.
    lost_on_link: under way when the link broke.
    """

    taken: int = 0
    missing: int = 0
    dropped: int = 0
    sent: int = 0
    packets_sent: int = 0
    overruns: int = 0
    reboots: int = 0
    unsent_at_reboot: int = 0
    lost_on_link: int = 0
    first_sample_s: float | None = None
