"""What the figures have in common. Colours are names of the page's CSS variables, put in by page.js."""

from collections.abc import Mapping
from typing import Any, Literal

__all__ = ["LOOK", "Figure", "heading", "label", "note", "upright", "value_axis"]

Figure = dict[str, Any]

INK, MUTED, NOTHING = {"color": "var(--ink)"}, {"color": "var(--muted)"}, "rgba(0,0,0,0)"

LOOK: Mapping[str, Any] = {
    "paper_bgcolor": NOTHING,
    "plot_bgcolor": NOTHING,
    "font": {"family": "system-ui, sans-serif", "size": 12, **INK},
    "hovermode": "closest",
    "hoverlabel": {"bgcolor": "var(--paper)", "bordercolor": "var(--line)", "font": INK},
    "modebar": {"bgcolor": NOTHING, **MUTED, "activecolor": "var(--ink)"},
}
"""A layout's part."""


def value_axis(domain: tuple[float, float], *, from_zero: bool) -> Figure:
    """The vertical axis of a plot that takes up this part of the figure's height."""
    return {
        "domain": domain,
        "gridcolor": "var(--grid)",
        "zeroline": False,
        "rangemode": "tozero" if from_zero else "normal",
    }


def heading(text: str, top: float, *, ground: Literal["paper", "card"] = "paper") -> Figure:
    """Words over a plot whose upper end is there, in shares of the figure's height; ground: behind them."""
    return _words(text, 13, INK) | _ON_PAPER | {"y": top, "yshift": 3, "bgcolor": f"var(--{ground})"}


def label(text: str, *, y: str, yref: str) -> Figure:
    """Words over a line of a lane."""
    return _words(text, 12, INK) | _ON_PAPER | {"y": y, "yref": yref, "yshift": 10}


def note(text: str, domain: tuple[float, float]) -> Figure:
    """Words in the middle of a plot, where something is missing."""
    middle = (domain[0] + domain[1]) / 2
    return _words(text, 12, MUTED) | {"x": 0.5, "xanchor": "center", "y": middle, "yanchor": "middle"}


def upright(x: float | str, color: str) -> Figure:
    """A dotted line through all plots at one moment."""
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": color, "width": 1, "dash": "dot"},
    }


_ON_PAPER: Figure = {
    "x": 0,
    "xanchor": "left",
    "yanchor": "bottom",
    # No line may run through them.
    "bgcolor": "var(--paper)",
    "borderpad": 0,
}


def _words(text: str, size: int, color: Mapping[str, str]) -> Figure:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"size": size, **color},
    }
