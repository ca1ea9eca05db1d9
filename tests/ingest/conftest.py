"""Hypothesis without deadlines: how fast an example runs says what else the machine is doing."""

from hypothesis import settings

__all__: list[str] = []

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
