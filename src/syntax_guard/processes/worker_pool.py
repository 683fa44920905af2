"""Workers for any number of interpreters, and how often one is asked about a source that it does not survive."""

from __future__ import annotations

import threading

from ..errors import ResourcesError
from .procfs import continue_unborn
from .resources import memory_kills
from .shortage import starved
from .worker import Worker, WorkerError, stop_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .worker import Answer

WATCH_SECONDS = 0.1
"""How often running out of time is looked for."""


class PoolClosedError(Exception):
    """The pool was closed; no caller waits for this answer any more."""


class WorkerPool:
    """Workers for any number of interpreters, started when they are first needed and shared by threads.

    `names` holds, by command, what the worker that it starts must say that it is. `close` it when done.

    Where the system grants fewer processes than are asked for, threads wait for the workers that there are.
    """

    def __init__(self, names: Mapping[tuple[str, ...], str], seconds: float, memory: int) -> None:
        self._names = names
        self._seconds = seconds
        self._memory = memory
        self._idle: dict[tuple[str, ...], list[Worker]] = {}
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._returned = threading.Condition(self._lock)
        """A worker has been given back, or is no more."""
        self._kills = memory_kills()
        self._closed = threading.Event()
        self._watched = False

    def close(self) -> None:
        """Kill every process of the pool. A caller that still waits for an answer gets none."""
        self._closed.set()
        with self._lock:
            stop_all(self._all)
            self._all.clear()

    def start(self, command: tuple[str, ...], count: int) -> int:
        """Start `count` workers with `command` before they are needed, or as many as can be had; return how many."""
        started = 0
        try:
            for started in range(count):  # noqa: B007 - it counts those that were started before
                worker = self._new(command)
                with self._lock:
                    self._idle.setdefault(command, []).append(worker)
        except (WorkerError, ResourcesError):
            return started
        return count

    def ask(self, command: tuple[str, ...], batch: Sequence[bytes]) -> list[Answer]:
        """Have the worker that `command` starts judge `batch`; return one answer for each source, in order.

        A source that gets no answer is asked about again (see ``TRIES``), alone and in a fresh process, before the
        answer is a `Problem`: the first process may have died of something else. Raises `ResourcesError` where the
        system grants no worker at all, or kills each for lack of memory.
        """
        answers: list[Answer] = []
        while len(answers) < len(batch):
            try:
                self._extend(answers, command, batch[len(answers) :])
            except WorkerError as error:
                self._insist(answers, command, batch[len(answers)], error)
        pairs = zip(batch, answers, strict=True)
        return [self._afresh(command, source, one) if _is_full(one) else one for source, one in pairs]

    def _afresh(self, command: tuple[str, ...], source: bytes, answer: Answer) -> Answer:
        """The answer of a fresh worker to a `source` that ran out of memory: earlier ones may have left too little."""
        try:
            worker = self._new(command)
        except (WorkerError, ResourcesError):
            return answer
        try:
            worker.hello(self._names[command])
            return next(iter(worker.answers([source])))
        except (WorkerError, ResourcesError):
            return answer
        finally:
            self._drop(worker)

    def _insist(self, answers: list[Answer], command: tuple[str, ...], source: bytes, error: WorkerError) -> None:
        """Ask about the `source` on which a worker ended with `error` until it is clear that it is the reason."""
        tries = 1
        while tries < error.tries:
            try:
                return self._extend(answers, command, [source])
            except WorkerError as again:
                error = again
                tries += 1
        if reason := starved(self._kills, started=error.greeted):
            raise reason
        answers.append(error.problem)
        return None

    def _extend(self, answers: list[Answer], command: tuple[str, ...], batch: Sequence[bytes]) -> None:
        worker = self._borrow(command)
        try:
            for answer in worker.answers(batch):
                answers.append(answer)  # noqa: PERF402 - what came before a death is kept
        except BaseException:
            self._drop(worker)
            raise
        with self._lock:
            self._idle[command].append(worker)
            self._returned.notify()

    def _borrow(self, command: tuple[str, ...]) -> Worker:
        with self._lock:
            idle = self._idle.setdefault(command, [])
            worker = idle.pop() if idle else None
        worker = worker or self._another(command)
        try:
            worker.hello(self._names[command])
        except BaseException:
            self._drop(worker)
            raise
        return worker

    def _another(self, command: tuple[str, ...]) -> Worker:
        """A new worker or, where none is granted, the next one that is given back. Raises `ResourcesError` for none."""
        while True:
            try:
                return self._new(command)
            except ResourcesError:
                with self._lock:
                    if idle := self._idle[command]:
                        return idle.pop()
                    elsewhere = next((workers.pop() for workers in self._idle.values() if workers), None)
                    if elsewhere is None:
                        if not self._all:
                            raise
                        self._returned.wait(WATCH_SECONDS)
                if elsewhere is not None:  # it asks another interpreter, and no caller needs that one
                    self._drop(elsewhere)

    def _new(self, command: tuple[str, ...]) -> Worker:
        with self._lock:
            if self._closed.is_set():  # a thread may have work left that was put in before
                raise PoolClosedError
            if not self._watched:
                self._watched = True
                try:
                    threading.Thread(target=self._watch, daemon=True).start()
                except RuntimeError:  # none is left: the limit of CPU time, which each worker sets itself, is enough
                    pass
        worker = Worker(command, self._seconds, self._memory)
        with self._lock:
            closed = self._closed.is_set()
            self._all.add(worker)
        if closed:
            self._drop(worker)
            raise PoolClosedError
        return worker

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
            self._returned.notify()
        worker.stop()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            continue_unborn()
            with self._lock:
                for worker in self._all:
                    worker.look_after()


def _is_full(answer: Answer) -> bool:
    """Whether a source has this `answer` since there was no memory left."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error is not None and error["kind"] == "MemoryError"
