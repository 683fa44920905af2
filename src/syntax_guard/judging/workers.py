"""The workers of a run, started when the first source needs one."""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock  # threading's own, without its imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model import Source
    from ..processes.worker import Answer
    from ..processes.worker_pool import WorkerPool
    from .judgement import Inquiry, Request

DENSEST = 1200
"""Bytes of memory that a byte of source takes at most: a source that may have so many does not lack memory."""


class Workers:
    """Workers for each request of an inquiry, for any thread. `close` them when the run is over."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._lock = allocate_lock()
        self._pool: WorkerPool | None = None
        self._commands: list[tuple[str, ...]] = []
        """Of the requests, in their order, once there is a pool."""
        self._short_of = 0
        """Bytes of memory that a worker may use where that is less than it should be able to; else 0."""

    def start(self, count: int) -> int:
        """Start `count` workers for the request that is made first, or as many as can be had; return how many."""
        pool = self._started()
        return pool.start(self._commands[0], count)

    def ask(self, place: int, sources: Sequence[Source]) -> list[Answer]:
        """What a worker answers to the request at `place` about each of `sources`. Safe from any thread.

        Raises `ResourcesError` where the container has too little of something to tell.
        """
        pool, request = self._started(), self._inquiry.requests[place]
        answers = pool.ask(self._commands[place], [request.body(source) for source in sources])
        if self._short_of:
            for source, answer in zip(sources, answers, strict=True):
                if _is_out_of_memory(answer) and len(source.data) * DENSEST > self._short_of:
                    from ..processes.shortage import out_of_memory

                    raise out_of_memory()
        return answers

    def close(self) -> None:
        """Kill every worker."""
        if self._pool is not None:
            self._pool.close()

    def _started(self) -> WorkerPool:
        with self._lock:
            if self._pool is None:
                self._pool = self._new_pool()
            return self._pool

    def _new_pool(self) -> WorkerPool:
        from ..processes.resources import affordable
        from ..processes.worker_pool import WorkerPool

        requests, limits = self._inquiry.requests, self._inquiry.limits
        self._commands = [command(request) for request in requests]
        names = dict(zip(self._commands, (request.name for request in requests), strict=True))
        memory = affordable(limits.memory)
        self._short_of = memory if memory < limits.memory else 0
        return WorkerPool(names, limits.seconds, memory)


def _is_out_of_memory(answer: Answer) -> bool:
    """Whether the interpreter had no memory left, or says so of a source that is too deep for its parser."""
    return isinstance(answer, dict) and (answer["error"] or {}).get("kind") == "MemoryError"


def command(request: Request) -> tuple[str, ...]:
    """The command line that starts a compile worker for `request`."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    python = ((request.python,) if request.python else this_python()) + ("-I", "-S")
    if request.floor is None and not request.writes:
        return (*python, os.path.join(package, "processes", "_compile_worker.py"))
    module = "bytecode" if request.writes else "emulate"
    code = (
        f"import sys; sys.path.append(sys.argv[1]); from syntax_guard.judging.{module} import main; main(*sys.argv[2:])"
    )
    first = ["{}.{}".format(*request.floor) if request.floor else ""]
    if request.writes:  # -I ignores the variables that say where bytecode is, and which
        first.append(str(sys.flags.optimize))
        prefix = sys.pycache_prefix
        python += () if prefix is None else ("-X", f"pycache_prefix={os.path.abspath(prefix)}")
    return (*python, "-c", code, os.path.dirname(package), *first)


def this_python() -> tuple[str, ...]:
    """The command that starts the interpreter of this process.

    ``sys.executable``, or more where that alone does not start: an interpreter that was started through a dynamic
    loader with libraries of its own (``ld.so --library-path … python3``) is started so again.
    """
    from ..processes.procfs import read

    try:
        words = [os.fsdecode(word) for word in read("/proc/self/cmdline").split(b"\0")[:-1]]
    except OSError:
        return (sys.executable,)
    prefix = words[: len(words) - len(sys.orig_argv) + 1]
    return tuple(prefix) if len(prefix) > 1 and words[len(prefix) :] == sys.orig_argv[1:] else (sys.executable,)
