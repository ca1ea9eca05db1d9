"""The review of a run as one HTML page that needs nothing else: no server, no network, no further file."""

import base64
import hashlib
import json
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from alerts.rules import RULES
from kneeload.failures import UsageError
from kneeload.place import journal_of, packets_of
from kneeload.private import private_file
from kneeload.review.alerts_section import alerts_section
from kneeload.review.brief import brief_section
from kneeload.review.earlier_section import earlier_section
from kneeload.review.errors import PlotlyMissingError
from kneeload.review.figures import timeline
from kneeload.review.head_section import SAFETY, head_section
from kneeload.review.load import load
from kneeload.review.look import Figure
from kneeload.review.medians_section import medians_section
from kneeload.review.run_data import RunData
from kneeload.review.statistics import episodes
from kneeload.review.timeline_section import timeline_section
from kneeload.review.waveform_figure import waveform_figure

__all__ = ["page", "plotly_script", "safe_json", "write_review"]


def write_review(data_dir: Path, run: str, output: Path) -> None:
    """Write the review of a run of this data folder. Raises KneeloadError, OSError where output cannot be
    written.
    """
    for source in (journal_of(data_dir), packets_of(data_dir, run)):
        if source.exists() and output.exists() and output.samefile(source):
            raise UsageError(f"{output}: is what the review is made of; give another file with --output")
    script = plotly_script()
    text = page(load(data_dir, run), plotly=script)
    with private_file(output) as draft:
        draft.write_text(text, encoding="utf-8")


def plotly_script() -> str:
    """Plotly's browser library, out of the installed package."""
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise PlotlyMissingError from error
    text: str = get_plotlyjs()
    return text


def page(data: RunData, *, plotly: str) -> str:
    """The whole page. plotly: the browser library that draws the figures."""
    happened = episodes(data.alerts)
    of_alerts = alert_figures(data)
    figures = {"timeline": timeline(data)} | of_alerts
    source = "the run's journal and recorded packets" if of_alerts else "the run's journal"
    own = files("kneeload.review")
    style = (own / "page.css").read_text(encoding="utf-8")
    script = (own / "page.js").read_text(encoding="utf-8")
    scripts = [plotly, script]
    # Plotly writes style elements and attributes; scripts are allowed by their checksum alone.
    policy = (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src {' '.join(checksum(text) for text in scripts)}; base-uri 'none'; form-action 'none'"
    )
    title = escape(f"Run {data.run} – {data.runner}")
    body = "\n".join(
        (
            head_section(data, alerts=len(happened)),
            brief_section(data, happened),
            SAFETY,
            medians_section(data),
            earlier_section(data, alerts=len(happened)),
            timeline_section(data),
            alerts_section(data, happened, with_figure=figures.keys()),
        )
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
<footer>Made by kneeload from {source}. Times are counted from the start of the run.
Times of day are by the clock of the computer that made this page; a run's name is its start in UTC.</footer>
</main>
<script type="application/json" id="figures">{safe_json(figures)}</script>
<script>{plotly}</script>
<script>{script}</script>
</body>
</html>
"""


def alert_figures(data: RunData) -> dict[str, Figure]:
    """Figure's element id -> figure, for each alert with samples around it."""
    out: dict[str, Figure] = {}
    for number, episode in enumerate(episodes(data.alerts), start=1):
        waveforms = data.waveforms.get(episode.place, ())
        if waveforms:
            raised = episode.raised
            out[f"waveform-{number}"] = waveform_figure(
                waveforms,
                data.strides,
                at_us=raised.t_us,
                limit_g=raised.limit if raised.rule in OF_PEAKS else None,
            )
    return out


OF_PEAKS: Final = frozenset(rule.id for rule in RULES if rule.metric == "peak_resultant_g")


def checksum(script: str) -> str:
    """What a Content-Security-Policy calls this inline script."""
    # The browser normalises line ends before it sums up.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def safe_json(content: object) -> str:
    """JSON that can stand inside a script element whatever texts are in it."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
