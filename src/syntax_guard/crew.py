"""Workers for any number of interpreters, and how often one is asked about a source that it does not survive."""

from __future__ import annotations

import threading

from .processes import continue_unborn
from .worker import Worker, WorkerError, stop_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .worker import Answer

WATCH_SECONDS = 0.1
"""How often running out of time is looked for."""


class CrewClosedError(Exception):
    """The crew was closed; nobody waits for this answer any more."""


class Crew:
    """Workers for any number of interpreters, started when they are first needed and shared by threads.

    `names` holds what the probe that each command starts must say that it is. `close` it when done.
    """

    def __init__(self, names: Mapping[tuple[str, ...], str], seconds: float, memory: int) -> None:
        self._names = names
        self._seconds = seconds
        self._memory = memory
        self._idle: dict[tuple[str, ...], list[Worker]] = {}
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._watched = False

    def close(self) -> None:
        """Kill every process of the crew. Whoever still waits for an answer gets none."""
        self._closed.set()
        with self._lock:
            stop_all(self._all)
            self._all.clear()

    def start(self, command: tuple[str, ...], count: int) -> None:
        """Start `count` workers before they are needed; one that does not start is missed when it is."""
        try:
            for _ in range(count):
                worker = self._new(command)
                with self._lock:
                    self._idle.setdefault(command, []).append(worker)
        except WorkerError:
            pass

    def ask(self, command: tuple[str, ...], batch: Sequence[bytes]) -> list[Answer]:
        """Have the probe that `command` starts judge `batch`; return an answer a source, in order.

        A source that gets no answer is asked about again (see ``TRIES``), alone and in a fresh process, before the
        answer is a `Problem`: the first process may have died of something else.
        """
        answers: list[Answer] = []
        while len(answers) < len(batch):
            try:
                self._extend(answers, command, batch[len(answers) :])
            except WorkerError as error:
                self._insist(answers, command, batch[len(answers)], error)
        return answers

    def _insist(self, answers: list[Answer], command: tuple[str, ...], source: bytes, error: WorkerError) -> None:
        """Ask about the `source` on which a worker ended with `error` until it is clear that it is the reason."""
        tries = 1
        while tries < error.tries:
            try:
                return self._extend(answers, command, [source])
            except WorkerError as again:
                error = again
                tries += 1
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

    def _borrow(self, command: tuple[str, ...]) -> Worker:
        with self._lock:
            idle = self._idle.setdefault(command, [])
            worker = idle.pop() if idle else None
        worker = worker or self._new(command)
        try:
            worker.hello(self._names[command])
        except BaseException:
            self._drop(worker)
            raise
        return worker

    def _new(self, command: tuple[str, ...]) -> Worker:
        with self._lock:
            if not self._watched and not self._closed.is_set():
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
        worker = Worker(command, self._seconds, self._memory)
        with self._lock:
            closed = self._closed.is_set()
            self._all.add(worker)
        if closed:
            self._drop(worker)
            raise CrewClosedError
        return worker

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.stop()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            continue_unborn()
            with self._lock:
                for worker in self._all:
                    worker.look_after()
