"""`python -m benchmarks.demo_picture`: the terminal of a demo run as the README shows it (docs/demo.svg)."""

import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console

from dsp.mount import Mount
from kneeload.demo import DemoOptions, run_demo
from kneeload.replay import replay
from kneeload.view import LiveTable

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"
MOMENT_S = 47.0
COLUMNS = 100


def main() -> None:
    """Runs a demo, then shows its table as it stood at MOMENT_S."""
    with tempfile.TemporaryDirectory() as folder:
        report = run_demo(
            DemoOptions(duration_s=60.0, speedup=5.0), config_file=None, data_dir=Path(folder), console=None
        )
        table = LiveTable(Console(), "kneeload demo", [Mount.LEFT_SHIN, Mount.RIGHT_SHIN])
        for now_ns, results in replay(Path(folder) / "runs" / str(report["run"]) / "packets.mcap"):
            if now_ns > MOMENT_S * 1e9:
                break
            table.see(results)
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(table.render())
    console.save_svg(str(PICTURE), title="kneeload demo")


if __name__ == "__main__":
    main()
