"""A person's own limits, laid over the rules table and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from alerts.errors import RuleError
from alerts.rule import NEUTRAL, Rule

__all__ = ["OVERRIDABLE", "with_overrides"]

OVERRIDABLE = ("limit", "clear", "window", "of", "cooldown_s")


def with_overrides(rules: Sequence[Rule], overrides: Mapping[str, object]) -> tuple[Rule, ...]:
    """The rules with a person's settings in place, switched-off ones left out; RuleError says what is wrong.

    overrides: rule id to an object that may have the attributes enabled, limit, clear, window, of and
    cooldown_s; an attribute that is missing or None leaves the table's value. Where only the limit is given,
    clear keeps its share of the margin, within what the metric can be; where only the window is given, `of`
    keeps its share of the window.
    """
    known = [rule.id for rule in rules]
    for name in overrides:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.0)
            raise RuleError(f"alerts.{name}: there is no such rule; did you mean {near[0]}?", rule=name)
    return tuple(
        _overridden(rule, overrides.get(rule.id))
        for rule in rules
        if getattr(overrides.get(rule.id), "enabled", None) is not False
    )


def _overridden(rule: Rule, override: object | None) -> Rule:
    changes: dict[str, Any] = {
        name: value for name in OVERRIDABLE if (value := getattr(override, name, None)) is not None
    }
    if "limit" in changes and "clear" not in changes:
        neutral = NEUTRAL[rule.form]
        share = (rule.clear - neutral) / (rule.limit - neutral)
        clear = neutral + share * (changes["limit"] - neutral)
        # Half-way to where the metric ends at the most: beyond that it could never be cleared.
        changes["clear"] = clear if rule.most is None else min(clear, (changes["limit"] + rule.most) / 2)
    if "window" in changes and "of" not in changes:
        window = int(changes["window"])
        changes["of"] = min(window, max(window // 2 + 1, round(window * rule.of / rule.window)))
    return replace(rule, **changes) if changes else rule
