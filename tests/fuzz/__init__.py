"""Hostile input: targets that take any bytes, and a coverage-guided campaign over them.

`python -m tests.fuzz` runs it; docs/security.md has the recorded one.
"""
