"""Results as the database gets them, by way of the journal's rows."""

from collections.abc import Sequence

from kneeload.codec import Row, encode
from kneeload.payload import line
from kneeload.results import Result

__all__ = ["line_protocol"]


def line_protocol(results: Sequence[Result], *, runner: str, run: str, start_ns: int) -> list[str]:
    entries = [encode(result) for result in results]
    return [
        line(Row(seq, run, runner, start_ns, entry.stream, entry.body))
        for seq, entry in enumerate(entries, start=1)
    ]
