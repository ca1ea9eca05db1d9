"""Where the signal core's time goes: samples of the stack, as often as the system's timer allows."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from benchmarks.sheet import Sheet, number
from benchmarks.speed.core import NOTIFICATION_SAMPLES, push_all
from benchmarks.speed.inputs import RATE_HZ, blocks_of, running
from dsp.mount import Mount

__all__ = ["where_sheet"]

INTERVAL_S = 0.001
RUN_S, TIMES = 600.0, 25
SHOWN = 12
CORE = str(Path(__file__).resolve().parents[2] / "dsp")


class Tally:
    """Which function of the core was at work, and whether in its own lines or in a library it called."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.library: Counter[str] = Counter()

    def take(self, _number: int, frame: FrameType | None) -> None:
        counter = self.own
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(CORE):
                counter[f"{Path(code.co_filename).stem}.{code.co_qualname}"] += 1
                return
            counter = self.library
            frame = frame.f_back


@contextmanager
def sampling(take: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, take)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_S, INTERVAL_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def where_sheet() -> Sheet:
    mount = Mount.LEFT_SHIN
    stream = blocks_of(running(mount, RUN_S), mount, size=NOTIFICATION_SAMPLES)
    push_all(stream)
    tally = Tally()
    with sampling(tally.take):
        for _ in range(TIMES):
            push_all(stream)
    every = tally.own + tally.library
    total = max(1, every.total())
    rows = [
        (name, *(number(100 * counter[name] / total) for counter in (every, tally.own, tally.library)))
        for name, _ in every.most_common(SHOWN)
    ]
    rest = total - sum(count for _, count in every.most_common(SHOWN))
    rows.append(("all others", number(100 * rest / total), "", ""))
    return Sheet(
        "Where the core's time goes",
        ("innermost function of dsp", "share %", "its own lines %", "libraries it calls %"),
        tuple(rows),
        notes=(
            f"{RUN_S / 60:g} minutes of six axes at {RATE_HZ:g} Hz from a shin, in notifications of "
            f"{NOTIFICATION_SAMPLES} samples; {total} samples of the stack.",
        ),
    )
