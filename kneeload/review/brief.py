"""What happened, for somebody who has ten seconds: the alerts in a line each."""

from collections.abc import Sequence
from html import escape

from alerts.words import title
from kneeload.review.lengthened import lengthened_text
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Episode, spent
from kneeload.review.unjudged import unjudged
from kneeload.review.words import number, place
from kneeload.spoken import clock_time, lasting

__all__ = ["brief_section"]

LINKS_MOST = 12


def brief_section(data: RunData, happened: Sequence[Episode]) -> str:
    """A line for alerts that say the same of one place, in the order in which they first came, with the way
    to its cards; and what no alert could have told.
    """
    if not data.strides:
        return ""
    left_out = unjudged(data)
    silent = f'<p class="quiet">Not judged: {escape("; ".join(left_out))}.</p>' if left_out else ""
    running_s = spent(data.summaries, data.strides, data.duration_s)["running"]
    if longer := lengthened_text(running_s, data.lately):
        silent = f'<p class="brief"><strong>Longer than of late</strong>: {escape(longer)}</p>{silent}'
    if not happened:
        return f'<p class="brief">No alert: nothing that was judged went beyond its limit.</p>{silent}'
    lines: dict[tuple[str, str], list[tuple[int, Episode]]] = {}
    for count, episode in enumerate(happened, start=1):
        lines.setdefault((title(episode.raised), place(episode.raised.mount)), []).append((count, episode))
    items = "".join(f"<li>{line(data, where, own)}</li>" for (_, where), own in lines.items())
    return f'<ul class="brief" aria-label="Alerts in short">{items}</ul>{silent}'


def line(data: RunData, where: str, own: Sequence[tuple[int, Episode]]) -> str:
    first = own[0][1].raised
    rule = next((rule for rule in data.rules if rule.id == first.rule), None)
    links = " ".join(
        f'<a class="number {first.level}" href="#alert-{count}" title="Alert {count}">{count}</a>'
        for count, _ in own[:LINKS_MOST]
    )
    more = " …" if len(own) > LINKS_MOST else ""
    seconds = sum(
        (episode.cleared.t_us / 1e6 if episode.cleared else data.duration_s) - episode.raised.t_us / 1e6
        for _, episode in own
    )
    held = f"{number(first.value, rule)}, limit {number(first.limit, rule)}"
    at = clock_time(first.t_us)
    if len(own) == 1:
        still = "" if own[0][1].cleared else ", to the end"
        when = f"at {at} for {lasting(seconds)}{still} ({held})"
    else:
        when = f"{len(own)} times, {lasting(seconds)} in all; first at {at} ({held})"
    return f"{links}{more} <span><strong>{escape(title(first))}</strong>, {where}: {when}</span>"
