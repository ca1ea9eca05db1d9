"""What can go wrong for the user of a virtual sensor."""

__all__ = ["FaultError", "SimulatorError", "TransportError"]


class SimulatorError(Exception):
    """Root of the simulator's errors: one line that says what, where and what to do."""


class FaultError(SimulatorError):
    """A fault that does not exist or cannot have this value. text: what was given."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"fault {text!r}: {why}")
        self.text = text


class TransportError(SimulatorError):
    """A Bluetooth controller that cannot be used. transport: its name as given."""

    def __init__(self, transport: str, why: str) -> None:
        super().__init__(f"transport {transport!r}: {why}")
        self.transport = transport
