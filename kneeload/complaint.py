"""What pydantic has against a configuration, in words for people."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kneeload.errors import ConfigError
from kneeload.settings import (
    DataSettings,
    InfluxSettings,
    MqttSettings,
    RuleOverride,
    RunnerSettings,
    SensorSettings,
)
from kneeload.suggestion import suggestion

__all__ = ["SECTIONS", "complaint"]

SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "runner": RunnerSettings,
    "sensors": SensorSettings,
    "mqtt": MqttSettings,
    "influx": InfluxSettings,
    "alerts": RuleOverride,
    "data": DataSettings,
}
# Where a password may stand, and so may one in the wrong line.
WITH_SECRETS: Final = ("mqtt", "influx")
SECRET: Final = ("password", "token")
LONGEST_VALUE: Final = 40

WHOLE, NUMBER, SWITCH, TEXT = "a whole number", "a number", "true or false", "text in quotes"
# By pydantic's type of error; {} as in its context. Others keep its own words.
MUST_BE: Final[dict[str, str]] = {
    "int_type": WHOLE,
    "float_type": NUMBER,
    "finite_number": "a finite number",
    "greater_than_equal": "at least {ge:g}",
    "less_than_equal": "at most {le:g}",
    "bool_type": SWITCH,
    "string_type": TEXT,
    "string_unicode": TEXT,
    "path_type": "a path in quotes",
    "string_too_long": "{max_length} characters long at most",
    "string_too_short": "text of at least one character",
    "string_pattern_mismatch": "a name or an address alone, without spaces, / and @",
    "enum": "{expected}",
    "literal_error": "{expected}",
    "model_type": "a table of its own",
    "dict_type": "a table of its own",
    "tuple_type": "a list of tables, each under [[sensors]]",
    "too_long": "{max_length} tables at most",
}


def complaint(error: ValidationError, path: Path | None) -> ConfigError:
    """All that is wrong, in one line; never with what may be a secret."""
    told = [(_place(problem["loc"]), _words(problem)) for problem in error.errors(include_url=False)]
    (key, first), *others = told
    also = "".join(f"; also {': '.join(filter(None, other))}" for other in others)
    return ConfigError(first + also, file=path, key=key or None)


def _place(loc: tuple[int | str, ...]) -> str:
    """As a person finds it: sensors are counted from 1."""
    if len(loc) > 1 and isinstance(loc[1], int):
        return ": ".join([f"[[{loc[0]}]] {loc[1] + 1}", *map(str, loc[2:])])
    # Of a table whose name is wrong pydantic adds that it is the name.
    return ".".join(str(part) for part in loc if part != "[key]")


def _words(problem: ErrorDetails) -> str:
    kind, loc = problem["type"], problem["loc"]
    if kind == "extra_forbidden":
        return f"there is no such key; {suggestion(str(loc[-1]), _keys_at(loc[:-1]))}"
    if kind == "missing":
        return "is missing"
    if kind not in MUST_BE:
        return str(problem["msg"]).removeprefix("Value error, ")
    return f"must be {MUST_BE[kind].format(**problem.get('ctx', {}))}{_instead(loc, problem['input'])}"


def _instead(loc: tuple[int | str, ...], value: object) -> str:
    """What stands there, as far as it can be shown."""
    if loc[-1] in SECRET or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, str) and loc[0] in WITH_SECRETS:
        return ", not this text"
    if isinstance(value, int) and abs(value) >= 10**LONGEST_VALUE:
        return ", not a number as long as that"
    shown = str(value).lower() if isinstance(value, bool) else ascii(value)
    return f", not {shown if len(shown) <= LONGEST_VALUE else f'{shown[:LONGEST_VALUE]}…'}"


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    """The keys that are valid at a place of the configuration."""
    return list(SECTIONS[str(place[0])].model_fields) if place else list(SECTIONS)
