"""What is said when Bluetooth cannot be reached at all."""

import pytest
from bleak.exc import BleakGATTProtocolError

from ingest.adapter import reason

__all__: list[str] = []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory"), "no system D-Bus"),
        (ConnectionRefusedError(111, "Connection refused"), "no system D-Bus"),
        (OSError("the adapter is off\nand more"), "the adapter is off"),
        (TimeoutError(), "TimeoutError"),
        (BleakGATTProtocolError(2), "GATT Protocol Error: Read Not Permitted"),
    ],
)
def test_the_reason_is_one_line_that_tells_something(error: Exception, said: str) -> None:
    assert said in reason(error)
    assert "\n" not in reason(error)
    assert "Errno" not in reason(error)
    assert "(" not in reason(error)
