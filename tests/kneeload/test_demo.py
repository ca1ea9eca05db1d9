"""The main job, end to end, by the installed program: the same strides everywhere."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from alerts.alert import Alert
from ingest import recording
from ingest.links import OURS
from kneeload.journal import Journal
from kneeload.monitor import Monitor
from kneeload.place import packets_of
from kneeload.virtual import DEMO_MOUNTS, demo_plan
from tests.kneeload.ended import Run
from tests.kneeload.program import PROGRAM, environment, kneeload, kneeload_json, start_kneeload
from tests.kneeload.virtual_packets import virtual_packets
from tests.services import Influxd, Mosquitto, VictoriaMetrics, wait_until
from tests.subscriber import Subscriber

RECORDINGS = [
    ("ble_foot/run.csv", "left-shoe", 141),
    ("vicon_shoe/run-2017-11-27-11-25-12.csv", "right-shoe", 42),
    ("treadmill_shank/run-07.csv", "left-shin", 34),
]


def write_config(path: Path, mosquitto: Mosquitto, database_url: str, version: str) -> Path:
    path.write_text(
        f'[runner]\nname = "ada"\n[mqtt]\nhost = "127.0.0.1"\nport = {mosquitto.port}\n'
        f'[influx]\nurl = "{database_url}"\nversion = "{version}"\ndatabase = "kneeload"\n'
    )
    return path


def distinct_strides(subscriber: Subscriber) -> set[tuple[str, int]]:
    """(run, seq) of the stride messages: a repeat after a lost acknowledgement is the same message."""
    bodies = [json.loads(body) for body in subscriber.payloads("/stride")]
    return {(body["run"], body["seq"]) for body in bodies}


@pytest.mark.parametrize(("name", "mount", "true_strides"), RECORDINGS)
def test_a_recording_through_the_radio_is_the_same_everywhere(
    name: str,
    mount: str,
    true_strides: int,
    *,
    recordings: Path,
    tmp_path: Path,
    mosquitto: Mosquitto,
    influxd: Influxd,
    victoria_metrics: VictoriaMetrics,
) -> None:
    arguments: list[str | Path] = [
        "demo",
        "--recording",
        recordings / name,
        "--mount",
        mount,
        "--speedup",
        "20",
    ]
    with Subscriber("127.0.0.1", mosquitto.port, "kneeload/#") as subscriber:
        config = write_config(tmp_path / "k.toml", mosquitto, influxd.url, "1")
        data = tmp_path / "data"
        report = kneeload_json([*arguments, "--config", config, "--data-dir", data], home=tmp_path)
        subscriber.wait_for(lambda _: len(distinct_strides(subscriber)) >= report["strides"], timeout_s=10)
        assert len(distinct_strides(subscriber)) == report["strides"]
        assert len(subscriber.messages) >= report["mqtt"]["published"]
    assert abs(report["strides"] - true_strides) <= 1
    assert report["journal"]["strides"] == report["strides"]
    assert influxd.count("stride", "quality") == report["strides"]
    assert report["mqtt"]["waiting"] == report["influx"]["waiting"] == 0
    assert report["truth"] is None
    (sensor,) = report["sensors"]
    assert sensor["packets_sent"] == sensor["packets_received"] > 0

    write_config(config, mosquitto, victoria_metrics.url, "2")
    # A new database gets everything there is: the first run, and a short second one.
    again = kneeload_json(
        ["demo", "--duration", "30", "--speedup", "5", "--config", config, "--data-dir", data], home=tmp_path
    )
    assert again["strides"] > 10
    expected = report["strides"] + again["strides"]
    wait_until(
        lambda: victoria_metrics.count("stride", "quality") == expected,
        f"{expected} strides in victoria-metrics",
    )


def test_two_virtual_shins_are_found_as_they_ran(tmp_path: Path) -> None:
    report = kneeload_json(
        ["demo", "--duration", "60", "--speedup", "10", "--data-dir", tmp_path / "data"], home=tmp_path
    )
    truth = report["truth"]
    assert truth["contacts"] > 120
    assert truth["missed"] + truth["extra"] <= 0.02 * truth["contacts"]
    graded = truth["contacts"] - truth["missed"] + truth["extra"]
    assert graded + truth["ungraded"] == report["strides"]
    assert truth["ungraded"] > 0
    assert report["mqtt"]["published"] > report["strides"]
    assert report["influx"]["server"] is None
    assert report["alerts"] >= 1, "the hard stretch of the demo must be noticed"


def test_a_demo_has_nothing_of_the_sensors_that_are_configured(run: Run, tmp_path: Path) -> None:
    """The review would name them, and their rates and heights would be those of the virtual ones."""
    config, data = tmp_path / "kneeload.toml", tmp_path / "data"
    config.write_text(
        '[[sensors]]\nmount = "left-shin"\naddress = "C0:FF:EE:00:00:01"\nrate_hz = 25\nabove_ankle_m = 0.3\n'
    )
    ended = run(["demo", "--config", config, "--data-dir", data, "--duration", "2", "--speedup", "10"])
    assert ended.returncode == 0, ended.stderr
    assert "sampled at" not in ended.stdout
    with Journal.open(data) as journal:
        (entry,) = journal.runs()
    assert entry.config["sensors"] == []
    assert not [name for name in recording.metadata(packets_of(data, entry.run)) if "above_ankle" in name]


def test_a_demo_that_was_cut_off_does_not_compare_two_spans(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments: list[str | Path] = ["demo", "--speedup", "10", "--data-dir", data]
    first = start_kneeload(arguments, home=tmp_path)

    def strides() -> int:
        if not (data / "journal.db").exists():
            return 0
        with Journal.open(data) as journal:
            return sum(len(journal.strides(run.run)) for run in journal.runs())

    wait_until(lambda: strides() > 10, "some strides")
    first.kill()
    first.communicate()
    report = kneeload_json([*arguments, "--resume", "--duration", "20"], home=tmp_path)
    assert report["strides"] > 20
    assert report["truth"] is None
    for sensor in report["sensors"]:
        assert sensor["packets_received"] > 100
        assert sensor["packets_sent"] is None


def test_servers_that_die_in_the_middle_miss_nothing(
    tmp_path: Path, mosquitto: Mosquitto, influxd: Influxd
) -> None:
    config = write_config(tmp_path / "k.toml", mosquitto, influxd.url, "auto")
    data = tmp_path / "data"
    with Subscriber("127.0.0.1", mosquitto.port, "kneeload/#") as subscriber:
        running = start_kneeload(
            ["demo", "--duration", "100", "--speedup", "5", "--config", config, "--data-dir", data, "--json"],
            home=tmp_path,
        )
        subscriber.wait_for(lambda _: len(distinct_strides(subscriber)) > 20)
        mosquitto.kill()
        influxd.kill()
        with Journal.open(data) as journal:
            (run,) = journal.runs()
            seen = journal.count(run.run, "stride")
            wait_until(
                lambda: journal.count(run.run, "stride") > seen + 40, "the run going on without servers"
            )
        mosquitto.start()
        influxd.start()
        output, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors
        report = json.loads(output)
        subscriber.wait_for(lambda _: len(distinct_strides(subscriber)) >= report["strides"], timeout_s=10)
        assert len(distinct_strides(subscriber)) == report["strides"] == report["journal"]["strides"]
        bodies = [json.loads(body) for body in subscriber.payloads("/stride")]
        firsts = list(dict.fromkeys(body["seq"] for body in bodies))
        assert firsts == sorted(firsts), "out of order"
    assert influxd.count("stride", "quality") == report["strides"]


def test_replay_gives_the_run_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = [
        "demo",
        "--duration",
        "40",
        "--speedup",
        "10",
        "--fault",
        "loss=0.02",
        "--fault",
        "reboot=15",
    ]
    ran = kneeload_json([*arguments, "--data-dir", data], home=tmp_path)
    replayed = kneeload_json(["replay", "last", "--data-dir", data], home=tmp_path)
    assert replayed["journal"]["same"] is True
    assert replayed["strides"] == ran["strides"] > 0
    assert replayed["alerts"] == ran["alerts"]


def test_the_example_of_the_readme_runs_without_a_terminal(tmp_path: Path) -> None:
    done = kneeload(
        ["demo", "--duration", "20", "--speedup", "10", "--data-dir", tmp_path / "data"], home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any("mosquitto_sub" in line and "package mosquitto-clients" in line for line in lines)
    assert any(
        re.search(r"peak resultant left \d+\.\d right \d+\.\d g, \d+ foot contacts", line) for line in lines
    )
    assert any("left-shin connected" in line for line in lines)
    assert any("against the simulator's truth" in line for line in lines)
    assert "\x1b" not in done.stdout


def test_a_demo_keeps_to_a_folder_of_its_own_and_says_how_to_see_it(tmp_path: Path) -> None:
    done = kneeload(["demo", "--duration", "3", "--speedup", "10"], home=tmp_path)
    assert done.returncode == 0, done.stderr
    hint = next(line for line in done.stdout.splitlines() if " review " in line)
    # As it stands, from where it was started: the program need not be on the path.
    program, *review = shlex.split(hint)
    assert Path(program).samefile(PROGRAM)
    page = tmp_path / "page.html"
    reviewed = kneeload([*review, "--output", page], home=tmp_path)
    assert (reviewed.returncode, reviewed.stdout) == (0, f"open {page} in a browser\n")
    assert page.stat().st_size > 0
    # A live run of this person finds no demo where it keeps its own.
    assert kneeload_json(["runs"], home=tmp_path)["runs"] == []


def test_a_demo_told_where_keeps_its_run_there(tmp_path: Path) -> None:
    done = kneeload(
        ["demo", "--duration", "3", "--speedup", "10"],
        home=tmp_path,
        extra={"KNEELOAD_HOME": str(tmp_path / "k")},
    )
    assert "--data-dir" not in done.stdout, "the same environment finds it without"
    assert (tmp_path / "k" / "journal.db").exists()


def test_a_run_that_finds_no_room_ends_with_1_and_a_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    demo = f"{shlex.quote(str(PROGRAM))} demo --duration 30 --speedup 10 --data-dir {shlex.quote(str(data))}"
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 150; exec {demo}"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    assert "packets.mcap" in line or "journal.db" in line


def test_a_demo_of_some_minutes_shows_harder_impacts_than_usual() -> None:
    """The alert that matters most needs to know what is usual first."""
    monitor = Monitor(dict.fromkeys(DEMO_MOUNTS, OURS))
    results = [
        result
        for packet in virtual_packets(dict.fromkeys(DEMO_MOUNTS, demo_plan()), 380.0, rate_hz=104.0)
        for result in monitor.receive(packet)
    ]
    raised = [alert for alert in results if isinstance(alert, Alert) and alert.state == "raised"]
    shocks = [(alert.level, alert.usual_runs) for alert in raised if alert.rule == "shock-high"]
    assert {level for level, _ in shocks} == {"info", "warning"}
    assert [alert.level for alert in raised if alert.t_us > 300_000_000].count("warning") == 2
