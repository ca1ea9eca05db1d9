"""Dashboards, alert rules and provisioning, generated and checked against kneeload.streams.

`python -m grafana` writes the files, `python -m grafana --check` fails when they are stale. Everything is
InfluxQL: the one query language that InfluxDB 1.x, 2.x and 3.x all answer.
"""

__all__: list[str] = []
