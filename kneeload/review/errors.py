"""What can keep a review from being written."""

from kneeload.errors import KneeloadError

__all__ = ["PlotlyMissingError", "UnknownRunError"]


class PlotlyMissingError(KneeloadError):
    """The figures' library is an extra and is not installed."""

    def __init__(self) -> None:
        super().__init__("the review needs plotly; install it with: pip install 'kneeload[report]'")


class UnknownRunError(KneeloadError):
    """The journal has no run of this name."""

    def __init__(self, run: str, known: tuple[str, ...]) -> None:
        newest = f"the newest is {known[-1]}" if known else "it has none yet"
        super().__init__(f"{run}: no such run in the journal ({newest}); see: kneeload runs")
        self.run = run
        self.known = known
