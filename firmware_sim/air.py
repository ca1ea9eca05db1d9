"""The air between one central and several sensors: connection events, range, loss of a link.

Bumble's LocalLink passes everything at once. Here data of a connection waits for its next connection event,
as on a real link: nothing arrives between events, a packet made just after one is late by nearly an interval.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import floor
from random import Random
from typing import Final

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from firmware_sim.clock import RunTime, call_at, now_s

__all__ = ["Air", "Chip"]

# Until data flows a connection runs at the shortest interval, as centrals do to read services.
_SETUP_INTERVAL_S: Final = 0.0075
# 247-byte packets on the 2M PHY take about 1.4 ms each, answer and spaces included.
_PACKET_S: Final = 0.0015
# What a sensor's controller buffers; more waits in the sensor.
_BUFFERS: Final = 8
_ATT_OPCODE_AT: Final = 4
_NOTIFICATION: Final = 0x1B

Delivery = Callable[[], None]
Lost = Callable[[bytes], None]


class Chip(Controller):
    """Bumble's controller with data length extension, and with a cancel of connecting that takes effect."""

    le_acl_data_packet_length = 251

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        # Without the coloured log line that Bumble words for every packet, shown or not.
        if self.host:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        # The host sends on until it has heard that the connection is gone.
        if self.find_connection_by_handle(packet.connection_handle) is None and isinstance(self.link, Air):
            self.link.lose(self, packet.data)
            return
        super().on_hci_acl_data_packet(packet)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


@dataclass(slots=True)
class _Connection:
    """anchor_s: run time of one of its events."""

    anchor_s: float
    interval_s: float = _SETUP_INTERVAL_S
    streaming: bool = False
    to_central: deque[tuple[bytes, Delivery]] = field(default_factory=deque)
    to_sensor: deque[tuple[bytes, Delivery]] = field(default_factory=deque)
    last_event_s: float = 0.0
    asked_s: float = 0.0
    timer: asyncio.TimerHandle | None = None

    def budget(self, duration_s: float) -> int:
        """How many packets the events of so much time carry."""
        return floor(duration_s / self.interval_s) * max(1, int(self.interval_s / _PACKET_S))

    def next_event_s(self, t_s: float) -> float:
        return self.anchor_s + (floor((t_s - self.anchor_s) / self.interval_s) + 1) * self.interval_s


class Air(LocalLink):
    """connection_interval_s: of every connection once it streams; its phase is random, from seed."""

    def __init__(self, clock: RunTime, *, connection_interval_s: float, seed: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.connection_interval_s = connection_interval_s
        self._clock = clock
        self._random = Random(seed)
        self._connections: dict[Controller, _Connection] = {}
        self._sensors: dict[Controller, Lost] = {}
        self._away: set[Controller] = set()

    def add_sensor(self, controller: Controller, lost: Lost) -> None:
        """Say which controller is a sensor's. lost(l2cap pdu): what was under way when a link broke."""
        self._sensors[controller] = lost

    def room(self, controller: Controller) -> int:
        """How many more packets the sensor's controller takes now.

        When the process has stalled, so many as would have left at the events in between.
        """
        if controller in self._away:
            return 0
        connection = self._connections.get(controller)
        if connection is None:
            return _BUFFERS
        t_s = now_s(self._clock)
        idle_s, connection.asked_s = t_s - connection.asked_s, t_s
        return max(0, _BUFFERS + connection.budget(idle_s) - len(connection.to_central))

    def leave(self, controller: Controller) -> None:
        """Out of range: heard by nobody, and both sides lose the connection as by supervision timeout."""
        if controller in self._away:
            return
        self._away.add(controller)
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            far = peer and peer.le_connections.get(connection.self_address)
            self._forget(controller)
            controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            if peer and far:
                peer.on_le_disconnected(far, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def come_back(self, controller: Controller) -> None:
        """In range again."""
        self._away.discard(controller)

    def lose(self, controller: Controller, data: bytes) -> None:
        """Data that a sensor's controller can deliver to nobody any more."""
        if controller in self._sensors:
            self._sensors[controller](data)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        if sender_controller in self._away:
            return
        if isinstance(packet, ll.AdvExtInd | ll.AdvInd):
            # Who scans here scans actively: the scan response comes with the advertisement.
            packet = replace(packet, data=packet.data + _scan_response(sender_controller))
        loop = asyncio.get_running_loop()
        for controller in self.controllers - self._away - {sender_controller}:
            loop.call_soon(controller.on_ll_advertising_pdu, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        if isinstance(packet, ll.TerminateInd):
            for address in (sender_address, receiver_address):
                controller = self.find_le_controller(address)
                if controller is not None and controller in self._sensors:
                    self._forget(controller)
        super().send_ll_control_pdu(sender_address, receiver_address, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        receiver = self.find_le_controller(destination_address)
        from_sensor = sender_controller in self._sensors
        source_address = sender_controller.random_address
        if receiver is None or source_address not in receiver.le_connections:
            self.lose(sender_controller, data)
            return
        sensor = sender_controller if from_sensor else receiver
        connection = self._connections.get(sensor)
        if connection is None:
            t_s = now_s(self._clock)
            connection = self._connections[sensor] = _Connection(
                anchor_s=t_s + self._random.uniform(0, _SETUP_INTERVAL_S), last_event_s=t_s, asked_s=t_s
            )
        if from_sensor and not connection.streaming and data[_ATT_OPCODE_AT] == _NOTIFICATION:
            connection.streaming = True
            connection.interval_s = self.connection_interval_s
            connection.anchor_s = now_s(self._clock) + self._random.uniform(0, connection.interval_s)

        def deliver() -> None:
            receiver.on_link_acl_data(source_address, transport, data)

        queue = connection.to_central if from_sensor else connection.to_sensor
        queue.append((data, deliver))
        self._await_event(sensor, connection)

    def _await_event(self, sensor: Controller, connection: _Connection) -> None:
        if connection.timer is None and (connection.to_central or connection.to_sensor):
            at_s = connection.next_event_s(now_s(self._clock))
            connection.timer = call_at(self._clock, at_s, lambda: self._event(sensor, connection))

    def _event(self, sensor: Controller, connection: _Connection) -> None:
        connection.timer = None
        t_s = now_s(self._clock)
        # At many times the wall's speed one timer stands for several events.
        budget = connection.budget(max(connection.interval_s, t_s - connection.last_event_s))
        connection.last_event_s = t_s
        for queue in (connection.to_sensor, connection.to_central):
            for _ in range(min(len(queue), budget)):
                queue.popleft()[1]()
        self._await_event(sensor, connection)

    def _forget(self, sensor: Controller) -> None:
        connection = self._connections.pop(sensor, None)
        if connection is None:
            return
        if connection.timer is not None:
            connection.timer.cancel()
        for data, _ in connection.to_central:
            self._sensors[sensor](data)


def _scan_response(controller: Controller) -> bytes:
    sets = [bytes(s.scan_response_data) for s in controller.advertising_sets.values() if s.enabled]
    return sets[0] if sets else controller.le_legacy_advertiser.scan_response_data
