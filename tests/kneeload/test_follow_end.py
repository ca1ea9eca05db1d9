"""The last results of a run are delivered even if they come while a look into the journal finds none yet."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from kneeload.settings import MqttSettings
from kneeload.sinks.mqtt import follow_mqtt
from kneeload.sinks.state import SinkState
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, journal_at
from tests.services import Mosquitto

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
NOTHING_YET: tuple[list[object], None] = ([], None)


class Late(ThreadPoolExecutor):
    """A thread pool in which something happens between the first look that finds nothing and its answer."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def submit(
        self, work: Callable[Arguments, Answer], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Answer]:
        def and_then() -> Answer:
            answer = work(*args, **kwargs)
            if answer == NOTHING_YET and self._meanwhile is not None:
                meanwhile, self._meanwhile = self._meanwhile, None
                meanwhile()
            return answer

        return super().submit(and_then)


def test_results_that_come_with_the_end_are_delivered(mosquitto: Mosquitto, tmp_path: Path) -> None:
    results = a_run(3)

    async def run() -> SinkState:
        loop, state, stop = asyncio.get_running_loop(), SinkState("sink"), asyncio.Event()
        with journal_at(tmp_path) as journal:

            def the_end() -> None:
                journal.append(RUN, results)
                loop.call_soon_threadsafe(stop.set)

            loop.set_default_executor(Late(the_end))
            settings = MqttSettings(host=mosquitto.host, port=mosquitto.port)
            await follow_mqtt(journal, settings, state, runner="anna", run=RUN, stop=stop)
        return state

    state = asyncio.run(run())
    assert (state.delivered, state.behind, state.last_error) == (len(results), 0, None)
