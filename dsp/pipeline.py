"""From samples to strides: the one call that everything above the signal core makes."""

import copy
from dataclasses import dataclass, field
from typing import Literal

from dsp.block import ImuBlock, Rows
from dsp.bout import Bout, Cycle
from dsp.clipping import Rails
from dsp.gait import calm_share, gait_score
from dsp.grid import VOID, SampleGrid
from dsp.jolt import advance_jolt, jolt_due, open_jolt
from dsp.mount import Mount
from dsp.params import Params
from dsp.record import measure
from dsp.runner import Runner, Tally
from dsp.signals import Signals
from dsp.standing import STILL_S, stands_still
from dsp.stride import Stride
from dsp.swing import advance_swing, open_swing, swing_due
from dsp.swinging import Way
from dsp.travel import Travel, knows_way

__all__ = ["State", "StridePipeline"]


TRY_S = 0.25  # between attempts to open a bout
UNLIKE = 4  # contacts in a row like none before them end one; judged recordings have two at the most


@dataclass(slots=True)
class State:
    """Everything a pipeline remembers; deep-copied on the way out and in."""

    params: Params
    mount: Mount
    signals: Signals | None = None
    rails: Rails = field(default_factory=Rails)
    ahead: list[ImuBlock] = field(default_factory=list)  # came, but nothing could be decided with them yet
    more: int = 0  # rows in them
    due: int = 0  # rows that must have come before anything can be decided
    floor: int = 0  # rows before this belong to strides already told
    tried: int = 0  # row of the last attempt to open a bout
    way: Way = field(default_factory=Way)
    bout: Bout | None = None
    waiting: list[Cycle] = field(default_factory=list)
    runner: Runner = field(default_factory=Runner)
    travel: Travel = field(default_factory=Travel)
    samples: int = 0  # without those ahead
    watched_us: int = 0
    last_us: int | None = None


