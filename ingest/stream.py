"""One sensor's stream: packets -> blocks of samples on the run's timeline, with every loss accounted for."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest.clock import DeviceClock
from ingest.errors import DecodeError
from ingest.packet import Kind, Packet
from ingest.sensors.family import Family, Samples

__all__ = ["Counters", "SensorStream"]

COUNTER_WRAP: Final = 1 << 32
# Packets that claim to be old are dropped for so long; if nothing newer comes, the sensor's counter went back
# and they are what there is.
STUCK_NS: Final = 10_000_000_000
# Gaps into which a late packet may still fall.
GAPS_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Counters:
    """What happened so far. packets_received: DATA packets that came, bad and duplicate ones included.

    packets_duplicate: came twice or too late; samples_lost: taken by the sensor, never received.
    Samples that came too late to be used are received, not lost: the two add up to what the sensor counted.
    """

    packets_received: int = 0
    packets_bad: int = 0
    packets_duplicate: int = 0
    samples_received: int = 0
    samples_lost: int = 0
    clipped_samples: int = 0
    reconnects: int = 0
    restarts: int = 0


class SensorStream:
    """Packets of one mount, in the order in which they arrived. Never raises on what a sensor sends.

    counts_losses: Counters.samples_lost tells something.
    """

    def __init__(self, mount: Mount, family: Family) -> None:
        self.mount = mount
        self.clock = DeviceClock(family.ticks)
        self.counts_losses = family.counts_losses
        self.connected = False
        self.battery_percent: float | None = None
        self.unread = 0  # DATA that could not be decoded, and why the last one could not
        self.last_error: str | None = None
        self._decoder = family.decoder()
        self._received = self._bad = self._duplicate = 0
        self._samples = self._lost = self._clipped = 0
        self._connects = self._restarts = 0
        self._boot: int | None = None
        self._boot_before: int | None = None
        self._expected = 0  # counter of the next sample
        self._taken: int | None = None  # the sensor's count before the first packet of this connection
        self._gaps: deque[tuple[int, int]] = deque(maxlen=GAPS_REMEMBERED)  # (first counter, samples)
        self._stuck_since_ns: int | None = None
        self._shape: tuple[float | None, float | None, float | None, bool] | None = None
        self._skipped = 0  # samples lost since the last block that was given out
        self._broken = True  # what comes next does not join what was given out
        self._gyro_at_first: NDArray[np.float64] | None = None
        self._gyro_lives = False

    @property
    def counters(self) -> Counters:
        return Counters(
            self._received,
            self._bad,
            self._duplicate,
            self._samples,
            self._lost,
            self._clipped,
            max(0, self._connects - 1),
            self._restarts,
        )

    def receive(self, packet: Packet) -> ImuBlock | None:
        """Take one packet in; a block when it held samples that are new, and whose times are known."""
        kind = packet.kind
        try:
            if kind is Kind.DATA:
                self._received += 1
                samples = self._decoder.receive(kind, packet.data)
                return None if samples is None else self._take(samples, packet.arrival_ns)
            self._note(packet)
        except DecodeError as error:
            self._bad += 1
            if kind is Kind.DATA:
                self.unread += 1
                self.last_error = str(error)
        return None

    def _note(self, packet: Packet) -> None:
        """Everything that is not samples."""
        kind = packet.kind
        if kind is Kind.LINK:
            connected = packet.data == b"connected"
            self._connects += connected and not self.connected
            self.connected = connected
            self._taken = None
            self._decoder.receive(kind, packet.data)
        elif kind is Kind.BATTERY:
            self.battery_percent = self._decoder.battery(packet.data)
        elif kind is Kind.STATS:
            taken = self._decoder.samples_taken(packet.data)
            if self._taken is None:
                self._taken = taken
        elif kind is Kind.SYNC:
            exchange = self._decoder.sync(packet.data)
            if exchange is not None:
                self.clock.exchange(*exchange, arrival_ns=packet.arrival_ns)
        else:
            self._decoder.receive(kind, packet.data)

    def _take(self, samples: Samples, arrival_ns: int) -> ImuBlock | None:
        n = len(samples.acc_g)
        restart, skipped = self._follows(samples, arrival_ns)
        if skipped is None:
            self._duplicate += 1
            if not restart:
                self._fill_gap(samples.counter, n)
            return None
        self._stuck_since_ns = None
        if restart:
            self._begin_anew(samples.boot)
        if skipped:
            self._gaps.append(((samples.counter - skipped) % COUNTER_WRAP, skipped))
        self._expected = (samples.counter + n) % COUNTER_WRAP
        self._samples += n
        self._lost += skipped
        self._clipped += samples.clipped
        t_us = self.clock.push(samples.tick_us, n, interval_us=samples.interval_us, arrival_ns=arrival_ns)
        decoder = self._decoder
        gyro_dps = self._living(samples.gyro_dps)
        shape = (decoder.rate_hz, decoder.acc_range_g, decoder.gyro_range_dps, gyro_dps is None)
        # Another rate, range or set of channels: filters cannot run on.
        self._broken |= restart or shape != self._shape
        self._shape = shape
        self._skipped += skipped
        if not self.clock.usable:
            # Earlier than what was given out already: received, but they have no place any more.
            self._broken = True
            return None
        lost_before, self._skipped = self._skipped, 0
        broken, self._broken = self._broken, False
        return ImuBlock(
            self.mount,
            t_us,
            samples.acc_g,
            gyro_dps,
            decoder.rate_hz or 1e6 / samples.interval_us,
            lost_before,
            broken,
            decoder.acc_range_g,
            decoder.gyro_range_dps,
        )

    def _follows(self, samples: Samples, arrival_ns: int) -> tuple[bool, int | None]:
        """(the sensor or its counter began anew, samples lost before these); None: they came before."""
        if samples.boot != self._boot:
            old = samples.boot == self._boot_before and not self._stuck(arrival_ns)
            return True, None if old else self._skipped_since_boot(samples.counter)
        skipped = (samples.counter - self._expected) % COUNTER_WRAP
        if skipped < COUNTER_WRAP // 2:
            return False, skipped
        return (True, 0) if self._stuck(arrival_ns) else (False, None)

    def _begin_anew(self, boot: int) -> None:
        """Nothing of what the sensor counted before joins what it counts now."""
        self._boot_before, self._boot = self._boot, boot
        self._restarts += self._boot_before is not None
        self.clock.reset()
        self._gaps.clear()
        self._gyro_at_first, self._gyro_lives = None, False

    def _living(self, gyro_dps: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        """None until the gyroscope has told two values: a broken one repeats its first for ever.

        Taken at its word it would say that the leg never swings, and no stride would be seen.
        """
        if gyro_dps is None or self._gyro_lives:
            return gyro_dps
        if self._gyro_at_first is None:
            self._gyro_at_first = gyro_dps[0].copy()
        self._gyro_lives = bool((gyro_dps != self._gyro_at_first).any())
        return gyro_dps if self._gyro_lives else None

    def _fill_gap(self, counter: int, n: int) -> None:
        """A packet that came too late is of no use, but its samples were not lost."""
        for place, (first, length) in enumerate(self._gaps):
            before = (counter - first) % COUNTER_WRAP
            after = length - before - n
            if after >= 0:
                del self._gaps[place]
                # What is filled whole leaves nothing: empty pieces would push real gaps out of memory.
                pieces = (first, before), ((counter + n) % COUNTER_WRAP, after)
                self._gaps.extend(piece for piece in pieces if piece[1])
                self._lost -= n
                self._samples += n
                return

    def _skipped_since_boot(self, counter: int) -> int:
        """Samples lost before the first packet of a boot.

        What the sensor had taken before it was started for us does not count; without its word for that, a
        sensor seen to restart began at zero, and of the first packet of all nothing is known.
        """
        begin = self._taken if self._taken is not None else 0 if self._boot is not None else counter
        skipped = (counter - begin) % COUNTER_WRAP
        return skipped if skipped < COUNTER_WRAP // 2 else 0

    def _stuck(self, arrival_ns: int) -> bool:
        if self._stuck_since_ns is None:
            self._stuck_since_ns = arrival_ns
        return arrival_ns - self._stuck_since_ns > STUCK_NS
