"""What Grafana reads at its start: where the data is and where the dashboards are.

Grafana puts environment variables into these files itself; a missing one becomes an empty text.
"""

from grafana.alerting import FOLDER
from grafana.influxql import DATASOURCE_UID

__all__ = ["dashboard_provider", "datasource_v1", "datasource_v2"]


def datasource(json_data: dict[str, object], secure: dict[str, str], **more: object) -> dict[str, object]:
    source: dict[str, object] = {
        "name": "kneeload",
        "uid": DATASOURCE_UID,
        "type": "influxdb",
        "access": "proxy",
        "orgId": 1,
        "isDefault": True,
        "editable": False,
        "url": "${KNEELOAD_INFLUX_URL}",
        **more,
        "jsonData": {"dbName": "${KNEELOAD_INFLUX_DATABASE}", "httpMode": "POST", "version": "InfluxQL"}
        | json_data,
        "secureJsonData": secure,
    }
    return {"apiVersion": 1, "datasources": [source]}


def datasource_v1() -> dict[str, object]:
    """InfluxDB 1.x: name and password."""
    return datasource({}, {"password": "${KNEELOAD_INFLUX_PASSWORD}"}, user="${KNEELOAD_INFLUX_USER}")


def datasource_v2() -> dict[str, object]:
    """InfluxDB 2.x (a DBRP mapping makes the bucket a database) and 3.x: InfluxQL with a token in the
    header.
    """
    return datasource(
        {"httpHeaderName1": "Authorization"}, {"httpHeaderValue1": "Token ${KNEELOAD_INFLUX_TOKEN}"}
    )


def dashboard_provider() -> dict[str, object]:
    """No folderUid beside the title: with one, the alert rules would make a second folder of the same
    name.
    """
    provider = {
        "name": "kneeload",
        "orgId": 1,
        "folder": FOLDER,
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": "/etc/kneeload/dashboards"},
    }
    return {"apiVersion": 1, "providers": [provider]}
