"""docs/validation.md."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.sheet import Sheet

__all__ = ["PAGE", "PLOTS", "write_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
PLOTS = PAGE.with_suffix("")

INTRODUCTION = """\
# Validation

How well the foot contacts, their times and the peaks are found, on recordings of people and on simulated
runners, beside the methods of the literature. `make validate` computes everything again and writes this
page; `python -m benchmarks.validate --quick` does it with a smaller simulated grid.

## How it is judged

- **Recordings** are read as `kneeload analyze` reads them: from the file alone, told nothing but the
  mount. Where they come from: `python -m benchmarks.recordings`. They are found in `KNEELOAD_DATA` or
  `../shared/data`.
- **Pairing**: found and true contacts are paired one to one, nearest first, at most 50 ms apart. Nothing
  is taken off our contacts before that. What has no partner is missed or extra, counted per 1000 true
  contacts. Bias and standard deviation (SD) are of found minus true over all pairs of all trials
  together, so a constant that differs between trials counts as scatter.
- **What is not judged**: the truths list complete stances only. Contacts earlier than half a stride
  before the first true contact, later than a tenth of a stride after the last true toe-off (the foot comes
  down once more, in a stance that is not listed; the step that closes to the other foot lasts as little as
  0.13 s), or in a hole of the truth (true contacts more
  than 1.9 strides apart, such as a turn nobody annotated) are neither right nor extra; how many of ours
  they are is said below each table. A trial whose truth ends after its recording is set aside: samples went
  missing without a trace in the times (walk-17-1-lf: 2.7 s less than the other foot of the same walk), so
  that the two are not of the same samples. The same rules hold for all methods.
- **The methods of the literature** are written from their published descriptions. They are run only at
  the site they were made for, are told the segment's axes, get an even time grid with missing samples
  interpolated, and are paired after their own constant lateness has been taken off where that helps them
  (their bias still shows it). "–": the recording lacks what the method needs (a gyroscope), or it does
  not give the quantity. Most were made for running: walking is shown because a runner walks too. Other
  Python packages, on what they are meant for: [peers.md](peers.md). How much hangs on the exact value of each
  of our own constants: [sensitivity.md](sensitivity.md). How the core does on people that it was not made on,
  against motion capture: [elsewhere.md](elsewhere.md).
- **treadmill_shank**: the acceleration may be late by a constant 10 to 15 ms against the force; the bias
  of initial contact and of toe-off is uncertain by that much, the contact time is not. **walk_feet**: the
  truth is two published algorithms on the same sensor, checked by hand. What is still missed and extra
  there are two contacts, each counted as both, and both truths are wrong. The foot's speed, integrated
  from rest to rest of the truth's own stances (`benchmarks/foot_speed.py`; nothing of ours is used), is 11
  to 51 % of its swing's highest at the 128 others where it can be known. In the turn of walk-1-1-rf, at
  13.97 s, it is the highest (1.4 m/s) and nothing jolts; the foot comes down, jolts and stops at 14.20 s.
  At the last of walk-5-1-lf, 25.76 s, it stands (3 %), having braked from 1.9 m/s to 0.3 and jolted by
  25.72 s. So the counts are also given without the contacts that the foot's speed does not bear out.
  **vicon_shoe**, **ble_foot**: only the number of strides is known. **outdoor_shoe**: no truth; the hip is
  a second, independent recorder.
- **Simulated runners** (`firmware_sim`) stand, run or walk, and stand. Each run takes one level of every
  axis from a shuffled deck with all levels equally often. Contacts that begin or end a bout (a foot set
  down to stand) are right whether found or not. Peaks are compared with those of the noise-free motion at
  2000 Hz under the same filter. The simulator is a model: it shows what rate, range, noise and loss do,
  not how people differ.
- **Speed at a shin** is judged in simulation alone: no recording of a shin with a gyroscope and a known
  speed is at hand. The simulated ankle stands still while its foot is flat, which is what the method
  assumes; so this checks the computation (events, axes, noise, a height that is a centimetre off), not the
  assumption. Wanted is the error that the papers reached on people (Yang 2011 running at 2.5 to 3.5 m/s,
  Li 2010 walking).
"""


def write_page(
    goals: Sheet, parts: Iterable[tuple[str, Iterable[Sheet], Iterable[tuple[str, str]]]], peers: Sheet
) -> None:
    """parts: heading, its tables, its pictures (file name in PLOTS, caption)."""
    text = [INTRODUCTION, goals.markdown().replace("### ", "## ", 1)]
    for heading, sheets, pictures in parts:
        text.append(f"## {heading}\n")
        text += [sheet.markdown() for sheet in sheets]
        text += [f"![{caption}]({PLOTS.name}/{name})\n\n*{caption}*\n" for name, caption in pictures]
    text.append(peers.markdown().replace("### ", "## ", 1))
    PAGE.write_text("\n".join(text))
