"""One worn sensor in a run: its stream, its signal processing, and how it is doing."""

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.params import Params
from dsp.pipeline import StridePipeline
from dsp.stride import Stride
from dsp.summary import Totals
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES
from ingest.stream import Counters, SensorStream
from kneeload.results import SensorHealth

__all__ = ["Sensor"]

# Finding and starting a sensor takes its time: until here one that was not heard yet is not called silent.
START_GRACE_NS = 25_000_000_000
PRESENT_NS = 5_000_000_000


class Sensor:
    """family: key into ingest.sensors.FAMILIES; None for a bare recording, which has no link."""

    def __init__(self, mount: Mount, family: str | None, params: Params) -> None:
        self.mount = mount
        self.stream = None if family is None else SensorStream(mount, FAMILIES[family])
        self.pipeline = StridePipeline(mount, params)
        self._rate_hz: float | None = None
        self._first_us: int | None = None
        self._last_us = 0
        self._lost = 0
        self._samples_ns: int | None = None
        self._at_period = Counters()
        self._rates = (0.0, 0.0, 0.0)

    def receive(self, packet: Packet) -> tuple[list[Stride], bool]:
        """Strides that one packet completed, and whether it told of a change of the link."""
        if self.stream is None:
            raise ValueError(f"{self.mount} is a bare recording and takes no packets")
        before = self.stream.connected
        block = self.stream.receive(packet)
        changed = packet.kind is Kind.LINK and self.stream.connected != before
        if block is None:
            return [], changed
        self._samples_ns = packet.arrival_ns
        return self.receive_block(block), changed

    def receive_block(self, block: ImuBlock) -> list[Stride]:
        """Strides that one block completed."""
        self._rate_hz = block.rate_hz
        self._last_us = int(block.t_us[-1])
        if self._first_us is None:
            self._first_us = int(block.t_us[0])
        self._lost += block.lost_before
        return self.pipeline.push(block)

    def flush(self) -> list[Stride]:
        """Strides that wait for samples which will not come."""
        return self.pipeline.flush()

    def silence_s(self, now_ns: int) -> float | None:
        """Time since the last sample or the run's start; None where there is no link to fall silent."""
        if self.stream is None:
            return None
        if self._samples_ns is None:
            return now_ns / 1e9 if now_ns > START_GRACE_NS else 0.0
        return max(0, now_ns - self._samples_ns) / 1e9

    def present(self, now_ns: int) -> bool:
        """Whether its last samples are recent enough to say what the runner is doing."""
        return self.stream is None or (
            self._samples_ns is not None and now_ns - self._samples_ns <= PRESENT_NS
        )

    def close_period(self, period_s: float) -> None:
        """Rates of the health until the next call are those of the period that ends here."""
        if self.stream is None:
            return
        now, before = self.stream.counters, self._at_period
        received = now.samples_received - before.samples_received
        # Late ones may have been lost in an earlier period, and were told of then.
        lost = max(0, now.samples_lost - before.samples_lost)
        clipped = now.clipped_samples - before.clipped_samples
        self._rates = (received / period_s, _percent(lost, received + lost), _percent(clipped, received))
        self._at_period = now

    def health(self, t_us: int) -> SensorHealth | None:
        """Link and counters; None for a bare recording."""
        if self.stream is None:
            return None
        counters, clock = self.stream.counters, self.stream.clock
        rate_hz, lost_percent, clipped_percent = self._rates
        return SensorHealth(
            t_us=t_us,
            mount=self.mount,
            connected=self.stream.connected,
            rate_hz=rate_hz,
            packets_received=counters.packets_received,
            packets_bad=counters.packets_bad,
            packets_duplicate=counters.packets_duplicate,
            samples_received=counters.samples_received,
            samples_lost=counters.samples_lost if self.stream.counts_losses else None,
            lost_percent=lost_percent if self.stream.counts_losses else None,
            clipped_percent=clipped_percent,
            battery_percent=self.stream.battery_percent,
            reconnects=counters.reconnects,
            clock_skew_ppm=clock.skew_ppm,
            clock_uncertainty_s=clock.uncertainty_s,
        )

    def totals(self) -> Totals:
        """What was counted from the first sample to the last, beside strides."""
        first_us = self._last_us if self._first_us is None else self._first_us
        return Totals(
            mount=self.mount,
            duration_s=(self._last_us - first_us) / 1e6,
            running_s=self.pipeline.running_s,
            walking_s=self.pipeline.walking_s,
            idle_s=self.pipeline.idle_s,
            samples=self.pipeline.samples,
            lost=self._lost if self.stream is None or self.stream.counts_losses else None,
            clipped_samples=self.pipeline.clipped_samples,
            rate_hz=self._rate_hz,
        )


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0
