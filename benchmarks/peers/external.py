"""Other Python packages, each in an environment of its own: python -m benchmarks.peers.external.

Optional (`make peers`): it downloads about half a gigabyte the first time and is no part of any check.
Results go into docs/peers.md.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from benchmarks.page import replace_measured
from benchmarks.score import Score, figures, score
from benchmarks.sheet import Sheet
from benchmarks.trial import Contacts, Trial, data_folder, load_trials
from benchmarks.validate.ours import contacts_of, strides_of_trial
from benchmarks.validate.recorded import OURS, peer_score
from benchmarks.validate.recorded_sheets import FIGURE_HEADERS, figure_row

__all__ = ["main"]

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "peers.md"
ENVIRONMENTS = HERE / ".environments"
REQUIREMENTS = ("gaitmap==2.6.0", "gaitmap-mad==2.6.0")
LIMIT_S = 300.0


def main(
    python: Annotated[Path | None, typer.Option(help="an interpreter that has gaitmap already")] = None,
    write: Annotated[bool, typer.Option(help="write the tables into docs/peers.md")] = False,
) -> None:
    """gaitmap on what it is meant for: walking with a sensor on the foot."""
    folder = data_folder()
    if folder is None:
        print("no recordings: set KNEELOAD_DATA to their folder", file=sys.stderr)
        raise typer.Exit(2)
    program = python or _environment("gaitmap", REQUIREMENTS)
    sheets = [_contacts(folder, program), _counts(folder, program)]
    console = Console() if sys.stdout.isatty() else Console(width=170)
    for sheet in sheets:
        sheet.show(console)
    if write:
        replace_measured(PAGE, "\n".join(sheet.markdown() for sheet in sheets))


def _environment(name: str, requirements: tuple[str, ...]) -> Path:
    """Made once; pip's own configuration says where packages come from."""
    folder = ENVIRONMENTS / name
    program = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", *requirements], check=True)
        (folder / "ready").touch()
    return program


def _ask(program: Path, trial: Trial) -> dict[str, Contacts]:
    assert trial.path is not None, "a recording"
    assert trial.mount is not None, "of a foot"
    command = [program, "-W", "ignore", HERE / "gaitmap_runner.py", trial.path, trial.mount.side]
    answer = subprocess.run(
        [*map(str, command), str(trial.rate_hz)], check=True, capture_output=True, text=True, timeout=LIMIT_S
    )
    return {
        f"gaitmap {name.removesuffix('EventDetection')}": Contacts(
            np.array(found["initial_contact_s"], dtype=np.float64),
            np.array(found["toe_off_s"], dtype=np.float64),
        )
        for name, found in json.loads(answer.stdout).items()
    }


def _contacts(folder: Path, program: Path) -> Sheet:
    scores: dict[str, list[Score]] = {}
    for trial in load_trials(folder, "walk_feet"):
        assert trial.truth is not None, "walk_feet has a contact truth"
        if not trial.truth_fits:
            continue
        own = contacts_of(strides_of_trial(trial))
        scores.setdefault(OURS, []).append(score(own, trial.truth, activity=trial.activity))
        for name, found in _ask(program, trial).items():
            scores.setdefault(name, []).append(peer_score(found, trial))
    return Sheet(
        "walk_feet, walking",
        ("method", *FIGURE_HEADERS[:-1]),
        tuple((name, *figure_row(figures(rows))[:-1]) for name, rows in scores.items()),
        notes=("Judged as in validation.md, without the trial that is set aside there.",),
    )


def _counts(folder: Path, program: Path) -> Sheet:
    rows = []
    for trial in load_trials(folder, "vicon_shoe"):
        if trial.activity == "walk":
            found = _ask(program, trial)
            own = len(strides_of_trial(trial))
            rows.append((trial.name, str(trial.strides), str(own), *(str(len(c)) for c in found.values())))
    return Sheet(
        "vicon_shoe, walking: strides",
        ("trial", "true", OURS, "gaitmap Rampp", "gaitmap Herzer"),
        tuple(rows),
    )


if __name__ == "__main__":
    typer.run(main)
