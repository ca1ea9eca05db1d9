"""Sensors that come and go, restart, send rubbish: is every sample accounted for, and no contact made up?"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.torture.limits import starved
from tests.torture.outing import Mangle, newer, outing
from tests.torture.row import Row, percentile

__all__ = ["bad_sensors", "hungry", "needed", "out_of_range", "suspended"]

# Time to be connected and running before the machine sleeps.
SUSPEND_S = 15.0
# Of what it takes. With a half everything comes a little late; with a quarter the simulated radio's own stack
# gives requests up, and nothing connects any more.
HUNGER = (0.5, 0.35)


def truncating(seed: int) -> Mangle:
    """One packet in twenty is cut anywhere."""
    random = Random(seed)
    return lambda data: data[: random.randrange(len(data))] if random.random() < 0.05 else data


def bad_sensors(folder: Path, times: int) -> list[Row]:
    """The table's rows; times: seconds of the longest, two minutes in full."""
    scale = times / 120
    attacks: list[tuple[str, tuple[str, ...], float, dict[str, object]]] = [
        ("nothing goes wrong, to compare", (), 60, {}),
        ("a reboot every 30 s", ("reboot=30",), 120, {}),
        ("a battery that dies", ("low_battery=1",), 60, {}),
        ("bursts (storms), duplicates, reordering, corruption and loss together",
         ("burst=1", "duplicate=0.05", "reorder=0.05", "corrupt=0.02", "loss=0.02"), 120, {}),
        ("one packet in twenty truncated anywhere", (), 60, {"mangle": truncating(1)}),
        ("a firmware of a newer protocol version on one sensor", (), 30, {"mangle": newer}),
        ("two sensors swapped", (), 60, {"swapped": True}),
        ("a third sensor with the same name", (), 60, {"stranger": True}),
        ("a clock 200 ppm fast", ("skew=200",), 60, {}),
        ("a clock 200 ppm slow", ("skew=-200",), 60, {}),
    ]  # fmt: skip
    return [_row(folder / str(n), *attack, scale) for n, attack in enumerate(attacks)]


def out_of_range(folder: Path, times: int) -> list[Row]:
    """The table's rows; times: seconds of the first, ten minutes in full."""
    folder.mkdir(exist_ok=True)
    both = "disconnect=10:3"
    attacks: list[tuple[str, tuple[str, ...], float, dict[str, object]]] = [
        ("both out of range for 3 s every 10 s", (both,), 1.0, {}),
        ("left out of range for 3 s every 11 s, right for 4 s every 13 s",
         ("left-shin:disconnect=11:3", "right-shin:disconnect=13:4"), 0.4, {}),
        ("both out of range for 3 s every 10 s, and a third sensor never comes", (both,), 0.4,
         {"absent": True}),
        ("right out of range for 3 s every 10 s, left in range for 2 s only, every 6 s",
         ("right-shin:disconnect=10:3", "left-shin:disconnect=6:4"), 0.4, {}),
    ]  # fmt: skip
    return [
        _row(folder / str(n), name, faults, times * share, how, 1.0)
        for n, (name, faults, share, how) in enumerate(attacks)
    ]


def suspended(folder: Path, times: int) -> list[Row]:
    """The table's row; times: seconds of sleep, two minutes in full.

    Run time goes on while the machine sleeps, its timers do not, and the links are gone when it wakes up.
    """
    folder.mkdir(exist_ok=True)
    wakes_s = SUSPEND_S + times
    # Away from two seconds before the machine wakes up to two seconds after.
    faults = (f"disconnect={wakes_s - 2.0:g}:4",)
    how: dict[str, object] = {"suspended": (SUSPEND_S, float(times))}
    return [_row(folder / "run", f"the machine suspended for {times} s", faults, wakes_s + 30.0, how, 1.0)]


def hungry(folder: Path, times: int) -> list[Row]:
    """The table's rows; times: seconds of each.

    Starved is who gets less of a processor than it takes, which is a matter of the machine: that is measured.
    """
    folder.mkdir(exist_ok=True)
    share = needed(folder / "fed")
    rows = []
    for part in HUNGER:
        for number, faults in enumerate(((), ("disconnect=20:3",))):
            name = f"the process starved to {share * part:.1%} of a core, of {share:.1%} that it takes"
            name += ", both out of range for 3 s every 20 s" if faults else ""
            try:
                with ExitStack() as hunger:
                    hunger.enter_context(starved(share * part))
                    # A sensor that is still away then comes back, and with it what it lost.
                    how: dict[str, object] = {"relieve": hunger.close}
                    row = _row(folder / f"{part}-{number}", name, faults, times, how, 1.0)
                rows.append(replace(row, promise="gap accounting is exact; no contact is made up"))
            except pytest.skip.Exception as skipped:
                print(skipped)
    return rows


def needed(folder: Path, seconds: float = 10.0) -> float:
    """How much of a core an undisturbed run takes here, the virtual sensors in it."""
    computed_s, began_s = time.process_time(), time.monotonic()
    outing(folder, (), seconds)
    return (time.process_time() - computed_s) / (time.monotonic() - began_s)


def _row(
    folder: Path, name: str, faults: Sequence[str], seconds: float, how: dict[str, object], scale: float
) -> Row:
    seconds = max(20.0, seconds * scale)
    account = outing(folder, faults, seconds, **how)  # type: ignore[arg-type]
    assert account.strangers_started == 0
    assert account.lost == account.truly_lost, account
    returns = account.returns_s
    beside = f"{account.bad[0] + account.bad[1]} packets counted as bad; " if sum(account.bad) else ""
    beside += f"times of contacts off by at most {1e3 * max(account.off_s, default=0.0):.0f} ms, "
    beside += f"of {account.unadmitted} contacts by more than was admitted"
    return Row(
        "gap accounting is exact; no contact is born of a gap; back within 5 s (p95)",
        f"{name}, {seconds:.0f} s",
        len(returns) or 1,
        f"{sum(account.lost)} samples by our account, {sum(account.truly_lost)} by the simulator's "
        f"({account.received} received)",
        f"{account.extra} contacts made up, {account.missed} missed of {account.contacts}",
        f"p95 {percentile(returns, 95):.1f} s, at most {max(returns):.1f} s" if returns else "–",
        beside,
    )
