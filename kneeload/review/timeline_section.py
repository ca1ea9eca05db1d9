"""The timeline with its key and how to read it."""

from html import escape

from kneeload.review.lanes import TRACK_WORDS, limits_drawn
from kneeload.review.run_data import RunData
from kneeload.review.running_median import MOST_S, SMOOTH
from kneeload.review.statistics import episodes
from kneeload.review.stroke import doubled, stroke
from kneeload.review.traces import DOTS_MOST
from kneeload.review.tracks import tracks_of
from kneeload.review.words import place
from kneeload.spoken import lasting

__all__ = ["timeline_section"]


def timeline_section(data: RunData) -> str:
    each = doubled(data.mounts)
    key = [
        f"<li><span class='swatch {stroke(mount, data.mounts).swatch}'></span>"
        f"{place(mount) if each else mount.side}</li>"
        for mount in (data.mounts if each else {m.side: m for m in data.mounts}.values())
    ]
    key += [
        f"<li><span class='swatch {kind}'></span>{said}</li>"
        for kind, said in (("run", "running"), ("walk", "walking"))
        if any(stride.activity == kind for stride in data.strides)
    ]
    shown = {span.kind for track in tracks_of(data) for span in track.spans}
    key += [
        f"<li><span class='swatch {kind}'></span>{said}</li>"
        for kind, said in TRACK_WORDS.items()
        if kind in shown
    ]
    click = " Click a number to read the alert." if data.alerts else ""
    said = (
        f"The metrics over the {lasting(data.duration_s)} of the run, stride by stride; medians and "
        "alerts are told in the text"
    )
    # A figure that goes on the next sheet takes with it what says how to read it.
    return f"""<section class="whole"><h2>The run</h2>
<ul class="key">{"".join(key)}</ul>
<p class="quiet">{how_to_read(data)}<span class="screen"><span
class="mouse"> Drag to look closer, double-click to see all again.</span>{click}</span></p>
<div class="figure" id="timeline" role="img" aria-label="{escape(said)}"></div></section>
<noscript><p>The figures need JavaScript; all numbers and alerts are in the text.</p></noscript>"""


def how_to_read(data: RunData) -> str:
    """Of what is drawn in this run, and of nothing else."""
    happened = episodes(data.alerts)
    said = []
    if data.strides:
        if not any(sum(s.mount is mount for s in data.strides) > DOTS_MOST for mount in data.mounts):
            said.append("Dots are single strides.")
        if any(s.clipped and s.peak_resultant_g is not None for s in data.strides):
            said.append("Open triangles are peaks beyond the sensor's range.")
        said.append(
            f"Lines are medians of {SMOOTH} strides, interrupted where these would lie over more than "
            f"{MOST_S:.0f} s."
        )
    if happened:
        said.append("Numbered marks are alerts; the dotted upright line is the moment of each.")
    if limits_drawn(data, happened):
        said.append("A dotted level line is the limit that was passed.")
    return " ".join(said)
