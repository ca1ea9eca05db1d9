"""When each sensor was there: by its reports, and to the second by the alert that it sends nothing.

A report says what the link is from then on, and by its counters what came since the report before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from alerts.rules import RULES
from dsp.mount import Mount
from kneeload.results import SensorHealth
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Episode, Span, episodes

__all__ = ["SILENCE", "Kind", "Track", "silences", "tracks", "tracks_of"]

Kind = Literal["ok", "lossy", "silent", "lost"]

SILENCE: Final = frozenset(rule.id for rule in RULES if rule.metric == "silence_s")
ENDING_S: Final = 2.0
SHORTEST_S: Final = 1.0
"""A shorter time between two reports may well fall between two packets."""
SLOWEST_HZ: Final = 1.0
LOSSY_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Track:
    """When a sensor was there, from where it first was: kind "ok", "lossy" (samples lost), "silent" (a link,
    and nothing comes) or "lost" (no link).
    """

    mount: Mount
    spans: tuple[Span, ...]


def silences(happened: Iterable[Episode], duration_s: float) -> dict[Mount, list[tuple[float, float]]]:
    """From a sensor's last sample to the first that came again, s."""
    out: dict[Mount, list[tuple[float, float]]] = {}
    for raised, cleared in ((e.raised, e.cleared) for e in happened if e.raised.rule in SILENCE):
        if raised.mount is not None:
            to_s = duration_s if cleared is None else cleared.t_us / 1e6 - cleared.value
            out.setdefault(raised.mount, []).append((raised.t_us / 1e6 - raised.value, to_s))
    return out


def tracks_of(data: RunData) -> list[Track]:
    """Those of a run."""
    return tracks(data.health, data.duration_s, silences(episodes(data.alerts), data.duration_s))


def tracks(
    health: Sequence[SensorHealth],
    duration_s: float,
    silent: Mapping[Mount, Sequence[tuple[float, float]]] | None = None,
) -> list[Track]:
    """One for each sensor that ever sent anything."""
    out = []
    for mount in Mount:
        spans: list[Span] = []
        for span in _reported([row for row in health if row.mount is mount], duration_s):
            for part in _parted(span, (silent or {}).get(mount, ())):
                _add(spans, part)
        # The link is given up when the run is over: that is no gap.
        if spans and spans[-1].kind == "lost" and duration_s - spans[-1].from_s <= ENDING_S:
            spans.pop()
        if spans:
            out.append(Track(mount, tuple(spans)))
    return out


def _reported(rows: Sequence[SensorHealth], duration_s: float) -> Iterable[Span]:
    """From where samples began to come; after the last report things stay as they were."""
    begun = False
    kind: Kind = "ok"
    if rows and rows[0].samples_received:
        begun = True
        kind = _kind(None, rows[0])
        yield Span(kind, 0.0, rows[0].t_us / 1e6)
    for before, row in pairwise(rows):
        begun = begun or row.samples_received > 0
        long = row.t_us - before.t_us >= SHORTEST_S * 1e6
        if long or not before.connected or kind == "lost":
            kind = _kind(before, row)
        if begun:
            yield Span(kind, before.t_us / 1e6, row.t_us / 1e6)
    if begun:
        yield Span(kind if rows[-1].connected else "lost", rows[-1].t_us / 1e6, duration_s)


def _kind(before: SensorHealth | None, row: SensorHealth) -> Kind:
    """What was between two reports, or before the first."""
    if before is not None and not before.connected:
        return "lost"
    seconds = (row.t_us - (before.t_us if before else 0)) / 1e6
    received = row.samples_received - (before.samples_received if before else 0)
    lost = (row.samples_lost or 0) - ((before.samples_lost or 0) if before else 0)
    if received < SLOWEST_HZ * seconds:
        return "silent"
    return "lossy" if lost >= LOSSY_SHARE * (received + lost) else "ok"


def _parted(span: Span, silent: Iterable[tuple[float, float]]) -> Iterable[Span]:
    """The span, with its silent parts told apart; where there was no link there is nothing to tell."""
    at_s = span.from_s
    for from_s, to_s in silent if span.kind != "lost" else ():
        if to_s > at_s and from_s < span.to_s:
            yield Span(span.kind, at_s, max(at_s, from_s))
            yield Span("silent", max(at_s, from_s), min(to_s, span.to_s))
            at_s = min(to_s, span.to_s)
    yield Span(span.kind, at_s, span.to_s)


def _add(spans: list[Span], span: Span) -> None:
    """Joined to the one before where that is of its kind."""
    if span.to_s <= span.from_s:
        return
    if spans and spans[-1].kind == span.kind:
        spans[-1] = Span(span.kind, spans[-1].from_s, span.to_s)
    else:
        spans.append(span)
