"""An interpreter at work: a process that judges sources, and may die or hang without harm to a verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from time import monotonic

from ..model import Problem
from . import procfs
from .shortage import shortage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any, BinaryIO, Literal, TypeAlias

    from .windows_job import HeldProcess, Job

    Answer: TypeAlias = "Any"
    """What ``_compile_worker.judge`` returned, or a `Problem` of kind ``Crashed`` or ``TimedOut`` where it did not."""

PACKAGE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 20.0
"""How long an interpreter may take to say hello."""
PIPE_BYTES = 512 * 1024
"""Room for what is sent at once, where a pipe may have it: a sender that waits is woken again and again."""
NOISE_LIMIT = 1 << 20
"""Bytes that may precede the hello."""
PATIENCE = 9
"""A process that a busy machine gave no time is waited for this many times as long."""
ANSWER_LIMIT = 64 * 1024 * 1024
"""Bytes of the longest answer that is listened to."""
_MALLOC = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28)}
"""For glibc: what one source has freed is kept for the next (mallopt(3)), which saves a hundredth of the time."""
_MOST_STARTING_SECONDS = 5.0
_SILENCE = bytes(8)
"""The answer of no bytes."""
TRIES = 3
"""How often a source is asked about before a dead interpreter is its fault: what kills from outside (an operator, the
kernel short of memory) does not aim at one source."""
TRIES_IN_SILENCE = 2
"""Likewise before a silent interpreter is: a hang costs its time again. One that has been busy all of its time is the
source's fault at once."""


class WorkerError(Exception):
    """A worker did not start, or ended before it answered.

    ``problem`` says how, ``tries`` how often it has to happen before the source is the reason, ``greeted`` whether the
    worker was up before.
    """

    def __init__(self, kind: str, message: str, tries: int = TRIES, *, greeted: bool = False) -> None:
        super().__init__(message)
        self.problem = Problem(kind, message)
        self.tries = tries
        self.greeted = greeted


