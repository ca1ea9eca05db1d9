"""What is installed: our roots, the base install, and the extras that may be missing."""

import importlib
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOTS = ("dsp", "alerts", "ingest", "firmware_sim", "kneeload")
EXTRAS = ("bumble", "amqtt", "plotly", "pyarrow", "matplotlib", "hypothesis", "pytest")
HERE = Path(__file__).resolve().parents[1]

WITHOUT_EXTRAS = f"""
import sys
for name in {EXTRAS!r}:
    sys.modules[name] = None  # importing it raises ModuleNotFoundError
sys.argv = ["kneeload", *sys.argv[1:]]
from kneeload.cli import main
main()
"""


def run_bare(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program as the base install has it."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS, *arguments],
        capture_output=True,
        text=True,
        cwd=HERE,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("root", ROOTS)
def test_roots_are_ours(root: str) -> None:
    module = importlib.import_module(root)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().parents[1] == HERE, f"{root} comes from another project"
    assert set(packages_distributions().get(root, ["kneeload"])) == {"kneeload"}


def test_base_install_is_light() -> None:
    base = [line for line in requires("kneeload") or [] if "extra ==" not in line]
    names = {line.split(">")[0].split("<")[0].split("[")[0].strip() for line in base}
    assert names.isdisjoint({"pandas", "pyarrow", "plotly", "matplotlib", "bumble", "amqtt"})


def test_analyze_needs_no_extra(tmp_path: Path) -> None:
    rows = "".join(f"{i / 100:.2f},0.0,1.0,0.0\n" for i in range(500))
    (tmp_path / "still.csv").write_text("t_s,ax_g,ay_g,az_g\n" + rows)
    done = run_bare("analyze", str(tmp_path / "still.csv"), "--mount", "left-shin", "--json")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [(["demo", "--duration", "1"], "sim"), (["sim", "--transport", "usb:0"], "sim")],
)
def test_a_missing_extra_is_named(arguments: list[str], extra: str, tmp_path: Path) -> None:
    done = run_bare(*arguments, *(["--data-dir", str(tmp_path)] if "demo" in arguments else []))
    assert done.returncode == 2, done.stderr
    assert f"kneeload[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr
