"""What a pretend sensor is to the radio that carries it, of whatever family."""

from abc import ABC, abstractmethod
from zlib import crc32

from dsp.mount import Mount
from firmware_sim.encoder import Config
from firmware_sim.faults import Faults
from firmware_sim.motion import Source
from firmware_sim.sampler import Sampler
from firmware_sim.settings import default_config
from firmware_sim.traits import Account, Traits

__all__ = ["Body"]

DEFAULT_PAYLOAD_BYTES = 20


class Body(ABC):
    """One sensor. sending, payload_bytes and connection_interval_ms belong to the link: it sets them.

    config: how the source is measured. Pure: time is an argument (run time, s).
    """

    def __init__(self, source: Source, traits: Traits, faults: Faults | None) -> None:
        self.faults = faults or Faults()
        self.faults.count_by(self.samples_in)
        self.traits = traits = self.faults.apply(traits)
        self.truth = Account()
        self.payload_bytes = DEFAULT_PAYLOAD_BYTES
        self.connection_interval_ms = 0.0
        self.sending = False
        self.started = False
        self.config: Config = default_config(source, traits)
        self.sampler = Sampler(source, traits, self.truth, self.config)

    @staticmethod
    @abstractmethod
    def samples_in(packet: bytes) -> int:
        """How many samples one of its notifications of samples carries."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As advertised."""

    @abstractmethod
    def _next_packet(self, now_s: float) -> bytes:
        """The next packet that is due; empty while there is none."""

    @abstractmethod
    def reboot(self, now_s: float) -> None:
        """Off and on again."""

    def advance(self, now_s: float, *, room: int = 1000) -> list[bytes]:
        """Measures until now_s; gives the packets of samples that are due, at most room of them."""
        if not self.started:
            return []
        self.sampler.measure(now_s, self.config)
        if not self.sending:
            return []
        packets: list[bytes] = []
        while len(packets) < room and (packet := self._next_packet(now_s)):
            packets.append(packet)
        return self.faults.push(now_s, packets)

    @property
    def address(self) -> str:
        """A random static Bluetooth address of its own, derived from the serial number."""
        number = crc32(self.traits.serial.encode())
        return ":".join(f"{byte:02X}" for byte in (0xC0, 0x4B, *number.to_bytes(4, "big")))

    @property
    def mount(self) -> Mount:
        return self.traits.mount

    @property
    def battery_percent(self) -> int:
        return self.traits.battery_percent

    @property
    def samples_lost(self) -> int:
        """What a perfect receiver must miss by now: samples that no good packet carried to it."""
        truth = self.truth
        return truth.missing + truth.dropped + truth.lost_on_link + self.faults.samples_lost

    @property
    def finished(self) -> bool:
        """The source has ended and everything is sent."""
        return self.sampler.source.finished and not len(self.sampler.ring)

    def tick_us(self, now_s: float) -> int:
        """The device clock, µs since boot, unwrapped."""
        return self.sampler.tick_us(now_s)

    def _forget(self) -> None:
        """What is not yet sent is gone with a reboot, and no number will tell."""
        self.truth.reboots += 1
        self.truth.unsent_at_reboot += len(self.sampler.ring) + self.faults.forget()