class Worker:
    """An interpreter that runs the compile worker. It gets one batch of sources at a time, and ends with this process.

    `seconds` is the time that it has for a source, `memory` the bytes of address space that it may use (0: any).
    Raises `WorkerError` when the interpreter does not start as a worker, and `ResourcesError` where the system has no
    process or descriptor left for it.
    """

    def __init__(self, command: Sequence[str], seconds: float, memory: int) -> None:
        token = os.urandom(8).hex()
        self._seconds = seconds
        self._deadline = float("inf")
        self._greeted = False
        self._expired = 0
        """How often this has to happen (see `WorkerError`), once it is out of time."""
        self._seen = (0.0, 0.0)
        """The last deadline that was looked at, and the CPU time that had been used when it was set."""
        self._reaping = threading.Lock()
        self._job: Job | None = None
        try:
            lifeline, self._lifeline = _pipe()  # its end at the worker is closed by the death of this process alone
        except OSError as error:
            raise _not_started(error) from error
        arguments = [*command, token, str(int(seconds) + 1), str(memory), str(lifeline)]
        try:
            self._job = _job(memory)
            with _starting:
                self._process = self._start(arguments, lifeline)
        except (OSError, ValueError) as error:
            os.close(self._lifeline)
            if self._job is not None:
                self._job.close()
            raise _not_started(error) from error
        finally:
            os.close(lifeline)
        self._token = token.encode() + b" "
        _alive.add(self)
        _widen(self._pipes[0])

    def _start(self, command: Sequence[str], lifeline: int) -> subprocess.Popen[bytes] | HeldProcess:
        environment = {**_MALLOC, **os.environ}
        if self._job is not None:
            return self._job.start(command, PACKAGE, environment)
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PACKAGE,
            env=environment,
            pass_fds=(lifeline,),
            start_new_session=True,  # a wrapper around an interpreter ends with all that it started
        )

    @property
    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        send, receive = self._process.stdin, self._process.stdout
        if send is None or receive is None:
            raise AssertionError("both ends are pipes")
        return send, receive  # type: ignore[return-value]

    def hello(self, name: str) -> None:
        """Wait until the worker is up. Raises `WorkerError` where it is not `name`, such as ``CPython 3.9.18``."""
        if self._greeted:
            return
        _, receive = self._pipes
        self._deadline = monotonic() + START_SECONDS
        heard = 0
        while heard < NOISE_LIMIT:
            line = receive.readline(NOISE_LIMIT)
            if not line:
                break
            heard += len(line)
            _, found, said = line.partition(self._token)
            if found and said.strip() != name.encode():
                now = said.decode(errors="replace").strip()
                raise WorkerError("Crashed", f"the interpreter is {now} and no longer {name}")
            if found:
                self._deadline = float("inf")
                self._greeted = True
                return
        raise self._ended("the interpreter did not start as a compile worker")

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
            if head == _SILENCE:
                yield None
                continue
            size = int.from_bytes(head, "big")
            if size > ANSWER_LIMIT:
                raise self._ended("the interpreter answered too much")
            body = receive.read(size) if len(head) == 8 else b""
            if len(head) < 8 or len(body) < size:
                raise self._ended("the interpreter died")
            yield self._read(body)
        self._deadline = float("inf")

    def look_after(self) -> None:
        """Kill the process if it is past its time, and continue it if it was stopped. Safe from any thread."""
        now, deadline = monotonic(), self._deadline
        if deadline == float("inf"):
            return
        if self._seen[0] != deadline:
            self._seen = (deadline, self._cpu_seconds())
        spent = self._cpu_seconds() >= self._seen[1] + self._seconds
        # A busy machine says nothing of a source: a worker that has work, and did not get to it, is waited for.
        waits = not spent and self._at_work() and now < deadline + PATIENCE * self._seconds
        if now > deadline and not waits:
            self._expired = 1 if spent else TRIES_IN_SILENCE
            self.kill()
        else:
            self._signal("SIGCONT")

    def kill(self) -> None:
        """Kill the process. Safe from any thread."""
        self._signal("SIGKILL")

    def stop(self) -> None:
        """Kill the process, and wait until it is gone."""
        self._end()
        for pipe in self._pipes:
            try:
                pipe.close()
            except OSError:  # what was not sent cannot be flushed any more
                pass
        with self._reaping:
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1
                if self._job is not None:
                    self._job.close()

    def _read(self, body: bytes) -> Answer:
        import json  # most runs hear of no finding

        try:
            answer = json.loads(body)
        except ValueError:
            raise self._ended("the interpreter answered nonsense") from None
        if not isinstance(answer, dict) or not {"error", "warnings"}.issubset(answer):
            raise self._ended("the interpreter answered nonsense")
        return answer

    def _cpu_seconds(self) -> float:
        return procfs.cpu_seconds(self._process.pid) if self._job is None else self._job.cpu_seconds()

    def _at_work(self) -> bool:
        return procfs.at_work(self._process.pid) if self._job is None else self._job.at_work()

    def _signal(self, name: Literal["SIGKILL", "SIGCONT"]) -> None:
        """Send a signal to the process and all that it started."""
        with self._reaping:  # once it is reaped, its number may be another process's
            if self._process.returncode is not None:
                return
            if self._job is not None:  # Windows knows nothing of stopping
                if name == "SIGKILL":
                    self._job.end()
                return
            try:
                os.killpg(self._process.pid, getattr(signal, name))
            except (ProcessLookupError, PermissionError):  # macOS says the latter of what is dead
                pass

    def _end(self) -> int:
        self.kill()
        with self._reaping:
            status = self._process.wait()
        _alive.discard(self)
        return status

    def _ended(self, what: str) -> WorkerError:
        status = self._end()
        if self._expired or status == -getattr(signal, "SIGXCPU", 0):
            return WorkerError("TimedOut", f"no answer within {self._seconds:g} s", self._expired or 1, greeted=True)
        return WorkerError("Crashed", f"{what} ({_status(status)})", greeted=self._greeted)


def _job(memory: int) -> Job | None:
    """What holds a process and all that it starts on Windows; elsewhere None."""
    if os.name != "nt":
        return None
    from .windows_job import Job

    return Job(memory)


_alive: set[Worker] = set()
_starting = threading.Lock()
"""Held while a process starts, and for ever once this one is about to end."""


def end_all() -> None:
    """Kill every worker of this process, for a process that is about to end. No other starts from here on."""
    _starting.acquire(timeout=_MOST_STARTING_SECONDS)
    stop_all(tuple(_alive))


def stop_all(workers: Collection[Worker]) -> None:
    """Kill `workers`, and wait until they are gone."""
    for worker in workers:  # all at once: the memory of a dead one may take its time to be given back
        worker.kill()
    for worker in workers:
        worker.stop()


def _pipe() -> tuple[int, int]:
    """A pipe whose read end is none of the standard streams, even where those are closed: a child has its own there."""
    receive, send = os.pipe()
    if receive > 2:
        return receive, send
    from fcntl import F_DUPFD_CLOEXEC, fcntl  # not on Windows, where no child is given this end

    try:
        return fcntl(receive, F_DUPFD_CLOEXEC, 3), send
    except OSError:
        os.close(send)
        raise
    finally:
        os.close(receive)


def _widen(pipe: BinaryIO) -> None:
    """Give `pipe` room for `PIPE_BYTES`, if it may have that: only Linux has a way, and each user a quota (pipe(7))."""
    try:
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, OSError):
        pass


def _not_started(error: Exception) -> Exception:
    return shortage(error) or WorkerError("Crashed", f"the interpreter could not be started: {error}")


def _status(status: int) -> str:
    if status >= 0xC0000000:  # an exception that ended a process on Windows, such as an overflow of the stack
        return f"exception {status:#X}"
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
