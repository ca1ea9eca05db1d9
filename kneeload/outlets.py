"""The ways out of the house during a run: whoever is configured follows the journal beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from kneeload.config import Config
from kneeload.failures import first_of
from kneeload.journal import Journal
from kneeload.sinks.influx import follow_influx
from kneeload.sinks.mqtt import follow_mqtt
from kneeload.sinks.state import SinkState

__all__ = ["Outlets"]

LOOK_S: Final = 0.5
REFUSED: Final = "some results were refused and are parked; kneeload doctor says which and why"


class Outlets:
    """The configured sinks' states; None where there is none."""

    def __init__(self) -> None:
        self.mqtt: SinkState | None = None
        self.influx: SinkState | None = None

    @property
    def states(self) -> list[SinkState]:
        return [state for state in (self.mqtt, self.influx) if state is not None]

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        journal: Journal,
        config: Config,
        *,
        run: str,
        tell: Callable[[str], None],
        mqtt_cursor: str | None = None,
    ) -> AsyncIterator["Outlets"]:
        """Sinks follow the journal until the block is left, then deliver what is left within their drain_s.

        tell: called with a line when a server is lost, comes back or wants something of a person.
        """
        outlets, stop = cls(), asyncio.Event()
        works = outlets._works(journal, config, run=run, stop=stop, mqtt_cursor=mqtt_cursor)
        try:
            async with asyncio.TaskGroup() as group:
                follows = [group.create_task(_apart(work, state), name=state.name) for state, work in works]
                watch = group.create_task(outlets._watch(tell), name="outlets")
                try:
                    yield outlets
                finally:
                    stop.set()
                    if follows:
                        await asyncio.wait(follows)
                    watch.cancel()
        except BaseExceptionGroup as several:
            # What stopped the run is what there is to say, not the group that it was in.
            raise first_of(several) from None
        outlets._tell_changes(tell, {})

    def _works(
        self, journal: Journal, config: Config, *, run: str, stop: asyncio.Event, mqtt_cursor: str | None
    ) -> list[tuple[SinkState, Awaitable[None]]]:
        """Each sink that is configured, and its following."""
        works: list[tuple[SinkState, Awaitable[None]]] = []
        if config.mqtt.host is not None:
            state = self.mqtt = SinkState("MQTT")
            runner = config.runner.name
            work = follow_mqtt(
                journal, config.mqtt, state, runner=runner, run=run, stop=stop, cursor=mqtt_cursor
            )
            works.append((state, work))
        if config.influx.url is not None:
            state = self.influx = SinkState("InfluxDB")
            works.append((state, follow_influx(journal, config.influx, state, stop=stop)))
        return works

    async def _watch(self, tell: Callable[[str], None]) -> None:
        told: dict[str, str | None] = {}
        while True:
            self._tell_changes(tell, told)
            await asyncio.sleep(LOOK_S)

    def _tell_changes(self, tell: Callable[[str], None], told: dict[str, str | None]) -> None:
        for state in self.states:
            trouble = state.last_error or state.limited or (REFUSED if state.refused else None)
            if trouble != told.get(state.name):
                told[state.name] = trouble
                tell(f"{state.name}: {trouble or f'{state.where} takes results again'}")


async def _apart(work: Awaitable[None], state: SinkState) -> None:
    """One way out that breaks, in a way that nobody foresaw, takes neither the run nor the other with it."""
    try:
        await work
    except Exception as error:
        state.give_up(error)
