"""What people get wrong: one line that says what and where, exit code 2, no traceback."""

import io
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from firmware_sim.faults import FAULTS
from kneeload.cli import app
from kneeload.journal import Journal
from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.test_cli_recordings import GOOD

ROOT = Path(__file__).resolve().parents[2]

CONFIGS = {
    "broken.toml": "[mqtt\nhost = 1",
    "unknown_key.toml": '[mqtt]\nhots = "localhost"\n',
    "bad_rule.toml": "[alerts.shock-hihg]\nlimit = 9\n",
    "bad_limit.toml": "[alerts.cadence-low]\nlimit = 50\n",
    "bad_port.toml": '[mqtt]\nhost = "localhost"\nport = 99999\n',
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_bad_configuration(name: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / name).write_text(CONFIGS[name])
    done = run(["live", "--config", tmp_path / name, "--data-dir", tmp_path / "d"])
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, name)


def test_the_usual_configuration_holds_for_every_command(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KNEELOAD_HOME")
    (tmp_path / "kneeload").mkdir()
    (tmp_path / "kneeload" / "kneeload.toml").write_text('[data]\ndir = "mine"\n')
    mine = str(tmp_path / "kneeload" / "mine")
    for arguments in (["runs"], ["runs", "--prune"], ["runs", "--recover"]):
        assert json.loads(run([*arguments, "--json"]).stdout)["data_dir"] == mine
    for command in ("replay", "review", "export"):
        assert_one_line(run([command, "last"]).stderr, mine)
    (tmp_path / "kneeload" / "kneeload.toml").write_text(CONFIGS["unknown_key.toml"])
    assert_one_line(run(["doctor"]).stderr, "did you mean host?")
    assert run(["runs", "--data-dir", tmp_path]).returncode == 0


@pytest.mark.parametrize("command", ["replay", "review", "export"])
def test_every_command_on_a_run_takes_the_last_of_the_runner_who_is_named(
    command: str, tmp_path: Path, run: Run
) -> None:
    with Journal.open(tmp_path) as journal:
        for day, runner in enumerate(("Ada", "Ben"), start=1):
            journal.start_run(f"2026030{day}T070000Z", runner, started_ns=day, config={})
            journal.end_run(f"2026030{day}T070000Z", day + 1)
    here = ["--data-dir", tmp_path, "--runner"]
    done = run([command, "last", *here, "Eve"])
    assert done.returncode == 2
    assert_one_line(done.stderr, "there are no runs of Eve")
    # There is nothing else of these runs: whatever is said names the one that was meant.
    done = run([command, "last", *here, "Ada"])
    assert "20260301T070000Z" in done.stdout + done.stderr
    assert "20260302T070000Z" not in done.stdout + done.stderr


def test_a_configuration_elsewhere_says_where_runs_are(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KNEELOAD_HOME")
    (tmp_path / "k.toml").write_text('[data]\ndir = "mine"\n')
    mine = str(tmp_path / "mine")
    for arguments in (["runs"], ["runs", "--prune"], ["runs", "--recover"]):
        assert json.loads(run([*arguments, "--config", "k.toml", "--json"]).stdout)["data_dir"] == mine
    for command in ("replay", "review", "export"):
        assert_one_line(run([command, "last", "--config", "k.toml"]).stderr, mine)


def test_without_sensors_it_is_said_where_they_were_looked_for(tmp_path: Path, run: Run) -> None:
    usual = tmp_path / "kneeload" / "kneeload.toml"
    assert_one_line(run(["live"]).stderr, f"no [[sensors]] in {usual} (no such file)")
    usual.parent.mkdir()
    usual.touch()
    assert_one_line(run(["live"]).stderr, f"no [[sensors]] in {usual}: ")
    (tmp_path / "k.toml").touch()
    assert_one_line(run(["live", "--config", "k.toml"]).stderr, "no [[sensors]] in k.toml: ")


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path: Path, run: Run) -> None:
    (tmp_path / "k.toml").write_text(CONFIGS["unknown_key.toml"])
    done = run(["doctor", "--config", tmp_path / "k.toml"])
    assert "did you mean host?" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "must_name"),
    [
        (["analyze", "missing.csv", "--mount", "left-shin"], "missing.csv"),
        (["analyze", ".", "--mount", "left-shin"], ".: is a folder; give the files in it"),
        (["analyze", "."], ".: is a folder; give the files in it"),
        (["demo", "--recording", "missing.csv", "--mount", "left-shin"], "missing.csv"),
        (["demo", "--mount", "left-shin", "--mount", "left-shin"], "left-shin"),
        (["demo", "--seed", "-5"], "--seed"),
        (["demo", "--speedup", "0"], "--speedup"),
        (["demo", "--mount", "left-knee"], "left-shin"),
        (["demo", "--duration", "nan"], "'--duration': 'nan' is not a number"),
        (["demo", "--duration", "inf"], "'--duration': inf is not between 0.1 and 10,000,000 seconds"),
        (["runs", "--prune", "--recover"], "--recover"),
        (["runs", "--yes"], "--prune"),
        (["runs", "--recover", "--runner", "anna"], "--recover"),
        (["sim"], "--transport"),
        (["analyze", "--what"], "--what"),
        (["nonsense"], "nonsense"),
        (["demo", "--fault", "los=0.1"], "loss"),
        (["demo", "--fault", "loss=lots"], "loss"),
        (
            ["demo", "--duration", "1", "--mount", "left-shin", "--fault", "left-shoe:loss=0.9"],
            "at left-shoe, only at left-shin",
        ),
        (
            ["demo", "--duration", "1", "--fault", "left-shoe:clip=4"],
            "at left-shoe, only at left-shin, right-shin",
        ),
        (["live"], "[[sensors]]"),
        (["analyze", "run.csv", "--mount", "left-shin", "--output", ""], "'--output': is empty: give a path"),
        (["review", "last", "--output", ""], "'--output': is empty: give a path"),
        (["export", "last", "--output", ""], "'--output': is empty: give a path"),
        (["replay", "last"], "no runs"),
        (["review", "20200101T000000Z"], "no runs"),
        (["export", "last"], "no runs"),
        (["live", "--config", "missing.toml"], "missing.toml: cannot be read"),
        (["live", "--config", "missing.toml"], "give another file with --config"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_bad_command_line(arguments: list[str], must_name: str, run: Run) -> None:
    done = run([*arguments])
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, must_name)
    assert "Value error" not in done.stderr


@pytest.mark.parametrize(
    ("spec", "advice"),
    [
        ("nonsense", "write it like usb:0"),
        ("tcp-client:127.0.0.1:9", "(Connection refused); does a controller listen there?"),
        ("usb:77", "is an adapter plugged in"),
        ("usb:0,usb:1", "name one each"),
    ],
)
def test_a_controller_that_cannot_be_opened_is_all_that_is_said(spec: str, advice: str, run: Run) -> None:
    done = run(["sim", "--transport", spec])
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr, spec)
    assert_one_line(done.stderr, advice)


