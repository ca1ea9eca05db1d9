"""What an alert says: its title, what the runner can do, and what it was compared with."""

from math import isclose

from alerts.alert import Alert
from alerts.rule import Rule
from alerts.rules import BY_ID

__all__ = ["advice", "clear_at_least", "compared_with", "from_a_start", "title", "unit"]


def title(alert: Alert) -> str:
    """What happened; the rule's own name where this version does not know it."""
    rule = BY_ID.get(alert.rule)
    if rule is None:
        return alert.rule
    return rule.first_title if from_a_start(alert, rule) else rule.title


def advice(alert: Alert) -> str:
    """What the runner can do; empty for a rule that this version does not know."""
    rule = BY_ID.get(alert.rule)
    if rule is None:
        return ""
    return rule.first_advice if from_a_start(alert, rule) else rule.advice


def unit(alert: Alert) -> str:
    """Of value and limit; empty where they have none."""
    return BY_ID[alert.rule].unit if alert.rule in BY_ID else ""


def compared_with(alert: Alert) -> str:
    """Whose usual made the limit; empty where nothing usual did, or an older version did not note it."""
    if alert.usual_runs is None:
        return ""
    if alert.usual_runs == 0:
        return "usual of this run's first minutes"
    return f"usual of your last {alert.usual_runs} runs"


def clear_at_least(rule: Rule) -> str:
    """When an alert is cleared whose limit is the least one; empty for a rule that has none."""
    if rule.least is None:
        return ""
    least, share = f"{rule.least:g} {rule.unit}", rule.clear_share
    way = "half-way" if isclose(share, 0.5) else f"{100 * share:.0f} % of the way"
    return f"where {least} is the limit, {way} from what is usual to it"


def from_a_start(alert: Alert, rule: Rule) -> bool:
    """Whether a limit held that stands in until something is usual."""
    first = None if alert.usual_runs is not None else rule.first(alert.mount)
    thresholds = None if first is None else rule.thresholds(None, first)
    if thresholds is None:
        return False
    return isclose(alert.limit, thresholds.raise_at if alert.state == "raised" else thresholds.clear_at)
