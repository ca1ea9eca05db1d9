"""The main loop of a virtual sensor on a Bumble device: measure, send, be found, and go wrong as told."""

import asyncio
from math import ceil
from typing import Final, Protocol

from bumble.device import Device
from bumble.hci import HCI_Error

from firmware_sim.body import Body
from firmware_sim.clock import RunTime, now_s
from firmware_sim.gatt_server import GattServer
from firmware_sim.profiles import profile_of
from firmware_sim.uncut import uncut

__all__ = ["Firmware", "Link"]

# How often it looks at its sensor; on a fast clock not more often than that on the wall.
_PERIOD_S: Final = 0.01
_SHORTEST_WALL_PERIOD_S: Final = 0.002
_LONGEST_STEP_S: Final = 1.0
_BOOTING_S: Final = 1.0
_RESET_DELAY_S: Final = 0.1
_ADVERTISING_INTERVAL_MS: Final = 100.0
_REFUSED_S: Final = 0.5
_MOST_REFUSALS: Final = 10


class Link(Protocol):
    """What the firmware knows of its radio, and what faults do to it."""

    def room(self) -> int:
        """How many packets it takes now."""
        ...

    def connection_interval_ms(self) -> float: ...

    async def drop(self) -> None:
        """The sensor is gone: out of range or restarting."""
        ...

    async def restore(self) -> None:
        """The sensor is there again."""
        ...


class Firmware:
    """Runs one sensor on one device that is powered on. advertised: it has been findable."""

    def __init__(self, device: Device, sensor: Body, *, clock: RunTime, link: Link) -> None:
        self.sensor = sensor
        self.server = GattServer(device, sensor, profile_of(sensor), clock=clock)
        self.advertised = asyncio.Event()
        self._clock = clock
        self._link = link
        self._gone = False
        self._back_s = 0.0
        self._reset_s: float | None = None
        self._findable_s = 0.0
        self._refusals = 0
        self._measured_s = now_s(clock)

    async def run(self) -> None:
        """Until cancelled."""
        period_s = max(_PERIOD_S, _SHORTEST_WALL_PERIOD_S * self._clock.speedup)
        try:
            while True:
                await self._work(now_s(self._clock))
                await self._clock.sleep(period_s)
        finally:
            self.server.close()

    async def _work(self, t_s: float) -> None:
        if self.server.profile.reset_asked:
            # After its answer has left.
            self.server.profile.reset_asked = False
            self._reset_s = t_s + _RESET_DELAY_S
        reset = self._reset_s is not None and t_s >= self._reset_s
        if reset or self.sensor.faults.reboot_due(t_s):
            await self._restart(t_s)
        gone = t_s < self._back_s or self.sensor.faults.out_of_range(t_s)
        if gone != self._gone:
            self._gone = gone
            if gone:
                await self._disappear()
            else:
                await uncut(self._link.restore())
        missed = self.server.connection is None and not self.server.advertising
        if missed and not gone and t_s >= self._findable_s:
            await self._be_found(t_s)
        await self._send(t_s)

    async def _be_found(self, t_s: float) -> None:
        try:
            await uncut(self.server.advertise(_ADVERTISING_INTERVAL_MS / self._clock.speedup))
        except HCI_Error:
            # A controller that is not yet done with the last connection says no for a moment.
            self._refusals += 1
            if self._refusals > _MOST_REFUSALS:
                raise
            self.server.advertising = False
            self._findable_s = t_s + _REFUSED_S
        else:
            self._refusals = 0
            self.advertised.set()

    def _steps_s(self, t_s: float) -> list[float]:
        # When the process stalls a real sensor goes on sending: what it missed is made up step by step.
        steps = max(1, ceil((t_s - self._measured_s) / _LONGEST_STEP_S))
        since_s, self._measured_s = self._measured_s, t_s
        return [since_s + (t_s - since_s) * k / steps for k in range(1, steps)] + [t_s]

    async def _restart(self, t_s: float) -> None:
        self._reset_s = None
        self._back_s = t_s + _BOOTING_S
        self._gone = True
        truth = self.sensor.truth
        before = truth.lost_on_link
        await self._disappear()
        # What was under way is forgotten like what was not yet sent: no later counter tells of either.
        truth.unsent_at_reboot += truth.lost_on_link - before
        truth.lost_on_link = before
        self.sensor.reboot(t_s)

    async def _disappear(self) -> None:
        await uncut(self.server.stop_advertising())
        await uncut(self._link.drop())

    async def _send(self, t_s: float) -> None:
        self.sensor.connection_interval_ms = self._link.connection_interval_ms()
        listening = self.server.connection is not None and self.server.subscribed
        room = self._link.room() if listening else 0
        packets: list[bytes] = []
        for step_s in self._steps_s(t_s):
            packets += self.sensor.advance(step_s, room=room - len(packets))
        await self.server.send(packets)
