"""The family "polar-verity-sense": Polar Verity Sense in SDK mode, acceleration alone.

Its packets carry a time and no number. The number of a sample is made up from the times: a step between two
packets that is longer than their samples take is so many samples that were lost. Steps that are not are the
sensor's true rate, which is a little off the one it is set to; they are what lies between its samples.
docs/sensors.md says what that can and cannot tell.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import DecodeError
from ingest.packet import Kind
from ingest.sensors.battery import BATTERY_LEVEL_UUID, decode_battery_level
from ingest.sensors.family import Answer, Family, Samples, Step, Wanted, Write, fastest
from ingest.sensors.polar_pmd_frame import decode_frame
from ingest.sensors.polar_pmd_wire import (
    ACC,
    CONTROL_UUID,
    DATA_UUID,
    OPS,
    SDK_MODE,
    STATUSES,
    Setting,
    decode_features,
    decode_request,
    decode_response,
    encode_sdk_mode,
    encode_start,
    encode_stop,
)
from ingest.sensors.time_counter import TimeCounter

__all__ = ["FAMILY", "PolarVerityDecoder"]

NAMES: Final = "Polar Sense "
# In SDK mode (documentation/products/PolarVeritySense.md). 26 and 52 Hz are left out: at rest a packet takes
# seconds to fill, longer than a link may be silent.
RATES_HZ: Final = (104, 208, 416)
RANGES_G: Final = (2, 4, 8, 16)
USUAL_RATE_HZ: Final = 208
# Its sensor rails at 32767 of 32768 parts of the range, and values may be whole mg.
CLIPPED_FROM: Final = 0.999
ALREADY: Final = STATUSES.index("already in state")


class PolarVerityDecoder:
    """Frames -> Samples, by the start that was asked for and the answer to it."""

    def __init__(self) -> None:
        self.rate_hz: float | None = None
        self.acc_range_g: float | None = None
        self.gyro_range_dps: float | None = None
        self._asked: tuple[int, int] | None = None  # (Hz, g), until the sensor has answered
        self._factor: float | None = None
        self._counter: TimeCounter | None = None

    def receive(self, kind: Kind, data: bytes) -> Samples | None:
        if kind is Kind.DATA:
            return self._samples(data)
        if kind is Kind.REQUEST:
            self._asked = decode_request(data)
        elif kind is Kind.CONTROL:
            self._answered(data)
        elif kind is Kind.INFO:
            decode_features(data)
        return None

    def battery(self, data: bytes) -> float:
        return decode_battery_level(data)

    def samples_taken(self, data: bytes) -> int | None:  # noqa: ARG002
        return None

    def sync(self, data: bytes) -> tuple[int, int] | None:  # noqa: ARG002
        return None

    def _answered(self, data: bytes) -> None:
        response = decode_response(data)
        if (response.op, response.measurement) != (OPS["start"], ACC) or self._asked is None:
            return
        (rate_hz, range_g), self._asked = self._asked, None
        if response.status != 0:
            return
        self._factor = next(iter(response.settings.get(Setting.FACTOR, ())), None)
        if self._counter is None:
            self._counter = TimeCounter(rate_hz)
        elif rate_hz != self.rate_hz:
            self._counter = TimeCounter(rate_hz, boot=self._counter.boot + 1)
        self.rate_hz, self.acc_range_g = float(rate_hz), float(range_g)

    def _samples(self, data: bytes) -> Samples:
        frame = decode_frame(data)
        if self._counter is None or self.acc_range_g is None:
            raise DecodeError("DATA", "came before the start was answered, its scale is not known")
        acc_g = np.multiply(frame.samples, frame.g_per_lsb(self._factor), dtype=np.float64)
        place = self._counter.push(frame.last_ns, len(acc_g))
        clipped = _clipped(acc_g, self.acc_range_g)
        return Samples(place.boot, place.counter, place.tick_us, place.interval_us, acc_g, None, clipped)


def _clipped(acc_g: NDArray[np.float64], range_g: float) -> int:
    return int((np.abs(acc_g) >= CLIPPED_FROM * range_g).any(axis=1).sum())


def recognises(name: str | None, _service_uuids: Collection[str]) -> bool:
    return name is not None and name.startswith(NAMES)


def start(wanted: Wanted, _read: Mapping[Kind, bytes]) -> tuple[Step, ...]:
    """Stop what may be streaming, as the mode cannot be changed under it; SDK mode; acceleration."""
    rate_hz = fastest(RATES_HZ, wanted.rate_hz, usual_hz=USUAL_RATE_HZ)
    range_g = next((r for r in RANGES_G if r >= (wanted.acc_range_g or RANGES_G[-1])), RANGES_G[-1])
    return (
        Write(CONTROL_UUID, encode_stop(), answer=_answer("stop", ACC, ""), optional=True),
        Write(CONTROL_UUID, encode_sdk_mode(), answer=_answer("start", SDK_MODE, "the SDK mode")),
        Write(
            CONTROL_UUID,
            encode_start(rate_hz, range_g),
            answer=_answer("start", ACC, f"{rate_hz} Hz at ±{range_g} g"),
            kept=True,
        ),
    )


def _answer(op: str, measurement: int, what: str) -> Answer:
    """The control point's answer to this command; what: what it refuses, empty where it may."""

    def verdict(data: bytes) -> str | None:
        try:
            response = decode_response(data)
        except DecodeError as error:
            return (
                f"answered what is no answer ({error})"
                if data[1:3] == bytes((OPS[op], measurement))
                else None
            )
        if (response.op, response.measurement) != (OPS[op], measurement):
            return None
        fine = not what or response.status == 0 or (measurement == SDK_MODE and response.status == ALREADY)
        return "" if fine else f"refused {what}: {response.status_text}"

    return Answer(Kind.CONTROL, verdict)


FAMILY = Family(
    name="polar-verity-sense",
    service_uuid=None,
    recognises=recognises,
    reads={CONTROL_UUID: Kind.INFO, BATTERY_LEVEL_UUID: Kind.BATTERY},
    subscribes={CONTROL_UUID: Kind.CONTROL, BATTERY_LEVEL_UUID: Kind.BATTERY, DATA_UUID: Kind.DATA},
    start=start,
    # In SDK mode it is no heart rate sensor: that is what it shall be afterwards.
    stop=(Write(CONTROL_UUID, encode_stop()), Write(CONTROL_UUID, encode_sdk_mode(False))),
    decoder=PolarVerityDecoder,
)
