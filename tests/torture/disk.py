"""A folder as a power cut would leave it, rebuilt from the log of disklog.c.

What was written before a sync of its file began and that sync ended is there; a name is there once its
folder was synced after it was made. Of everything later, a power cut may leave any part: none of it, or a
random choice of writes, the last of them torn at a sector.
"""

import shutil
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.services import cannot

__all__ = ["Op", "build_log", "read_log", "rebuild", "statements"]

SOURCE = Path(__file__).with_name("disklog.c")
HEAD = struct.Struct("<cIqIH")
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Op:
    """One record; see disklog.c."""

    kind: str
    thread: int
    offset: int
    path: str
    data: bytes


def build_log(folder: Path) -> Path:
    """Compile the library; see cannot() for where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        cannot("no C compiler: power cuts cannot be tried")
    library = folder / "disklog.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"],
        check=True,
    )
    return library


def read_log(path: Path) -> list[Op]:
    """Every whole record."""
    data, at, ops = path.read_bytes(), 0, []
    while at + HEAD.size <= len(data):
        kind, thread, offset, length, path_length = HEAD.unpack_from(data, at)
        end = at + HEAD.size + path_length + length
        if end > len(data):
            break
        name = data[at + HEAD.size : at + HEAD.size + path_length].decode()
        ops.append(Op(kind.decode(), thread, offset, name, data[end - length : end]))
        at = end
    return ops


def statements(ops: Sequence[Op]) -> list[tuple[str, ...]]:
    """What the process had stated."""
    text = b"".join(op.data for op in ops if op.kind == "S").decode()
    return [tuple(line.split()) for line in text.splitlines()]


@dataclass
class _File:
    """written: (place in the log, op) of writes and truncations, in order; before `safe` they are synced."""

    folder: bool = False
    written: list[tuple[int, Op]] = field(default_factory=list)
    safe: int = 0

    def content(self, random: Random | None) -> bytes:
        content = bytearray()
        later = [place for place, _ in self.written if place >= self.safe]
        for place, op in self.written:
            if place < self.safe:
                _apply(content, op, len(op.data))
            elif random is not None and random.random() < 0.5:
                torn = place == later[-1]
                _apply(content, op, random.randrange(0, len(op.data) + 1, SECTOR) if torn else len(op.data))
        return bytes(content)


def rebuild(ops: Sequence[Op], root: Path, target: Path, *, random: Random | None) -> None:
    """Write what a power cut after these operations leaves of root; random None: only what was synced."""
    now: dict[str, _File] = {str(root): _File(folder=True)}
    safe: dict[str, _File] = {str(root): now[str(root)]}
    syncing: dict[tuple[int, str], int] = {}
    for place, op in enumerate(ops):
        match op.kind:
            case "M":
                now[op.path] = _File(folder=True)
            case "C":
                now.setdefault(op.path, _File())
            case "W" | "T":
                now.setdefault(op.path, _File()).written.append((place, op))
            case "R":
                now[op.data.decode()] = now.pop(op.path)
            case "U":
                now.pop(op.path, None)
            case "B":
                syncing[op.thread, op.path] = place
            case "E":
                began = syncing.pop((op.thread, op.path))
                file = now.get(op.path)
                if file is not None and file.folder:
                    _sync_names(now, safe, op.path)
                elif file is not None:
                    file.safe = max(file.safe, began)
            case _:
                pass
    target.mkdir()
    for name in sorted(safe):
        relative = Path(name).relative_to(root)
        if any(str(root / parent) not in safe for parent in relative.parents):
            continue
        if safe[name].folder:
            (target / relative).mkdir(exist_ok=True)
        else:
            (target / relative).write_bytes(safe[name].content(random))


def _sync_names(now: dict[str, _File], safe: dict[str, _File], folder: str) -> None:
    for names in (safe, now):
        for name in [n for n in names if str(Path(n).parent) == folder]:
            if name in now:
                safe[name] = now[name]
            else:
                safe.pop(name, None)


def _apply(content: bytearray, op: Op, length: int) -> None:
    if op.kind == "T":
        del content[op.offset :]
        content.extend(bytes(op.offset - len(content)))
        return
    if not length:
        return
    content.extend(bytes(max(0, op.offset - len(content))))
    content[op.offset : op.offset + length] = op.data[:length]
