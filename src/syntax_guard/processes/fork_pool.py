"""Copies of this process that share a list of work. Each copy may die over it.

A copy starts in a millisecond, where a new interpreter takes ten, and has in memory all that this process has.
"""

from __future__ import annotations

import os
import sys

from ._compile_worker import end_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import NoReturn, TypeAlias

    Begin: TypeAlias = Callable[[], Callable[[int], bytes]]

ANSWER_BYTES = 255
"""The longest answer of a copy."""
REPLACED = 8
"""Copies that may die before no other takes their place."""
LOOK_SECONDS = 0.1
"""How often a stopped copy is continued, while none answers."""
LOOKS = 100
"""Looks in a row after which a silent copy is given up."""
_NUMBER_BYTES = 4
_FULL_BYTES = 8192
"""Answers that a copy sends at once; fewer when they are `_LATE_SECONDS` old."""
_LATE_SECONDS = 0.2


def safe() -> bool:
    """Whether this process may be copied: the system can, and no other thread runs that could hold a lock."""
    threading = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threading and threading.active_count() > 1):
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # threads that Python knows nothing of
    except OSError:  # no Linux: on macOS the system's own libraries start threads
        return False


def copy(life: Callable[[], object], *unwanted: int) -> int:
    """Start a copy of this process; return its process number. Raises `OSError` where none can be had.

    The copy does nothing but `life()`, without the descriptors `unwanted`, and ends with 0, or with 1 where that
    raises: no exception may reach this process's code, which goes on here. Signals end it: handlers are this process's.
    """
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum

    ending = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT)
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, ending)  # a handler that raises must not do so in the copy
    try:
        process = os.fork()
        if not process:
            for number in ending:
                if callable(_signal.getsignal(number)):
                    _signal.signal(number, _signal.SIG_DFL)
            _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
            _live(life, unwanted)
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
    return process


def _live(life: Callable[[], object], unwanted: tuple[int, ...]) -> NoReturn:
    status = 1
    try:
        for descriptor in unwanted:
            os.close(descriptor)
        life()
        status = 0
    except BaseException:  # noqa: BLE001, S110 - it ends with 1
        pass
    finally:
        os._exit(status)


def wait(process: int) -> bool:
    """Wait for the end of a copy, which goes on if it was stopped; return whether it did what it should, to the end."""
    try:
        while os.WIFSTOPPED(status := os.waitpid(process, os.WUNTRACED)[1]):
            go_on(process)
    except ChildProcessError:  # the host program has reaped it, or ignores SIGCHLD
        return False
    return status == 0


def go_on(process: int) -> None:
    """Continue a copy, if it was stopped."""
    import _signal  # `signal` imports enum

    kill(process, _signal.SIGCONT)


def kill(process: int, signal: int = 9) -> None:
    """Send `signal` to a copy that has not been reaped."""
    try:
        os.kill(process, signal)
    except ProcessLookupError:  # see `wait`
        pass


def shared(begin: Begin, count: int, copies: int) -> Generator[tuple[int, bytes], None, None]:
    """Have copies of this process answer numbers, each number once and in order.

    Each copy calls ``begin()`` once, and then what that returned, for every number that it takes. What a copy prints is
    dropped. Closing the iterator ends every copy, and so does the end of this process.

    Args:
        begin: Returns a function of a number, whose answer has at most `ANSWER_BYTES`.
        count: How many numbers there are, from 0 on.
        copies: How many processes answer, at most.

    Yields:
        Numbers and their answers, as they come. A number is missing if a copy raised, died or fell silent over it, or
        had not told yet when it did. All are missing if no copy can be had.
    """
    try:
        sharing = _Sharing(begin, count)
    except OSError:  # no descriptor is left
        return
    try:
        yield from sharing.run(copies)
    finally:
        sharing.close()


