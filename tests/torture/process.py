"""Starts the child, listens to what it states, kills it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.torture import child

__all__ = ["CGROUP", "ROOT", "Child", "Statement"]

# In the environment of a child: the control group to begin in.
CGROUP = "TORTURE_CGROUP"
ROOT = Path(__file__).resolve().parents[2]
# A process that has imported everything once and is forked for each child: starts in milliseconds.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([child.__name__])


@dataclass(frozen=True, slots=True)
class Statement:
    """at_s: monotonic time at which it was read."""

    at_s: float
    words: tuple[str, ...]


@dataclass
class Child:
    """One process of tests.torture.child, forked; with environment, a process from its very beginning."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.statements: list[Statement] = []
        self._errors: list[str] = []
        self._silent = False
        self._changed = threading.Condition()
        self.began_s = time.monotonic()
        words = [str(argument) for argument in self.arguments]
        said, errors = self._execute(words) if self.environment else self._fork(words)
        self._readers = [
            threading.Thread(target=self._read, args=(said,), daemon=True),
            threading.Thread(target=self._read_errors, args=(errors,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def errors(self) -> str:
        return "".join(self._errors)

    def kill(self) -> None:
        """SIGKILL, and everything that it has stated is read."""
        if self._code() is None:
            os.kill(self.pid, signal.SIGKILL)
        self.finish()

    def finish(self, *, timeout_s: float = 120.0) -> int:
        """Wait for its own end; its exit code."""
        self._join(timeout_s)
        code = self._code()
        if code is None:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"still running after {timeout_s:g} s")
        for reader in self._readers:
            reader.join(30)
        return code

    def wait_for(self, word: str, *, timeout_s: float = 60.0, times: int = 1) -> float:
        """Monotonic time at which a statement that begins so came for this time; AssertionError if never."""

        def found() -> list[float]:
            return [s.at_s for s in self.statements if s.words[0] == word]

        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= times or self._silent, timeout_s)
        assert len(found()) >= times, f"no {word!r} came: {self.errors[-2000:]}"
        return found()[times - 1]

    def said(self, word: str) -> list[tuple[str, ...]]:
        """The rest of each statement that begins so."""
        return [s.words[1:] for s in self.statements if s.words[0] == word]

    def _execute(self, words: list[str]) -> tuple[IO[str], IO[str]]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KNEELOAD_")}
        command = [sys.executable, "-m", child.__name__, *words]
        if (group := self.environment.get(CGROUP)) is not None:
            command = ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', group, *command]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**kept, "PYTHONPATH": str(ROOT), **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = process.pid

        def join(timeout_s: float) -> None:
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return

        self._join: Callable[[float], None] = join
        self._code: Callable[[], int | None] = process.poll
        assert process.stdout is not None
        assert process.stderr is not None
        return process.stdout, process.stderr

    def _fork(self, words: list[str]) -> tuple[IO[str], IO[str]]:
        said, out = _FORKS.Pipe(duplex=False)
        errors, err = _FORKS.Pipe(duplex=False)
        process = _FORKS.Process(target=_forked, args=(words, out, err))
        process.start()
        out.close()
        err.close()
        assert process.pid is not None
        self.pid = process.pid
        self._join = process.join
        self._code = lambda: process.exitcode
        return os.fdopen(_taken(said), "r"), os.fdopen(_taken(errors), "r")

    def _read(self, said: IO[str]) -> None:
        with said:
            for line in said:
                with self._changed:
                    if line.endswith("\n"):
                        self.statements.append(Statement(time.monotonic(), tuple(line.split())))
                    self._changed.notify_all()
        with self._changed:
            self._silent = True
            self._changed.notify_all()

    def _read_errors(self, errors: IO[str]) -> None:
        with errors:
            self._errors.extend(errors)


def _taken(end: Connection) -> int:
    """The file of one end of a pipe, as a file of our own."""
    file = os.dup(end.fileno())
    end.close()
    return file


def _forked(words: list[str], out: Connection, err: Connection) -> None:
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    out.close()
    err.close()
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    child.main(words)
    sys.stderr.flush()
