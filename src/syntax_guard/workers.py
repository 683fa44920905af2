"""Interpreters at work: processes that judge sources, and that may die, hang or babble without harm to a verdict."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import threading
from time import monotonic

from .model import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, BinaryIO, TypeAlias

    Answer: TypeAlias = "Any"
    """What ``_probe.judge`` returned, or a `Problem` of kind ``Crashed`` or ``TimedOut`` where it did not return."""

PACKAGE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 20.0
"""How long an interpreter may take to say hello."""
NOISE_LIMIT = 1 << 20
"""Bytes that may precede the hello."""
WATCH_SECONDS = 0.1
"""How often running out of time is looked for."""


class WorkerError(Exception):
    """A worker did not start, or ended before it answered. ``problem`` says how."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind, message)


class CrewClosedError(Exception):
    """The crew was closed; nobody waits for this answer any more."""


class Worker:
    """One interpreter that runs a probe, asked one batch of sources at a time.

    `seconds` is the time that it has for a source, `memory` the bytes of address space that it may use (0: any).
    Raises `WorkerError` when the interpreter does not start as a probe.
    """

    def __init__(self, command: Sequence[str], seconds: float, memory: int) -> None:
        token = secrets.token_hex(8)
        self._seconds = seconds
        self._deadline = monotonic() + START_SECONDS
        self._expired = False
        try:
            self._process = subprocess.Popen(
                [*command, token, str(int(seconds) + 1), str(memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=PACKAGE,
                start_new_session=True,  # a wrapper around an interpreter ends with all that it started
            )
        except (OSError, ValueError) as error:
            raise WorkerError("Crashed", f"the interpreter could not be started: {error}") from error
        self._token = token.encode() + b" "

    @property
    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        send, receive = self._process.stdin, self._process.stdout
        if send is None or receive is None:
            raise AssertionError("both ends are pipes")
        return send, receive  # type: ignore[return-value]

    def hello(self) -> str:
        """Wait until the probe is up; return the name and version that it gives itself, such as ``CPython 3.9.18``."""
        _, receive = self._pipes
        heard = 0
        while heard < NOISE_LIMIT:
            line = receive.readline(NOISE_LIMIT)
            if not line:
                break
            heard += len(line)
            _, found, name = line.partition(self._token)
            if found:
                self._deadline = float("inf")
                return name.decode("utf-8", "replace").strip()
        raise self._ended("the interpreter did not start as a probe")

    def answers(self, batch: Sequence[bytes]) -> Iterator[Answer]:
        """Ask for `batch` and yield an answer a source, in order.

        Raises `WorkerError` at the first source that gets none; the worker is then of no more use.
        """
        send, receive = self._pipes
        request = [len(batch), *map(len, batch)]
        self._deadline = monotonic() + self._seconds
        try:
            send.write(b"".join([*(number.to_bytes(8, "big") for number in request), *batch]))
            send.flush()
        except OSError:
            raise self._ended("the interpreter died") from None
        for _ in batch:
            self._deadline = monotonic() + self._seconds
            head = receive.read(8)
            body = receive.read(int.from_bytes(head, "big")) if len(head) == 8 else b""
            if len(head) < 8 or len(body) < int.from_bytes(head, "big"):
                raise self._ended("the interpreter died")
            yield json.loads(body) if body else None
        self._deadline = float("inf")

    def stop_if_late(self) -> None:
        """Kill the process if it is past its time. Safe from any thread."""
        if monotonic() > self._deadline:
            self._expired = True
            self._kill()

    def stop(self) -> None:
        """Kill the process, and wait until it is gone."""
        self._kill()
        self._process.wait()
        for pipe in self._pipes:
            try:
                pipe.close()
            except OSError:  # what was not sent cannot be flushed any more
                pass

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return
        if os.name == "nt":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _ended(self, what: str) -> WorkerError:
        self._kill()
        status = self._process.wait()
        if self._expired:
            return WorkerError("TimedOut", f"no answer within {self._seconds:g} s")
        return WorkerError("Crashed", f"{what} ({_status(status)})")


class Crew:
    """Workers for any number of interpreters, started when they are first needed and shared by threads.

    `close` it when done.
    """

    def __init__(self, seconds: float, memory: int) -> None:
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
            for worker in self._all:
                worker.stop()
            self._all.clear()

    def ask(self, command: tuple[str, ...], batch: Sequence[bytes]) -> list[Answer]:
        """Have the probe that `command` starts judge `batch`; return an answer a source, in order.

        A source that gets no answer is asked about once more, alone and in a fresh process, before the answer is
        a `Problem`: the first process may have died of something else.
        """
        answers: list[Answer] = []
        while len(answers) < len(batch):
            try:
                self._extend(answers, command, batch[len(answers) :])
            except WorkerError:
                suspect = batch[len(answers) : len(answers) + 1]
                try:
                    self._extend(answers, command, suspect)
                except WorkerError as error:
                    answers.append(error.problem)
        return answers

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
            if self._closed.is_set():
                raise CrewClosedError
            idle = self._idle.setdefault(command, [])
            if idle:
                return idle.pop()
            worker = Worker(command, self._seconds, self._memory)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
            self._all.add(worker)
        try:
            worker.hello()
        except BaseException:
            self._drop(worker)
            raise
        return worker

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.stop()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_SECONDS):
            with self._lock:
                for worker in self._all:
                    worker.stop_if_late()


def _status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
