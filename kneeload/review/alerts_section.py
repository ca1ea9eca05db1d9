"""The alerts, one card each. Every text that comes from outside goes through `escape`."""

from collections.abc import Collection, Sequence
from html import escape

from alerts.words import advice, title
from kneeload.review.caption import caption
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Episode
from kneeload.review.waveform import MOST, MOTIONLESS
from kneeload.review.words import how_it_is_raised, number, place, what_happened, whence_the_limit
from kneeload.spoken import clock_time, lasting

__all__ = ["alerts_section"]


def alerts_section(data: RunData, happened: Sequence[Episode], *, with_figure: Collection[str]) -> str:
    """One card an alert raised."""
    if not happened:
        return "<h2>Alerts</h2><p class='quiet'>None was raised.</p>"
    cards = "".join(
        alert_card(data, episode, number, drawn=f"waveform-{number}" in with_figure)
        for number, episode in enumerate(happened, start=1)
    )
    return f"<h2>Alerts</h2>{damage_text(data)}{cards}"


def damage_text(data: RunData) -> str:
    """Above the figures, which show a hole alike whether samples never came or were spoilt afterwards."""
    if not data.damaged:
        return ""
    holes = "where samples are missing below they may have come all the same"
    numbers = (
        "Numbers are from the journal: they lack what was spoilt only if it was made again from these packets"
    )
    return f"<p class='quiet'>{escape(data.damaged)}: {holes}. {numbers}.</p>"


def alert_card(data: RunData, episode: Episode, number_: int, *, drawn: bool) -> str:
    raised, cleared = episode.raised, episode.cleared
    rule = next((rule for rule in data.rules if rule.id == raised.rule), None)
    at = clock_time(raised.t_us)
    until = (
        f"cleared after {lasting((cleared.t_us - raised.t_us) / 1e6)}"
        if cleared
        else "not cleared in this run"
    )
    why = whence_the_limit(raised, rule) if rule else "This version of kneeload has no such rule."
    rows = [
        ("What happened", what_happened(raised, rule)),
        ("Why the alert", why),
    ]
    if rule:
        rows.append(("What you can do", advice(raised)))
    if cleared:
        rows.append(("At the end", f"{number(cleared.value, rule)} when it was cleared."))
    if rule:
        rows.append(("The rule", how_it_is_raised(rule)))
    definition = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    figure = (
        f"<p class='quiet'>{escape(caption(data.waveforms[episode.place], data.strides))}</p>"
        f"<div class='figure' id='waveform-{number_}' role='img' aria-label='Acceleration of "
        f"{place(raised.mount)} in the seconds around alert {number_}, with the foot contacts found'></div>"
        if drawn
        else ""
        if raised.rule in MOTIONLESS
        else f"<p class='quiet'>{escape(why_undrawn(data, episode))}</p>"
    )
    return f"""<article class="alert {raised.level}" id="alert-{number_}">
<header><span class="number">{number_}</span><h3>{escape(title(raised))}</h3>
<span class="when">{raised.level} · {place(raised.mount)} · at {at}, {until}</span></header>
<dl>{definition}</dl>
{figure}
</article>"""


def why_undrawn(data: RunData, episode: Episode) -> str:
    """Why there is no figure: that nothing was recorded is said only where that is so."""
    mount = episode.raised.mount
    unreadable = [
        data.unreadable[one] for one in data.mounts if one in data.unreadable and mount in (None, one)
    ]
    if unreadable:
        return f"No samples around this alert can be read ({'; '.join(dict.fromkeys(unreadable))})."
    if data.waveforms and episode.place not in data.waveforms:
        return f"Samples are shown around the first {MOST} alerts only."
    return "No samples were recorded around this alert."