class _Copy:
    """One copy, seen from here."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.heard = b""
        """The beginning of an answer."""
        self.silent = 0
        """Looks since its last answer."""

    def answers(self, said: bytes) -> Iterator[tuple[int, bytes]]:
        """The answers that end in `said`, which the copy has just sent."""
        self.silent = 0
        said = self.heard + said
        at = 0
        while len(said) > at + _NUMBER_BYTES:
            start = at + _NUMBER_BYTES + 1
            end = start + said[start - 1]
            if end > len(said):
                break
            yield int.from_bytes(said[at : at + _NUMBER_BYTES], "big"), said[start:end]
            at = end
        self.heard = said[at:]


class _Sharing:
    def __init__(self, begin: Begin, count: int) -> None:
        self._begin = begin
        self._numbers = b"".join([number.to_bytes(_NUMBER_BYTES, "big") for number in range(count)])
        self._fed = 0
        self._died = 0
        self._copies: dict[int, _Copy] = {}
        """By the pipe from which their answers are read."""
        self._open: set[int] = set()
        """The descriptors that are open."""
        from select import poll  # here, while there is a descriptor for that; where there is a fork, there is a poll

        self._poller = poll()
        self._take, self._feed = self._pipe()

    def run(self, copies: int) -> Iterator[tuple[int, bytes]]:
        from select import POLLOUT

        poller = self._poller
        os.set_blocking(self._feed, False)
        poller.register(self._feed, POLLOUT)
        for _ in range(copies):
            self._start(poller.register)
        while self._copies:
            ready = [pipe for pipe, _ in poller.poll(LOOK_SECONDS * 1000)]
            for pipe in ready:
                if pipe == self._feed:
                    if self._feed_some():
                        poller.unregister(pipe)
                        self._close(pipe)
                        self._feed = -1  # a copy may get its number
                elif said := os.read(pipe, 1 << 16):
                    yield from self._copies[pipe].answers(said)
                else:
                    poller.unregister(pipe)
                    if not self._end(pipe):
                        self._died += 1
                        if self._died <= REPLACED:
                            self._start(poller.register)
            if not ready:
                self._look_after()

    def close(self) -> None:
        for each in self._copies.values():
            kill(each.process)
        for pipe in [*self._copies]:
            self._end(pipe)
        for descriptor in [*self._open]:
            self._close(descriptor)

    def _start(self, register: Callable[[int], object]) -> None:
        """Start one more copy, if it can be had."""
        pipes: list[int] = []
        try:
            pipes += self._pipe()
            # Nothing is written into a lifeline: its other end is closed with this process. One each, since a pipe
            # signals one process for all that share it.
            pipes += self._pipe()
        except OSError:  # no descriptor is left
            for descriptor in pipes:
                self._close(descriptor)
            return
        receive, send, lifeline, _ = pipes
        wanted = {self._take, send, lifeline}
        try:
            self._copies[receive] = _Copy(copy(lambda: self._labour(send, lifeline, wanted), *self._open - wanted))
        except OSError:
            self._close(receive)
        else:
            register(receive)
        finally:
            self._close(send)
            self._close(lifeline)

    def _labour(self, send: int, lifeline: int, wanted: set[int]) -> None:
        """The whole life of a copy, which has the descriptors `wanted` of those that are open here."""
        from time import monotonic

        end_with(lifeline)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in {1, 2} - wanted:  # what an interpreter that dies has to say is not for this process's user
            os.dup2(nowhere, stream)
        work = self._begin()
        sent = monotonic()
        with open(send, "wb", _FULL_BYTES) as answers:
            while number := os.read(self._take, _NUMBER_BYTES):
                answer = work(int.from_bytes(number, "big"))
                answers.write(number + bytes((len(answer),)) + answer)
                if monotonic() - sent > _LATE_SECONDS:
                    answers.flush()
                    sent = monotonic()

    def _feed_some(self) -> bool:
        """Hand out as many numbers as there is room for; return whether these were all."""
        from select import PIPE_BUF  # so many bytes are written at once or not at all: no copy reads half a number

        try:
            while self._fed < len(self._numbers):
                self._fed += os.write(self._feed, self._numbers[self._fed : self._fed + PIPE_BUF])
        except BlockingIOError:
            return False
        return True

    def _look_after(self) -> None:
        for each in self._copies.values():
            each.silent += 1
            if each.silent > LOOKS:
                kill(each.process)
            else:
                go_on(each.process)

    def _end(self, pipe: int) -> bool:
        """Let go of the copy that has closed `pipe`; return whether it had done its work."""
        self._close(pipe)
        return wait(self._copies.pop(pipe).process)

    def _pipe(self) -> tuple[int, int]:
        pipe = os.pipe()
        self._open.update(pipe)
        return pipe

    def _close(self, descriptor: int) -> None:
        self._open.remove(descriptor)
        os.close(descriptor)
