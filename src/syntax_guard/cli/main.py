"""The command line: from the arguments of a process to its exit code. `verbs` names the module of each verb."""

from __future__ import annotations

import gc
import os
import sys

from ..errors import SyntaxGuardError, UsageError
from .exit_codes import RED, UNASKED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

HUNG_UP, INTERRUPTED, TERMINATED = 129, 130, 143
"""128 and the number of the signal, as shells have it."""
CLEANUP_SECONDS = 5
GARBAGE = 50_000
"""Objects between two searches for garbage. There is hardly any, and the usual 700 cost a commit a millisecond."""


class Stopped(BaseException):
    """A signal asks this process to end with the exit code `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run_and_exit(load_ahead: Callable[[], None] = lambda: None) -> NoReturn:
    """Run the command line of this process and end it. Modules may be imported by ``load_ahead()``, before all else."""
    try:  # a signal is answered from the moment that it has a handler: no line stands outside
        if sys.argv[1:2] == ["run"] and os.name == "posix":
            from ..gates.held_signals import hold  # before anything else: a signal must not be lost

            hold()
        else:
            _answer_signals()
        gc.set_threshold(GARBAGE)
        # What is left is to take the interpreter apart object by object, which takes a tenth as long as starting it.
        os._exit(_code(load_ahead))
    except Stopped as stopped:
        _end_stopped(stopped)


def _code(load_ahead: Callable[[], None]) -> int:
    """Return the exit code of the command line of this process."""
    try:
        return main(sys.argv[1:], load_ahead)
    except BrokenPipeError:  # the reader of the report has gone
        return _unasked(sys.argv[1:])
    except (MemoryError, SystemError) as error:  # there was no memory for the call itself
        _complain(error)
        return _unasked(sys.argv[1:])


def _end_stopped(stopped: Stopped) -> NoReturn:
    worker = sys.modules.get("syntax_guard.processes.worker")
    if worker:  # their pool may have been closing when the signal came
        worker.end_all()
    os._exit(stopped.code)


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _answer_signals() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise `Stopped`, the first time one comes. One that is ignored stays ignored.

    So does SIGBREAK, which is Ctrl-Break and the closing of its console on Windows.
    """
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum, which costs half as much as Python's start

    codes = {_signal.SIGINT: INTERRUPTED, _signal.SIGTERM: TERMINATED}
    if hasattr(_signal, "SIGHUP"):
        codes[_signal.SIGHUP] = HUNG_UP
    if hasattr(_signal, "SIGBREAK"):
        codes[_signal.SIGBREAK] = INTERRUPTED

    def stop(number: int, _frame: object) -> NoReturn:
        for each in codes:  # no second signal interrupts the end, and the end takes limited time
            _signal.signal(each, _signal.SIG_IGN)
        if hasattr(_signal, "alarm"):
            _signal.alarm(CLEANUP_SECONDS)
        raise Stopped(codes[number])

    def unraisable(what: sys.UnraisableHookArgs) -> None:
        if isinstance(
            what.exc_value, Stopped
        ):  # the signal came in a callback of the interpreter, which raises nothing
            _end_stopped(what.exc_value)
        sys.__unraisablehook__(what)

    sys.unraisablehook = unraisable
    for number in codes:
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, stop)
    if hasattr(_signal, "SIGCHLD"):
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # if it is ignored, the system does not tell how a child ended


def main(argv: Sequence[str] | None = None, load_ahead: Callable[[], None] = lambda: None) -> int:
    """Run the command line `argv` (default: that of this process) and return the exit code, also of a `UsageError`.

    Modules may be imported by ``load_ahead()``, before all else."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if not _current_folder():
            raise UsageError("the current folder is gone", "go to one that exists")
        load_ahead()
        return _answer(arguments)
    except (SyntaxGuardError, MemoryError, OSError, RuntimeError, SystemError, ImportError) as error:
        _complain(error)
        return _unasked(arguments)


def _unasked(arguments: Sequence[str]) -> int:
    return RED if arguments[:1] in (["probe"], ["agent-hook"]) else UNASKED  # where 2 means something else


def _complain(error: Exception) -> None:
    """Say why the question could not be asked: a limit may be met anywhere. Any other `error` is raised."""
    try:
        from ..processes.shortage import shortage
        from .output import complain

        known = error if isinstance(error, SyntaxGuardError) else shortage(error)
        if known:
            complain(known)
            return
    except MemoryError:  # even this takes memory
        os.write(2, b"syntax-guard: no memory is left (raise the limit of memory)\n")
        return
    except OSError as lack:
        from errno import EMFILE  # a part of the interpreter: no file is opened

        if lack.errno != EMFILE:
            raise
        os.write(2, b"syntax-guard: no file descriptor is left (raise the limit: ulimit -n)\n")
        return
    raise error


def _answer(arguments: list[str]) -> int:
    """Have the verb that `arguments` start with do its work."""
    verb = arguments[0] if arguments else ""

    def parse(given: Sequence[str]) -> dict[str, Any]:
        from .parser import parser

        return vars(parser(verb).parse_args([verb, *given]))

    if verb == "check":  # every commit comes this way, and does not wait for the table
        from .commands import check

        return check.run(arguments[1:], parse)
    if verb == "probe":  # and neither does the health check, which runs every few seconds
        from .commands import probe

        return probe.run(arguments[1:], parse)
    from . import verbs

    if verb in verbs.VERBS:
        return verbs.command(verb).run(arguments[1:], parse)
    from .no_verb import answer

    return answer(arguments)