def test_without_a_command_it_says_what_there_is(run: Run) -> None:
    done = run([])
    assert done.returncode == 0
    assert "analyze" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["demo", "sim"])
def test_the_help_names_every_fault_with_a_value(command: str, run: Run) -> None:
    told = run([command, "--help"]).stdout
    for fault in FAULTS:
        assert f"{fault.name}={fault.example}" in told
    assert "clip=" not in run(["live", "--help"]).stdout


def test_it_says_its_version(run: Run) -> None:
    done = run(["--version"])
    assert (done.returncode, done.stdout) == (0, f"kneeload {version('kneeload')}\n")


def test_it_is_a_module_too() -> None:
    done = subprocess.run([sys.executable, "-m", "kneeload", "--version"], capture_output=True, check=True)
    assert done.stdout.decode() == f"kneeload {version('kneeload')}\n"


def test_it_promises_what_it_measures() -> None:
    texts = [
        str(app.info.help),
        (ROOT / "pyproject.toml").read_text(),
        (ROOT / "deploy" / "kneeload.service").read_text(),
    ]
    for text in texts:
        assert "shock, cadence and contact time of runners" in text
        assert "knee load" not in text


def test_an_error_of_the_machine_is_one_line_and_1(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "still.csv").write_text(GOOD)
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(full, write_through=True))
        done = run(["analyze", "still.csv", "--mount", "left-shin", "--json"])
    assert done.returncode == 1
    assert_one_line(done.stderr, "No space left")


