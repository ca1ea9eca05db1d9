"""The timeline with its key and how to read it."""

from html import escape

from kneeload.review.run_data import RunData
from kneeload.review.running_median import MOST_S, SMOOTH
from kneeload.review.traces import DOTS_MOST, TRACK_WORDS
from kneeload.review.tracks import tracks_of
from kneeload.spoken import lasting

__all__ = ["timeline_section"]


def timeline_section(data: RunData) -> str:
    sides = {mount.side for mount in data.mounts}
    key = [
        f"<li><span class='swatch {name}'></span>{name}</li>" for name in ("left", "right") if name in sides
    ]
    key += [
        "<li><span class='swatch run'></span>running</li>",
        "<li><span class='swatch walk'></span>walking</li>",
    ]
    shown = {span.kind for track in tracks_of(data) for span in track.spans}
    key += [
        f"<li><span class='swatch {kind}'></span>{said}</li>"
        for kind, said in TRACK_WORDS.items()
        if kind in shown
    ]
    dense = any(sum(s.mount is mount for s in data.strides) > DOTS_MOST for mount in data.mounts)
    dots = "" if dense else "Dots are single strides, open triangles peaks beyond the sensor's range. "
    click = " Click a number to read the alert." if data.alerts else ""
    said = (
        f"The metrics over the {lasting(data.duration_s)} of the run, stride by stride; medians and "
        "alerts are told in the text"
    )
    return f"""<h2>The run</h2>
<ul class="key">{"".join(key)}</ul>
<p class="quiet">{dots}Lines are medians of {SMOOTH} strides, interrupted where these would lie over more than
{MOST_S:.0f} s. Numbered marks are alerts, with a dotted line at their limit.<span class="screen"><span
class="mouse"> Drag to look closer, double-click to see all again.</span>{click}</span></p>
<div class="figure" id="timeline" role="img" aria-label="{escape(said)}"></div>
<noscript><p>The figures need JavaScript; all numbers and alerts are in the text.</p></noscript>"""
