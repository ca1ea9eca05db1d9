"""`kneeload runs --recover`: what it says of the run that may still go on."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from ingest.packet import Packet
from kneeload.keeping import recover_runs
from tests.kneeload.test_resume import LEFT, RUN, RUN_S, cut_off, run_after
from tests.kneeload.virtual_packets import running

__all__: list[str] = []


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, RUN_S)


def said(folder: Path) -> str:
    text = io.StringIO()
    recover_runs(folder, console=Console(file=text, width=80))
    return text.getvalue()


def test_a_run_that_may_go_on_is_named_and_not_called_nothing(tmp_path: Path, packets: list[Packet]) -> None:
    """The list shows it as interrupted: nothing to recover would be a riddle."""
    cut_off(tmp_path, packets)
    assert re.fullmatch(
        f"{RUN} was cut off [0-9]+ s ago and may go on: `kneeload live --resume`; "
        r"else come back in [1-5] min\n",
        said(tmp_path),
    )
    run_after(tmp_path)
    assert re.fullmatch(rf"{RUN}: [0-9]+ results recovered\n", said(tmp_path))
    assert said(tmp_path) == "nothing to recover\n"
