"""`kneeload sim`: what it tells at its end."""

import asyncio
import json
import signal
from pathlib import Path

from bumble.core import UUID
from bumble.device import Peer
from bumble.hci import Address
from bumble.link import LocalLink

from firmware_sim.encoder import Op, uuid_of
from ingest.sensors import FAMILIES
from kneeload.virtual import MADE
from tests.firmware_sim.test_serve import PATIENCE_S, central_on, controller_on_tcp, enough
from tests.firmware_sim.wire import read_data
from tests.kneeload.program import start_kneeload


async def test_its_report_is_the_truth_about_what_arrived(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    ready = tmp_path / "ready"
    async with controller_on_tcp(link, "one") as (spec, _):
        command: list[str | Path] = ["sim", "--transport", spec, "--ready-file", ready, "--json"]
        program = start_kneeload(command, home=tmp_path)
        try:
            async with asyncio.timeout(4 * PATIENCE_S):
                while not ready.exists():
                    assert program.poll() is None, program.communicate()[1]
                    await asyncio.sleep(0.02)
            (sensor,) = [c for c in link.controllers if c.advertising_sets]
            device = await central_on(link)
            packets: list[bytes] = []
            connection = await device.connect(Address(str(sensor.random_address)), timeout=PATIENCE_S)
            peer = Peer(connection)
            await peer.request_mtu(517)
            await peer.discover_all()  # type: ignore[no-untyped-call]
            (data,) = peer.get_characteristics_by_uuid(UUID(uuid_of(5)))
            (control,) = peer.get_characteristics_by_uuid(UUID(uuid_of(4)))
            await data.subscribe(packets.append)
            await control.write_value(bytes([Op.START, 0]), with_response=True)
            await enough(packets)
            # Stopped, it sends no more: what it has sent is what there is.
            await control.write_value(bytes([Op.STOP, 0]), with_response=True)
            program.send_signal(signal.SIGTERM)
            said, errors = await asyncio.to_thread(program.communicate, timeout=PATIENCE_S)
        finally:
            program.kill()
    assert program.returncode == 0, errors
    (account,) = json.loads(said)["sensors"]
    seen = [read_data(packet) for packet in packets]
    assert account["address"] == str(sensor.random_address).removesuffix("/R")
    assert account["packets_sent"] == len(packets)
    assert account["sent"] == sum(d.n for d in seen)
    assert {d.boot for d in seen} == {account["boot"]}
    assert account["dropped"] == account["samples_lost"] == 0


async def test_it_is_like_another_maker_s_sensor_where_asked(tmp_path: Path) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    ready = tmp_path / "ready"
    async with controller_on_tcp(link, "one") as (spec, _):
        command: list[str | Path] = ["sim", "--transport", spec, "--ready-file", ready, "--json"]
        program = start_kneeload([*command, "--family", "polar-verity-sense"], home=tmp_path)
        try:
            async with asyncio.timeout(4 * PATIENCE_S):
                while not ready.exists():
                    assert program.poll() is None, program.communicate()[1]
                    await asyncio.sleep(0.02)
            program.send_signal(signal.SIGTERM)
            said, errors = await asyncio.to_thread(program.communicate, timeout=PATIENCE_S)
        finally:
            program.kill()
    assert program.returncode == 0, errors
    (account,) = json.loads(said)["sensors"]
    assert account["name"].startswith("Polar Sense ")
    assert account["boot"] is None


def test_there_is_a_virtual_sensor_of_every_family() -> None:
    assert set(MADE) == set(FAMILIES)


def test_a_family_that_there_is_not_is_refused(tmp_path: Path) -> None:
    program = start_kneeload(["sim", "--transport", "usb:0", "--family", "garmin"], home=tmp_path)
    _, errors = program.communicate(timeout=PATIENCE_S * 3)
    assert program.returncode == 2
    assert "polar-verity-sense" in errors
