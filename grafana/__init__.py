"""Dashboards, alert rules and provisioning, generated and checked against kneeload.streams."""
