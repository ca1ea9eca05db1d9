"""What decoding needs is written again soon after it is new, ever more seldom then, and never without end."""

from itertools import pairwise

from mcap.opcode import Opcode
from mcap.records import Channel

from dsp.mount import Mount
from ingest.framing import parts
from ingest.keepsakes import LONGEST_NS, MOST_OF_A_KIND, Keepsakes
from ingest.packet import Kind, Packet
from ingest.recorded import MESSAGE

SECOND_NS = 1_000_000_000


def note(kept: Keepsakes, number: int, kind: Kind = Kind.CONTROL) -> None:
    kept.note(Packet(Mount.LEFT_SHIN, "kneeload-v1", kind, number, b"x"), 1, number)


def numbers(written: bytes | None) -> list[int]:
    """Of the packets in a copy."""
    assert written is not None
    messages = (content for opcode, content in parts(written) if opcode == Opcode.MESSAGE)
    return [MESSAGE.unpack_from(content)[1] for content in messages]


def written_s(kept: Keepsakes, first_s: int, last_s: int) -> list[int]:
    """The seconds at which a copy is due, asked once a second."""
    return [s for s in range(first_s, last_s) if kept.due(s * SECOND_NS) is not None]


def test_of_a_kind_the_newest_are_kept_and_no_more() -> None:
    kept = Keepsakes()
    for number in range(3 * MOST_OF_A_KIND):
        note(kept, number)
    note(kept, 100, Kind.CONFIG)
    assert numbers(kept.due(0)) == [*range(2 * MOST_OF_A_KIND, 3 * MOST_OF_A_KIND), 100]


def test_copies_are_twice_as_far_apart_each_time_until_there_is_something_new() -> None:
    kept = Keepsakes()
    kept.channel(Channel(1, "left-shin/control", "kneeload-packet", {}, 0))
    note(kept, 0)
    assert written_s(kept, 0, 20) == [0, 1, 3, 7, 15]
    note(kept, 1)
    assert written_s(kept, 20, 40) == [20, 21, 23, 27, 35]
    later = written_s(kept, 40, 600)
    assert {after - before for before, after in pairwise(later[3:])} == {LONGEST_NS // SECOND_NS}
