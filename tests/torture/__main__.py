"""make torture: every experiment, in full; writes what was measured into docs/reliability.md.

python -m tests.torture [NAME…] [--times N]: only these, so often; their rows replace the old ones.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from tests.torture.broker import poor_broker
from tests.torture.crash import kill_many
from tests.torture.day import a_day
from tests.torture.machine import bad_machine
from tests.torture.paper import write
from tests.torture.power import cut_power
from tests.torture.row import Experiment
from tests.torture.sensors import bad_sensors, hungry, out_of_range, suspended
from tests.torture.servers import bad_company

__all__ = ["EXPERIMENTS"]

EXPERIMENTS = (
    Experiment("kill", kill_many, 200),
    Experiment("power", cut_power, 200),
    Experiment("servers", bad_company, 1),
    Experiment("broker", poor_broker, 1),
    Experiment("range", out_of_range, 600),
    Experiment("suspend", suspended, 120),
    Experiment("sensors", bad_sensors, 120),
    Experiment("starved", hungry, 90),
    Experiment("machine", bad_machine, 1),
    Experiment("day", a_day, 60),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *(e.name for e in EXPERIMENTS)])
    parser.add_argument("--times", type=int)
    arguments = parser.parse_args()
    for experiment in EXPERIMENTS:
        if arguments.names and experiment.name not in arguments.names:
            continue
        folder = Path(tempfile.mkdtemp(prefix=f"torture-{experiment.name}-"))
        try:
            rows = experiment.run(folder, arguments.times or experiment.times)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        write(experiment.name, rows)
        for row in rows:
            print(f"{experiment.name}: {row}", flush=True)


if __name__ == "__main__":
    main()
