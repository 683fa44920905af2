"""Signals that ask the gate to end, held back from its first instruction until the command takes its place.

A handler written in Python runs between two bytecodes: not in the middle of `compile`, and not between the last
bytecode and the exec. What it raises may be swallowed on the way. A signal that is blocked loses nothing of this: it
waits until it is asked for, even in a process 1, whose kernel drops signals that have no handler.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` imports enum
import os

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set
    from typing import Any

_ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")


class Held(Record):
    """Which signals are held back, and what was there before."""

    ending: Set[int]
    """Those that end the gate: its parent process ignores none of them."""
    mask: Set[int]
    """What was blocked before."""
    of_children: Any
    """What SIGCHLD did before."""


_held: Held | None = None


def hold() -> Held:
    """Return what there is to know of the signals, which are held back from the first call on."""
    global _held
    if _held is None:
        if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
            _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # what comes before the next line is no traceback
        numbers = {getattr(_signal, name) for name in _ENDING}
        ending = {number for number in numbers if _signal.getsignal(number) != _signal.SIG_IGN}
        mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, {*ending, _signal.SIGCHLD})
        # Ignored by the caller, it would make the kernel throw away the status of a child.
        of_children = _signal.signal(_signal.SIGCHLD, lambda *_: None)
        for number in ending:
            _signal.signal(number, _signal.SIG_DFL)
        _held = Held({number for number in ending if number not in mask}, mask, of_children)
    return _held


def pending(held: Held) -> int | None:
    """A signal that has come meanwhile, or None."""
    return min(_signal.sigpending() & held.ending, default=None)


def die_of(number: int) -> int:
    """End this process by the signal `number`, or return 128 plus it where this is process 1, which no signal ends."""
    _signal.signal(number, _signal.SIG_DFL)
    os.kill(os.getpid(), number)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, {number})
    return 128 + int(number)


def end_process_1(held: Held) -> None:
    """Have a signal end this process where it is process 1: the kernel drops a signal without a handler there."""
    if os.getpid() == 1:
        for number in held.ending:
            _signal.signal(number, lambda number, _: os._exit(128 + number))


def let_go(held: Held) -> None:
    """Put everything back as it was before `hold`. A signal that has come ends this process.

    What `end_process_1` sets, the exec of a command takes away again.
    """
    global _held
    _held = None
    end_process_1(held)
    _signal.signal(_signal.SIGCHLD, held.of_children)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, held.mask)
