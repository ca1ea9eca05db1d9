"""Values in words: what a panel of Grafana says instead of what the database has."""

from collections.abc import Mapping

from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

__all__ = ["in_words"]


def in_words(words: Mapping[str, str], colors: Mapping[str, str] | None = None) -> ValueMap:
    """Value as text -> what stands there instead, and perhaps in which colour."""
    said = {
        value: ValueMappingResult(text, (colors or {}).get(value), index=place)
        for place, (value, text) in enumerate(words.items())
    }
    return ValueMap(said)
