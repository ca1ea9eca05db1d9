"""The generated files are fresh and of a form that Grafana starts with."""

import json
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml  # type: ignore[import-untyped,unused-ignore]

from grafana.__main__ import main
from grafana.influxql import DATASOURCE_UID
from grafana.output import FOLDER, generated, stale
from kneeload.journal import RUN_FORMAT
from kneeload.settings import InfluxSettings, MqttSettings

__all__: list[str] = []

PROVISIONING = FOLDER / "provisioning"


def load(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture
def board() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "dashboards/live-run.json").read_text(encoding="utf-8"))
    return content


def test_the_committed_files_are_fresh() -> None:
    assert stale() == []
    assert main(["--check"]) == 0


def test_a_stale_or_missing_file_is_named(tmp_path: Path) -> None:
    for name, text in generated().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / "dashboards/live-run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "provisioning/alerting/rules.yaml").unlink()
    assert stale(tmp_path) == ["dashboards/live-run.json", "provisioning/alerting/rules.yaml"]


def test_bad_usage_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chek"]) == 2
    assert "usage" in capsys.readouterr().err


def test_provisioning_is_flat_and_yaml() -> None:
    for kind in ("alerting", "dashboards", "datasources"):
        entries = list((PROVISIONING / kind).iterdir())
        assert entries, kind
        for entry in entries:
            assert entry.is_file(), f"{entry}: a subfolder keeps Grafana from starting"
            assert entry.suffix == ".yaml", f"{entry}: Grafana reads .yaml"


def test_alert_rules_have_what_grafana_demands() -> None:
    content = load("provisioning/alerting/rules.yaml")
    assert content["apiVersion"] == 1
    [group] = content["groups"]
    assert set(group) == {"orgId", "name", "folder", "interval", "rules"}
    assert int(group["interval"].removesuffix("s")) % 10 == 0, "evaluated in steps of 10 s"
    uids = [rule["uid"] for rule in group["rules"]]
    assert len(uids) == len(set(uids)) == 3
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid) for uid in uids)
    for rule in group["rules"]:
        assert (rule["noDataState"], rule["execErrState"]) == ("OK", "KeepLast")
        ref_ids = [step["refId"] for step in rule["data"]]
        assert len(ref_ids) == len(set(ref_ids))
        assert all(step["refId"] == step["model"]["refId"] for step in rule["data"])
        kinds = [step["model"].get("type", "query") for step in rule["data"]]
        assert kinds[-1] == "threshold"
        assert "reduce" in kinds
        assert rule["condition"] == rule["data"][-1]["refId"]
        for step in rule["data"]:
            assert step["datasourceUid"] in (DATASOURCE_UID, "__expr__")
            expression = step["model"].get("expression", "")
            for name in re.findall(r"\$(\w+)", expression) or ([expression] if expression else []):
                assert name in ref_ids


def test_data_sources_share_uid_and_hold_no_secret() -> None:
    sources = [load(f"provisioning/datasources/influxdb-{n}.yaml")["datasources"] for n in (1, 2)]
    for [source] in sources:
        assert source["uid"] == DATASOURCE_UID
        assert source["jsonData"]["version"] == "InfluxQL"
        assert all("${KNEELOAD_INFLUX_" in value for value in source["secureJsonData"].values())
    assert sources[1][0]["jsonData"]["httpHeaderName1"] == "Authorization"
    assert sources[1][0]["secureJsonData"]["httpHeaderValue1"].startswith("Token ")


def test_rules_and_dashboards_share_the_folder_title_only() -> None:
    [provider] = load("provisioning/dashboards/kneeload.yaml")["providers"]
    [group] = load("provisioning/alerting/rules.yaml")["groups"]
    assert provider["folder"] == group["folder"]
    assert "folderUid" not in provider


def test_each_panel_reads_our_source(board: dict[str, Any]) -> None:
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len(panels) >= 15
    for panel in panels:
        assert panel["datasource"]["uid"] == DATASOURCE_UID
        assert panel["targets"]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))


