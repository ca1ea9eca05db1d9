"""Run time that runs fast, and waits for a loop that does not keep up."""

import time

import pytest

from firmware_sim.clock import Clock


def stuck(seconds: float) -> None:
    """What a loop must not do."""
    time.sleep(seconds)


async def test_runs_so_many_times_as_fast_as_the_wall() -> None:
    began_ns = time.monotonic_ns()
    clock = Clock(50.0)
    await clock.sleep(1.0)
    run_s = clock.now_ns() / 1e9
    assert 1.0 <= run_s <= 50.0 * (time.monotonic_ns() - began_ns) / 1e9


async def test_stands_still_while_the_loop_is_stuck() -> None:
    clock = Clock(50.0)
    async with clock.keeping_up():
        before_ns = clock.now_ns()
        stuck(0.2)
        assert clock.now_ns() - before_ns <= 0.1e9, "0.2 s of the wall would be 10 s"
        await clock.sleep(2.0)
        assert clock.now_ns() - before_ns >= 2.0e9
    after_ns = clock.now_ns()
    stuck(0.05)
    assert clock.now_ns() - after_ns >= 50.0 * 0.05 * 1e9, "outside nothing holds it back"


async def test_never_goes_back() -> None:
    clock = Clock(100.0, begin_ns=5)
    stuck(0.05)
    last_ns = clock.now_ns()
    assert last_ns > 5
    async with clock.keeping_up():
        assert clock.now_ns() >= last_ns, "what passed before is not taken back"
        for turn in range(100):
            if turn % 10 == 0:
                stuck(0.03)
            await clock.sleep(0.01)
            assert clock.now_ns() >= last_ns
            last_ns = clock.now_ns()


def test_a_speedup_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Clock(0.0)
