"""Our side of the simulated radio: one Bumble central, shared by all of Bleak's clients and scanners."""

import asyncio
from collections.abc import Callable
from typing import Final

from bumble import core, hci
from bumble.device import Advertisement, Connection, ConnectionParametersPreferences, Device

from firmware_sim.clock import RunTime
from firmware_sim.uncut import uncut

__all__ = ["Central"]

_SUPERVISION_TIMEOUT_MS: Final = 4000

Heard = Callable[[Advertisement], None]


class Central:
    """The one adapter of this machine: connects one sensor at a time, scans for any number of listeners."""

    def __init__(self, device: Device, *, clock: RunTime, connection_interval_s: float) -> None:
        self.device = device
        self.clock = clock
        self.connecting = asyncio.Lock()
        self._preferences = {
            hci.Phy.LE_1M: ConnectionParametersPreferences(
                connection_interval_min=connection_interval_s * 1e3,
                connection_interval_max=connection_interval_s * 1e3,
                max_latency=0,
                supervision_timeout=_SUPERVISION_TIMEOUT_MS,
            )
        }
        self._listeners: list[Heard] = []
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)

    async def connect(self, address: str, *, timeout_s: float) -> Connection:
        """timeout_s: run time. TimeoutError when the sensor does not answer."""
        async with self.connecting:
            attempt = asyncio.ensure_future(
                self.device.connect(
                    hci.Address(address),
                    connection_parameters_preferences=self._preferences,
                    timeout=timeout_s / self.clock.speedup,
                )
            )
            try:
                return await asyncio.shield(attempt)
            except core.TimeoutError as error:
                raise TimeoutError(f"{address} did not answer within {timeout_s:g} s") from error
            except asyncio.CancelledError:
                # The controller must not go on connecting for a caller that has gone.
                await self._abandon(attempt)
                raise

    async def _abandon(self, attempt: asyncio.Future[Connection]) -> None:
        if not attempt.done():
            await self.device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        try:
            connection = await attempt
        except core.BaseBumbleError:
            return
        await connection.disconnect()

    async def listen(self, heard: Heard) -> None:
        """Call heard for every advertisement from now on."""
        self._listeners.append(heard)
        if len(self._listeners) == 1:
            await uncut(self.device.start_scanning())

    async def stop_listening(self, heard: Heard) -> None:
        if heard not in self._listeners:
            return
        self._listeners.remove(heard)
        if not self._listeners:
            await uncut(self.device.stop_scanning())

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for heard in tuple(self._listeners):
            heard(advertisement)
