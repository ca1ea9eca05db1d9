"""Power cuts: at random places of what a run asked of the disk, everything that was not synced is dropped."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from dsp.mount import Mount
from ingest.packet import Kind
from kneeload.journal import Journal
from kneeload.resume import find_cut, recover
from tests.torture.checks import doubled, look, order, replayed
from tests.torture.crash import MOST_MISSING_S, check_cut
from tests.torture.disk import Op, build_log, read_log, rebuild, statements
from tests.torture.process import Child
from tests.torture.row import Row, percentile
from tests.torture.runner import load_packets, save_packets

__all__ = ["cut_power", "logged_run"]

RUN_S = 40.0
SPEEDUP = 5.0
MORE_S = 6.0
# One in so many is gone on with by a second process, the others are recovered.
GO_ON = 10


@dataclass(frozen=True, slots=True)
class Cut:
    missing_s: float
    acknowledged: int
    lost: int
    doubled: int
    recovered_s: float | None


def logged_run(folder: Path, packets: Path, *, seconds: float) -> tuple[Path, list[Op]]:
    """A run that ends by itself, and what it asked of the disk; (its data folder, operations)."""
    root, log = folder / "disk", folder / "disk.log"
    root.mkdir()
    library = build_log(folder)
    environment = {"LD_PRELOAD": str(library), "DISKLOG_ROOT": str(root), "DISKLOG_FILE": str(log)}
    arguments: list[str | Path] = [root / "data", packets, "--speedup", str(SPEEDUP), "--more", str(seconds)]
    with Child(arguments, environment) as child:
        assert child.finish() == 0, child.errors
    return root, read_log(log)


def cut_power(folder: Path, times: int) -> list[Row]:
    """The table's rows."""
    file = save_packets(folder / "packets.pickle", 3 * RUN_S)
    packets = load_packets(file)
    root, ops = logged_run(folder, file, seconds=RUN_S)
    random = Random(5)
    rows = []
    for what, chance in (("all that was not synced is gone", None), ("a random half of it is", random)):
        cuts: list[Cut] = []
        for number in range((times + 1) // 2):
            upto = random.randrange(1, len(ops))
            target = folder / f"cut-{'some' if chance else 'none'}-{number}"
            rebuild(ops[:upto], root, target, random=chance)
            taken = [packets[int(w[1])] for w in statements(ops[:upto]) if w[0] == "P"]
            said = {(Mount(w[1]), int(w[2])) for w in statements(ops[:upto]) if w[0] == "S"}
            data = target / "data"
            data.mkdir(exist_ok=True)
            disk = look(data)
            missing_s = check_cut(disk, taken)
            assert missing_s <= MOST_MISSING_S, (upto, missing_s)
            lost = len(said - set(disk.numbers))
            recovered_s = None
            begun = any(packet.kind is Kind.DATA for packet in disk.packets)
            if begun and disk.run is not None and disk.run.state != "ended":
                recovered_s = _again(data, file, go_on=number % GO_ON == 0)
                after = look(data)
                lost += sum((Counter(disk.numbers) - Counter(after.numbers)).values())
                strides, _ = replayed(data, after)
                assert order(strides) == order(after.strides), "the journal knows more than the packets"
                disk = after
            cuts.append(Cut(missing_s, len(said), lost, doubled(disk.strides), recovered_s))
        went_on = [cut.recovered_s for cut in cuts if cut.recovered_s]
        rows.append(
            Row(
                "the same after a power cut",
                f"power cut at a random disk operation; {what}",
                len(cuts),
                f"{sum(c.lost for c in cuts)} of {sum(c.acknowledged for c in cuts)} journalled strides; "
                f"packets: p95 {percentile([c.missing_s for c in cuts], 95):.2f} s, "
                f"at most {max(c.missing_s for c in cuts):.2f} s",
                f"{sum(c.doubled for c in cuts)} strides",
                f"at most {max(went_on):.2f} s until it records again" if went_on else "–",
                f"{len(ops)} operations logged, {len(went_on)} runs gone on with by a second process, "
                f"{sum(c.recovered_s == 0 for c in cuts)} recovered as old ones",
            )
        )
    return rows


def _again(data: Path, packets: Path, *, go_on: bool) -> float:
    """Go on with the run in another process (seconds until it records), or recover it in this one (0)."""
    if not go_on:
        with Journal.open(data) as journal:
            cut = find_cut(journal, data)
            assert cut is not None
            recover(journal, cut)
        return 0.0
    with Child([data, packets, "--resume", "--more", str(MORE_S)]) as second:
        recovered_s = second.wait_for("B") - second.began_s
        assert second.finish() == 0, second.errors
    assert "going on with" in second.errors, second.errors
    return recovered_s
