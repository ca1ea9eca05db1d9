"""The generated files as text."""

import json
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.alerting import rule_groups
from grafana.dashboard import live_run
from grafana.provisioning import dashboard_provider, datasource_v1, datasource_v2

__all__ = ["FOLDER", "generated", "stale"]

FOLDER = Path(__file__).parent
NOTE = "# Written by `python -m grafana`; change grafana/*.py instead.\n"


def plain(content: object) -> Any:
    """The SDK's objects as dicts and lists."""
    return json.loads(json.dumps(content, cls=JSONEncoder))


def as_yaml(content: object) -> str:
    text: str = yaml.safe_dump(plain(content), sort_keys=False, allow_unicode=True, width=110)
    return NOTE + text


def as_json(content: object) -> str:
    return json.dumps(plain(content), indent=2, ensure_ascii=False) + "\n"


def generated() -> dict[str, str]:
    """Path below grafana/ -> text. Only `.yaml`, flat: other endings or subfolders keep Grafana from
    starting.
    """
    return {
        "dashboards/live-run.json": as_json(live_run()),
        "provisioning/alerting/rules.yaml": as_yaml(rule_groups()),
        "provisioning/dashboards/kneeload.yaml": as_yaml(dashboard_provider()),
        "provisioning/datasources/influxdb-1.yaml": as_yaml(datasource_v1()),
        "provisioning/datasources/influxdb-2.yaml": as_yaml(datasource_v2()),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """The files that are missing below folder or differ from what would be written."""
    return [
        name
        for name, text in generated().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
