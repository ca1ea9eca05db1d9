"""The page's head: who, when, how long, how much, and what the page is not."""

from collections.abc import Mapping, Sequence
from html import escape

from kneeload.local_time import local, zone
from kneeload.results import SensorHealth
from kneeload.review.contacts import foot_contacts
from kneeload.review.distance import Distance, distance, distance_text
from kneeload.review.run_data import RunData
from kneeload.review.statistics import spent
from kneeload.review.words import place
from kneeload.spoken import with_unit

__all__ = ["SAFETY", "head_section"]

SAFETY = """<aside class="safety" role="note">
<p><strong>No medical device.</strong> These numbers come from motion sensors. They do not measure the load on
knee or bone, do not tell the risk of an injury, and do not compare with other runners.</p>
<p><strong>Before anything hurts:</strong> most knee pain of runners comes from too much, too soon. Take rest
days, lengthen runs slowly, and go neither too far nor too fast. Technique adds to it: long steps
(over-striding), how the knee is lifted, leaning back, and all of them when tired. Keep hips and thighs
strong, and wear shoes that suit you.</p>
<p><strong>If it hurts:</strong> stop, see a doctor, and come back slowly, with plenty of walking.</p>
</aside>"""


def head_section(data: RunData, *, alerts: int) -> str:
    """Who, when, how long, how much."""
    started = data.started
    when = f"{local(started):%A, %d %B %Y, %H:%M} ({zone(started)})" if started else escape(data.run)
    time = whole_seconds(spent(data.summaries, data.strides, data.duration_s))
    far = distance(data.strides)
    facts = [
        ("Duration", with_unit(data.duration_s)),
        ("Distance", distance_text(far) + lengths_text(far)),
        contacts_fact(data),
        ("Running", with_unit(time["running"])),
        ("Walking", with_unit(time["walking"])),
        ("Standing or other", with_unit(time["otherwise"])),
        # Else the times would not seem to add up.
        *([("No sensor sent", with_unit(time["unwatched"]))] if time["unwatched"] >= 1 else []),
        ("Samples lost", lost_text(data.health)),
        ("Alerts", str(alerts)),
    ]
    names = [
        f"{place(mount)}: {escape(data.sensors[mount])}" if data.sensors.get(mount) else place(mount)
        for mount in data.mounts
    ]
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    note = f"<p>{escape(data.note)}</p>" if data.note else ""
    return f"""<h1>{escape(data.runner)}: {when}</h1>
<p class="sub">Run {escape(data.run)} · sensors at {", ".join(names) or "no place"}</p>
{note}<dl class="facts">{rows}</dl>"""


def whole_seconds(times: Mapping[str, float]) -> dict[str, int]:
    """Rounded so that they still add up to the whole."""
    out: dict[str, int] = {}
    total = 0.0
    for name, seconds in times.items():
        before, total = round(total), total + seconds
        out[name] = round(total) - before
    return out


def lengths_text(far: Distance | None) -> str:
    """What the distance is made of."""
    if far is None:
        return ""
    return f"<small>length known of {far.known} of {far.strides} strides, {place(far.mount)}</small>"


def contacts_fact(data: RunData) -> tuple[str, str]:
    """Of both feet contacts, of one foot strides."""
    sides = foot_contacts(data.strides)
    if len(sides) == 1:
        ((side, count),) = sides.items()
        return f"Strides, {side}", str(count)
    each = " + ".join(f"{count} {side}" for side, count in sides.items())
    return "Foot contacts", f"{sum(sides.values())}{f'<small>{each}</small>' if each else ''}"


def lost_text(health: Sequence[SensorHealth]) -> str:
    """Of the sensor that lost most, by its last report, and which that is; of some nobody can tell."""
    last = {row.mount: row for row in health}
    shares = {
        mount: row.samples_lost / taken
        for mount, row in last.items()
        if row.samples_lost is not None and (taken := row.samples_received + row.samples_lost)
    }
    if not shares:
        return "not known"
    mount, most = max(shares.items(), key=lambda share: share[1])
    of = ""
    if len(shares) < len(last):
        of = f"<small>of {' and '.join(place(one) for one in shares)}, not known of the rest</small>"
    elif most > min(shares.values()):
        of = f"<small>most: {place(mount)}</small>"
    return f"{100 * most:.1f} %{of}"
