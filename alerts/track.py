"""One rule at one place: the last values, and whether the alert is raised."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

from alerts.alert import Alert
from alerts.observation import Observation
from alerts.rule import Rule, Thresholds

__all__ = ["STALE_US", "Track", "follow"]

# Values from before a pause this long say nothing about now.
STALE_US = 30_000_000


@dataclass(frozen=True, slots=True)
class Track:
    """values: the window, oldest first; last_us: its newest time; raised_us: last raising, open or over.

    stand_in: whether a limit raised it that stands in for a baseline.
    """

    values: tuple[float, ...] = ()
    last_us: int | None = None
    raised: bool = False
    raised_us: int | None = None
    stand_in: bool = False


def follow(
    track: Track, rule: Rule, *, thresholds: Thresholds | None, seen: Observation
) -> tuple[Track, Alert | None]:
    """The track after one more value, and the alert that it raised or cleared."""
    if thresholds is None or not _counts(track, rule, thresholds=thresholds, seen=seen):
        return track, None
    fresh = track.last_us is None or seen.t_us - track.last_us > STALE_US
    values = (() if fresh else track.values) + (seen.value,)
    values = values[-rule.window :]
    outdated = _outdated(track, rule, thresholds=thresholds, seen=seen)
    thresholds = outdated or thresholds
    limit = thresholds.clear_at if track.raised else thresholds.raise_at
    crossed = rule.inside if track.raised else rule.beyond
    # The newest value has the last word, which also makes the usual stride cheap.
    turned = crossed(seen.value, limit) and sum(crossed(value, limit) for value in values) >= rule.of
    if not (turned or outdated) or (not track.raised and _cooling(track, rule, t_us=seen.t_us)):
        return Track(values, seen.t_us, track.raised, track.raised_us, track.stand_in), None
    state: Literal["raised", "cleared"] = "cleared" if track.raised else "raised"
    raised_us = track.raised_us if track.raised else seen.t_us
    stand_in = track.stand_in if track.raised else thresholds.stand_in
    level = rule.first_level if stand_in else rule.level
    alert = Alert(rule.id, level, state, seen.t_us, seen.mount, median(values), limit, thresholds.usual_runs)
    return Track(values, seen.t_us, not track.raised, raised_us, stand_in), alert


def _outdated(track: Track, rule: Rule, *, thresholds: Thresholds, seen: Observation) -> Thresholds | None:
    """What stood in for the baseline that is known now, where an alert by it is open.

    That one is over: were it left open, what the baseline has to say would never be raised.
    """
    if not (track.raised and track.stand_in) or thresholds.stand_in:
        return None
    return rule.thresholds(None, rule.first(seen.mount))


def _counts(track: Track, rule: Rule, *, thresholds: Thresholds, seen: Observation) -> bool:
    if seen.lower_bound and not rule.beyond(seen.value, thresholds.raise_at):
        return False
    if track.last_us is None or rule.window_unit != "s":
        return True
    return seen.t_us // 1_000_000 > track.last_us // 1_000_000


def _cooling(track: Track, rule: Rule, *, t_us: int) -> bool:
    return track.raised_us is not None and t_us - track.raised_us < round(rule.cooldown_s * 1e6)
