"""A broker inside this process for the demo: something to subscribe to without any set-up."""

import asyncio
import logging
import socket
import warnings
from types import TracebackType
from typing import Self

from kneeload.errors import BrokerMissingError

__all__ = ["EmbeddedBroker"]

ANONYMOUS = "amqtt.plugins.authentication.AnonymousAuthPlugin"


class EmbeddedBroker:
    """As an async context: listens on a free port of 127.0.0.1, lets anyone in, keeps nothing.

    It speaks 3.1.1 alone; asked in MQTT 5 it hangs.
    """

    version = "3.1.1"

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = 0

    async def __aenter__(self) -> Self:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what it deprecates is not ours to mend
                from amqtt.broker import Broker
        except ImportError:
            raise BrokerMissingError(
                "the demo's own broker is not installed: pip install 'kneeload[sim]', or name one in [mqtt]"
            ) from None
        # Its log tells of every connection, and of every farewell as a warning.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with socket.socket() as probe:
            probe.bind((self.host, 0))
            self.port = int(probe.getsockname()[1])
        self._broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{self.host}:{self.port}"}},
                "plugins": {ANONYMOUS: {"allow_anonymous": True}},
            },
            loop=asyncio.get_running_loop(),
        )
        await self._broker.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._broker.shutdown()