class StridePipeline:
    """One sensor's stream to its strides. Any split of the input gives the same output, bit for bit."""

    def __init__(self, mount: Mount, params: Params = Params()) -> None:  # noqa: B008
        self._s = State(params, mount)

    @classmethod
    def restore(cls, state: State) -> "StridePipeline":
        """A pipeline that goes on where `snapshot` was taken."""
        pipeline = cls(state.mount, state.params)
        pipeline._s = copy.deepcopy(state)
        return pipeline

    def snapshot(self) -> State:
        return copy.deepcopy(self._s)

    def push(self, block: ImuBlock) -> list[Stride]:
        """Strides that this block completes; usually none, and then nothing is done but to keep it."""
        n = block.t_us.shape[0]
        if n == 0:
            return []
        s = self._s
        strides = self._take() if block.restart else []
        s.ahead.append(block)
        s.more += n + block.lost_before
        if block.restart or s.more >= s.due:
            strides += self._take()
        return strides

    def flush(self) -> list[Stride]:
        """End of the stream: whatever is still open."""
        return self._take() + self._end_segment()

    @property
    def activity(self) -> Literal["run", "walk", "idle"]:
        """What the leg does now."""
        s = self._s
        if s.bout is None or s.signals is None or s.runner.strides == 0:
            return "idle"
        travels = s.travel.sure and not s.travel.stays
        return s.runner.activity if travels or not self._knows_way(s.signals) else "idle"

    def _knows_way(self, signals: Signals) -> bool:
        return knows_way(self._s.mount, gyroscope=signals.grid.channels == 6)

    @property
    def _tally(self) -> Tally:
        """Of the strides told."""
        return self._s.travel.before if self._s.travel.held else self._s.runner.tally

    @property
    def running_s(self) -> float:
        return self._tally.run_us / 1e6

    @property
    def walking_s(self) -> float:
        return self._tally.walk_us / 1e6

    @property
    def idle_s(self) -> float:
        return max(0, self._s.watched_us - self._tally.run_us - self._tally.walk_us) / 1e6

    @property
    def samples(self) -> int:
        return self._s.samples + sum(len(block) for block in self._s.ahead)

    @property
    def clipped_samples(self) -> int:
        return self._s.rails.clipped_samples

    def _take(self) -> list[Stride]:
        """Look at the blocks that came since the last look."""
        s = self._s
        if not s.ahead:
            return []
        rows, s.ahead, s.more = Rows.of(s.ahead), [], 0
        s.samples += rows.t_us.shape[0]
        strides: list[Stride] = []
        if s.signals is not None and rows.restart and not _fits(s.signals, rows):
            strides += self._end_segment()
            s.signals = None
        if s.signals is None:
            s.signals = self._begin(rows)
        for piece in s.signals.grid.pieces(rows, s.rails.flags(rows)):
            if piece.breaks:
                strides += self._end_segment()
            self._watch(int(piece.t_us[0]), int(piece.t_us[-1]), fresh=piece.breaks)
            s.signals.grid.append(piece)
            s.signals.fill()
            strides += self._gate(s.signals.end)
        s.due = self._due()
        return strides

    def _begin(self, rows: Rows) -> Signals:
        p = self._s.params
        rate, channels = rows.rate_hz, rows.x.shape[0]
        grid = SampleGrid(
            rate,
            channels,
            Signals.rows_beside(channels),
            keep=round((p.history_s + 3.0) * rate),
            max_filled=p.max_filled,
            max_void=round(p.max_void_s * rate),
        )
        return Signals.at(grid, p.gate_hz)

    def _watch(self, first_us: int, last_us: int, *, fresh: bool) -> None:
        s = self._s
        s.watched_us += last_us - (first_us if fresh or s.last_us is None else s.last_us)
        s.last_us = last_us

    def _due(self) -> int:
        """Rows to wait for before the next look. Moves when a stride is told, never what is told."""
        s = self._s
        assert s.signals is not None
        grid = s.signals.grid
        if s.bout is None:
            row = s.tried + round(TRY_S * grid.rate_hz)
        elif grid.channels == 6:
            row = swing_due(s.bout)
        else:
            row = min(jolt_due(s.bout), s.waiting[0].ready if s.waiting else grid.end + grid.keep)
        return max(row - grid.end, round(s.params.look_s * grid.rate_hz))

    def _gate(self, now: int, *, last: bool = False) -> list[Stride]:
        """Everything that rows up to `now` decide, in the order in which it is decided."""
        s = self._s
        assert s.signals is not None
        strides: list[Stride] = []
        while True:
            if s.bout is None:
                tick = s.tried + round(TRY_S * s.signals.grid.rate_hz)
                if tick > now:
                    break
                s.tried = tick
                self._open(tick)
                continue
            if s.signals.grid.channels == 6:
                cycle, ended = advance_swing(s.signals, s.bout, now, s.params, last=last)
            else:
                cycle, ended = advance_jolt(s.signals, s.bout, now, s.params, last=last)
            if cycle is not None:
                s.waiting.append(cycle)
            while s.waiting and (s.waiting[0].ready <= now or last):
                measured = s.waiting.pop(0)
                strides += self._measure(measured, now)
                if s.runner.unlike >= UNLIKE:
                    s.waiting, cycle, ended = [], None, min(now, measured.ready)
            if ended is not None:
                strides += s.travel.close(s.runner)
                tick = round(TRY_S * s.signals.grid.rate_hz)
                s.bout, s.tried = None, ended - ended % tick
            elif cycle is None:
                break
        return strides

    def _open(self, now: int) -> None:
        s = self._s
        assert s.signals is not None
        grid = s.signals.grid
        self._stand(now)
        floor = max(0, s.floor, now - round(s.params.history_s * grid.rate_hz))
        if grid.channels == 6:
            s.bout = open_swing(s.signals, now, floor, s.params, s.way)
        else:
            s.bout = open_jolt(s.signals, now, floor, s.params)
        if s.bout is not None:
            period = s.bout.period
            alike = s.signals.acc(max(floor, now - round(s.params.open_strides * period)), now)
            calm = calm_share(alike, period, s.runner.one_g, rate_hz=grid.rate_hz)
            s.runner.begin_bout(gait_score(period / grid.rate_hz, None, calm))

    def _stand(self, now: int) -> None:
        """Note which way is up while the leg stands still."""
        s = self._s
        assert s.signals is not None
        first = now - round(STILL_S * s.signals.grid.rate_hz)
        if first < 0 or s.signals.grid.any(first, now, VOID):
            return
        acc, raw = s.signals.acc(first, now), s.signals.grid.window(first, now)
        if stands_still(acc, raw[:3], s.signals.grid.rate_hz):
            s.runner.stand(acc)
            if s.signals.grid.channels == 6:
                s.runner.offset.stand(raw[3:6])

    def _measure(self, cycle: Cycle, now: int) -> list[Stride]:
        s = self._s
        assert s.signals is not None
        axis = s.bout.axis if s.bout is not None else s.runner.axis
        s.runner.axis = axis
        before = s.runner.tally
        measured = measure(s.signals, cycle, s.runner, now, mount=s.mount, params=s.params)
        s.floor = max(s.floor, cycle.anchor + round(0.5 * cycle.period))
        if measured is None:
            return []
        if not self._knows_way(s.signals):
            return [measured.stride]
        return s.travel.tell(measured, s.runner, before)

    def _end_segment(self) -> list[Stride]:
        """Measure what is open with the rows there are, then forget the rows but not the runner."""
        s = self._s
        if s.signals is None:
            return []
        strides = self._gate(s.signals.end, last=True) + s.travel.close(s.runner)
        s.waiting = []
        s.bout = None
        s.signals.grid.clear()
        s.signals.clear()
        s.floor = s.tried = s.due = 0
        s.runner.begin_segment()
        return strides


def _fits(signals: Signals, rows: Rows) -> bool:
    """Whether a stream that begins anew goes on at the same rate with the same channels."""
    return signals.grid.rate_hz == rows.rate_hz and signals.grid.channels == rows.x.shape[0]
