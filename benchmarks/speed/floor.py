"""What single calls cost: a stride is made of calls, not of arithmetic."""

import numpy as np
from scipy import signal

from benchmarks.sheet import Sheet, number
from benchmarks.speed.core import AIM, push_all
from benchmarks.speed.inputs import RATE_HZ, blocks_of, running
from benchmarks.speed.reference import channels_of, filter_and_find, yardstick_sos
from benchmarks.speed.timing import interleaved, seconds
from dsp.mount import Mount

__all__ = ["floor_sheet"]

RUN_S = 600.0
STRIDE_ROWS, IMPACT_ROWS = 140, 61  # of a running stride and of an impact's window at 200 Hz
INNER, REPEATS = 2000, 7


def floor_sheet() -> Sheet:
    samples = running(Mount.LEFT_SHIN, RUN_S)
    channels = channels_of(samples.acc_g, samples.gyro_dps)
    stream = blocks_of(samples, Mount.LEFT_SHIN, size=len(samples))
    strides = push_all(stream)
    core = interleaved(lambda: push_all(stream), lambda: filter_and_find(channels, RATE_HZ))
    one, row = np.ones(1), channels[:STRIDE_ROWS, 0].copy()
    stride = np.ascontiguousarray(channels[:STRIDE_ROWS].T)
    impact = np.ascontiguousarray(channels[:IMPACT_ROWS, :3].T)
    sos = yardstick_sos(RATE_HZ)
    b, a = signal.butter(2, 7.0, fs=RATE_HZ)
    state = np.zeros((stride.shape[0], 2))
    calls = (
        ("numpy adds one number to one number", lambda: one + one),
        (f"numpy adds {STRIDE_ROWS} numbers to {STRIDE_ROWS}, a stride's row", lambda: row + row),
        ("scipy.signal.lfilter on a stride's six rows", lambda: signal.lfilter(b, a, stride, zi=state)),
        ("scipy.signal.sosfiltfilt on an impact's three rows", lambda: signal.sosfiltfilt(sos, impact)),
    )
    costs = [(name, min(seconds(call, inner=INNER) for _ in range(REPEATS))) for name, call in calls]
    budget_s = core.reference_s / strides
    addition_s = costs[1][1]
    rows = [
        *costs,
        (f"what a ratio of {AIM:g} leaves for all of a stride", AIM * budget_s),
        ("the core, one array: all of a stride", core.ours_s / strides),
    ]
    return Sheet(
        "What a call costs",
        ("what", "µs", "stride's rows added", "once a stride, as a ratio to the yardstick"),
        tuple(
            (name, number(1e6 * cost_s, 1), number(cost_s / addition_s, 0), number(cost_s / budget_s, 2))
            for name, cost_s in rows
        ),
        notes=(f"{strides} strides in {RUN_S / 60:g} minutes; the yardstick as above.",),
    )