def test_a_machine_without_bluetooth_is_no_bad_usage(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    (tmp_path / "k.toml").write_text('[[sensors]]\nmount = "left-shin"\nname = "x"\n')
    for arguments in (["scan", "--seconds", "1"], ["live", "--config", "k.toml"]):
        done = run(arguments)
        assert done.returncode == 1, done.stderr
        assert_one_line(done.stderr, "run: kneeload doctor")


def test_a_data_folder_that_is_a_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "place").write_text("a file")
    for place in (tmp_path / "place", Path("/proc/nowhere")):
        done = run(["demo", "--duration", "2", "--speedup", "10", "--data-dir", place])
        assert (done.returncode, done.stdout) == (2, "")
        assert_one_line(done.stderr, f"{place}/journal.db: cannot be opened")
        assert_one_line(done.stderr, "give another place with --data-dir")


@pytest.mark.parametrize("command", ["runs", "runs --prune", "runs --recover", "review last", "export last"])
def test_a_folder_of_runs_that_cannot_be_one(command: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "place").write_text("a file")
    for name, why in (("place", "it is a file"), ("nowhere", "there is no such folder")):
        done = run([*command.split(), "--data-dir", tmp_path / name])
        assert (done.returncode, done.stdout) == (2, "")
        assert_one_line(done.stderr, f"no runs in {tmp_path / name}: {why}; say where")
    assert not (tmp_path / "nowhere").exists()


def test_before_the_first_run_there_are_none_yet(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KNEELOAD_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    done = run(["runs"])
    assert done.returncode == 0
    assert "no runs in" in done.stdout


def test_a_journal_that_is_none(tmp_path: Path, run: Run) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "journal.db").write_text("this is no database, whatever its name says" * 50)
    done = run(["runs", "--data-dir", tmp_path / "place"])
    assert done.returncode == 2, done.stderr
    assert_one_line(done.stderr, "journal.db")


@pytest.mark.parametrize("option", ["--data-dir", "--config"])
def test_a_variable_that_was_not_set_is_not_this_folder(option: str, tmp_path: Path, run: Run) -> None:
    done = run(["demo", "--duration", "1", option, ""])
    assert done.returncode == 2
    assert_one_line(done.stderr, option)
    assert "is empty" in done.stderr
    assert not (tmp_path / "journal.db").exists()


def test_a_review_is_not_written_over_what_it_is_made_of(tmp_path: Path, run: Run) -> None:
    with Journal.open(tmp_path / "d") as journal:
        journal.start_run("20260301T070000Z", "Ada", started_ns=1, config={})
        journal.end_run("20260301T070000Z", 2)
    before = (tmp_path / "d" / "journal.db").read_bytes()
    (tmp_path / "page.html").symlink_to(tmp_path / "d" / "journal.db")
    for output in (tmp_path / "d" / "journal.db", tmp_path / "page.html"):
        done = run(["review", "last", "--data-dir", tmp_path / "d", "--output", output])
        assert done.returncode == 2
        assert_one_line(done.stderr, "is what the review is made of")
    assert (tmp_path / "d" / "journal.db").read_bytes() == before