def test_beside_the_peaks_it_is_said_when_they_are_lower_bounds(board: dict[str, Any]) -> None:
    places = {panel["title"]: place for place, panel in enumerate(board["panels"]) if panel["type"] == "stat"}
    assert places["Is the peak cut off?"] == places["Peak acceleration"] + 1
    panel = board["panels"][places["Is the peak cut off?"]]
    [mapping] = panel["fieldConfig"]["defaults"]["mappings"]
    assert mapping["options"]["true"]["text"] == "yes"
    shown = panel["options"]["reduceOptions"]["fields"].strip("/")
    assert all(re.fullmatch(shown, target["alias"]) for target in panel["targets"])


def test_panels_do_not_overlap(board: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_alerts_are_marks_on_the_time_axis(board: dict[str, Any]) -> None:
    marks = board["annotations"]["list"]
    assert [mark["name"] for mark in marks] == ["Alert raised", "Alert cleared"]
    assert [mark["target"]["textColumn"] for mark in marks] == ["advice", "rule"], "nothing to do any more"
    for mark in marks:
        assert mark["target"]["fromAnnotations"] is True


def test_the_documented_configuration_is_valid() -> None:
    text = (FOLDER.parent / "docs/grafana.md").read_text(encoding="utf-8")
    lines = [line[4:] for line in text.splitlines() if re.match(r"    (\[|\w+ = )", line)]
    sections = tomllib.loads("\n".join(lines))
    passwords = {name: section | {"password": "x"} for name, section in sections.items()}
    assert MqttSettings.model_validate(passwords["mqtt"]).username == "kneeload"
    assert InfluxSettings.model_validate(passwords["influx"]).database == "kneeload"


def test_the_documented_address_of_a_past_run_is_that_of_the_dashboard(board: dict[str, Any]) -> None:
    text = (FOLDER.parent / "docs/grafana.md").read_text(encoding="utf-8")
    [address] = re.findall(r"http://127\.0\.0\.1:3000/d/\S+", text)
    parts = urlsplit(address)
    asked = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert parts.path == f"/d/{board['uid']}"
    assert set(asked) == {"var-run", "from", "to"}
    assert "run" in {variable["name"] for variable in board["templating"]["list"]}
    start = datetime.strptime(asked["var-run"], RUN_FORMAT)
    # What Grafana reads as a time in UTC has 15 characters: the run's name without its last.
    assert asked["from"] == f"{start:%Y%m%dT%H%M%S}"
    assert datetime.strptime(asked["to"], "%Y%m%dT%H%M%S") > start


def test_the_variables_explain_themselves(board: dict[str, Any]) -> None:
    assert all(len(variable["description"]) > 40 for variable in board["templating"]["list"])


def test_there_is_one_command_that_starts_it_after_the_passwords_are_set() -> None:
    commands = set()
    for path in ("README.md", "docs/grafana.md", "grafana/env.example"):
        text = (FOLDER.parent / path).read_text(encoding="utf-8")
        found = re.findall(r"docker compose [^`\n]+", text)
        assert len(found) == 1, path
        assert "grafana/.env" in text.partition(found[0])[0], path
        commands.update(found)
    assert len(commands) == 1


def test_compose_is_bound_to_loopback_and_asks_for_passwords() -> None:
    compose = load("compose.yaml")
    example = (FOLDER / "env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", text)) == names
    assert set(compose["services"]) == {"mosquitto", "influxdb", "grafana"}
    for name, service in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        assert re.search(r":[\w.]+$", service["image"]), f"{name}: no version"
        for volume in service["volumes"]:
            source = volume.replace("${KNEELOAD_INFLUX_KIND:-1}", "1").split(":")[0]
            assert (FOLDER / source).exists() or source in compose["volumes"], source
    assert not re.search(r"PASSWORD=.+|TOKEN=.+", example), "the example holds no secret"
    assert "allow_anonymous false" in (FOLDER / "mosquitto.conf").read_text(encoding="utf-8")
