"""Sensors on controllers reached over HCI, as `kneeload sim` serves them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from bumble import hci
from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Device, Peer
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, Transport
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.encoder import Op, uuid_of
from firmware_sim.errors import TransportError
from firmware_sim.serve import controllers_in, serve
from tests.firmware_sim.test_radio import make_sensor, until
from tests.firmware_sim.wire import counters

PATIENCE_S = 10.0


@asynccontextmanager
async def controller_on_tcp(
    link: LocalLink, name: str, kind: type[Controller] = Controller
) -> AsyncIterator[tuple[str, Transport]]:
    """A controller as another program's: its HCI on a TCP port; how Bumble names it, and its transport."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        async with await open_tcp_server_transport_with_socket(listening) as transport:
            kind(name, host_source=transport.source, host_sink=transport.sink, link=link)
            yield f"tcp-client:127.0.0.1:{port}", transport


async def enough(packets: list[bytes]) -> None:
    await until(lambda: len(packets) >= 30)


async def central_on(link: LocalLink) -> Device:
    controller = Controller("central", link=link)
    host = Host(controller, AsyncPipeSink(controller))
    device = Device(name="central", address=Address("F0:00:00:00:00:01"), host=host)
    await device.power_on()
    return device


async def test_two_sensors_on_two_controllers_over_tcp(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    sensors = [make_sensor(Mount.LEFT_SHIN), make_sensor(Mount.RIGHT_SHIN)]
    ready_file = tmp_path / "ready"
    async with controller_on_tcp(link, "one") as (one, _), controller_on_tcp(link, "two") as (two, _):
        serving = asyncio.create_task(
            serve(f"{one}, {two}", sensors, ready_file=ready_file, clock=Clock(10.0))
        )
        await until(ready_file.exists)
        device = await central_on(link)
        for sensor in sensors:
            packets: list[bytes] = []
            connection = await device.connect(Address(sensor.address), timeout=PATIENCE_S)
            peer = Peer(connection)
            assert await peer.request_mtu(517) == 247
            await peer.discover_all()  # type: ignore[no-untyped-call]
            (data,) = peer.get_characteristics_by_uuid(UUID(uuid_of(5)))
            (control,) = peer.get_characteristics_by_uuid(UUID(uuid_of(4)))
            await data.subscribe(packets.append)
            await control.write_value(bytes([Op.START, 0]), with_response=True)
            await enough(packets)
            numbers = counters(packets)
            assert numbers == list(range(len(numbers)))
            await connection.disconnect()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        assert serving.cancelled()


async def test_a_controller_that_goes_away_ends_serving_with_its_name() -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    async with controller_on_tcp(link, "one") as (spec, hci):
        serving = asyncio.create_task(serve(spec, [make_sensor()]))
        await until(lambda: any(c.advertising_sets for c in link.controllers))
        hci.sink.transport.close()  # type: ignore[attr-defined]
        with pytest.raises(TransportError, match=r"tcp-client.*went away"):
            await asyncio.wait_for(serving, PATIENCE_S)


async def test_controllers_that_go_away_together_are_all_named(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    sensors, ready_file = [make_sensor(), make_sensor(Mount.RIGHT_SHIN)], tmp_path / "ready"
    async with controller_on_tcp(link, "one") as (one, hci), controller_on_tcp(link, "two") as (two, other):
        serving = asyncio.create_task(serve(f"{one},{two}", sensors, ready_file=ready_file))
        await until(ready_file.exists)
        for transport in (hci, other):
            transport.sink.transport.close()  # type: ignore[attr-defined]
        with pytest.raises(TransportError, match=f"{one}, {two}.*the controllers went away"):
            await asyncio.wait_for(serving, PATIENCE_S)


async def test_who_is_connected_hears_of_the_end(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    sensor, ready_file = make_sensor(), tmp_path / "ready"
    async with controller_on_tcp(link, "one") as (spec, _):
        serving = asyncio.create_task(serve(spec, [sensor], ready_file=ready_file))
        await until(ready_file.exists)
        device = await central_on(link)
        connection = await device.connect(Address(sensor.address), timeout=PATIENCE_S)
        gone = asyncio.Event()
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: gone.set())
        serving.cancel()
        await asyncio.wait_for(gone.wait(), PATIENCE_S)
        await asyncio.wait([serving])
        assert serving.cancelled()
        assert not any(s.enabled for c in link.controllers for s in c.advertising_sets.values())


class Reluctant(Controller):
    """A controller that at first says no to advertising, as some do when a connection has just ended."""

    refusals = 2

    def on_hci_le_set_extended_advertising_enable_command(
        self, command: hci.HCI_LE_Set_Extended_Advertising_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        if command.enable and self.refusals:
            self.refusals -= 1
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        return super().on_hci_le_set_extended_advertising_enable_command(command)


async def test_advertising_that_is_refused_is_tried_again(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    ready_file = tmp_path / "ready"
    async with controller_on_tcp(link, "one", Reluctant) as (spec, _):
        serving = asyncio.create_task(serve(spec, [make_sensor()], ready_file=ready_file))
        await until(ready_file.exists)
        assert any(s.enabled for c in link.controllers for s in c.advertising_sets.values())
        serving.cancel()
        await asyncio.wait([serving])


async def test_every_sensor_needs_a_controller() -> None:
    with pytest.raises(TransportError, match="2 sensors need 2 controllers, not 1"):
        await serve("usb:0", [make_sensor(), make_sensor(Mount.RIGHT_SHIN)])


@pytest.mark.parametrize(
    "spec", ["nonsense", "tcp-client:127.0.0.1:1", "tcp-client:nonsense", "vhci:/nowhere"]
)
async def test_a_controller_that_cannot_be_opened_is_named(spec: str) -> None:
    with pytest.raises(TransportError) as caught:
        await serve(spec, [make_sensor()])
    assert repr(spec) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_commas_separate_controllers_but_not_their_metadata() -> None:
    assert controllers_in("usb:[driver=rtk,x=1]0, vhci,") == ["usb:[driver=rtk,x=1]0", "vhci"]
