"""The start gate: check in a child, answer signals meanwhile, then become the command.

The check runs in a forked child and this process only waits, for three reasons. A signal is answered at once even
while CPython compiles a large file (a handler in Python runs between two bytecodes, never inside `compile`). A
process 1 gets the signals that its namespace would otherwise drop, as it has no handler. And whatever the check
loads, opens or limits is gone with the child, so that the command starts in the process as its caller left it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

from ..errors import SyntaxGuardError, UsageError
from ..processes._compile_worker import end_with
from ..processes.shortage import memory_limit, shortage
from .held_signals import die_of, end_process_1, hold, let_go, pending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import NoReturn

    from .held_signals import Held

NOT_EXECUTABLE = 126
NOT_FOUND = 127
GRACE_SECONDS = 0.5
"""How long a check that is called off may take to end its workers."""

_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")  # Python/pylifecycle.c, init_signals; as subprocess restores them


class CommandError(SyntaxGuardError):
    """The command cannot be started. `status` is what a shell would exit with: 126 or 127."""

    def __init__(self, message: str, hint: str | None, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


class CheckDiedError(SyntaxGuardError):
    """The process that checked was ended by a signal, so nothing is known of the tree."""


class EndedError(Exception):
    """A signal asked for the end, and this is process 1. `status` is what it has to exit with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def look_up(command: Sequence[str]) -> list[bytes]:
    """Find the program of a command, as a shell does.

    Args:
        command: The program, looked up in ``PATH`` unless it has a slash, and its arguments.

    Returns:
        The files that may be meant, at least one.

    Raises:
        CommandError: There is none.
        UsageError: This system cannot fork.
    """
    if not hasattr(os, "fork"):
        raise UsageError("run needs a POSIX system", "here, use: syntax-guard check && COMMAND")
    program = command[0]
    if not program:
        raise CommandError("'': command not found", "a variable in the command may be empty", NOT_FOUND)
    if programs := [*_programs(program, _environment())]:
        return programs
    hint = "install it in the image, or name it with its path"
    if os.sep in program:
        hint = "correct the path: the file is not there"
    if len(command) == 1 and len(program.split()) > 1:
        hint = f"it is one word: write -- {program}, without quotes, or as a list with an item for each word"
    raise CommandError(f"{program}: command not found", hint, NOT_FOUND)


def supervise(check: Callable[[], int]) -> int:
    """Run `check` in a child and return its exit status, 0 to 255. What `check` prints, it flushes.

    A SIGTERM, SIGINT, SIGQUIT or SIGHUP that was not ignored at the start interrupts the child, which ends its
    workers, and then ends this process as the sender expects: by that signal, or, where this is process 1 and the
    kernel does not let a signal end it, by returning 128 plus the number of the signal. These signals stay held back
    until `become`. Orphans that come to a process 1 meanwhile are reaped. Should this process be killed, the child
    ends with it. Where no child can be had, this process checks by itself. Raises `CheckDiedError` for a child that
    was killed by another process.
    """
    held = hold()
    lifeline = end = -1
    try:
        try:
            lifeline, end = os.pipe()
            child = os.fork()
        except OSError as error:
            if not shortage(error):
                raise
            return _check_here(check, held)
        if not child:
            os.close(end)
            _check_and_exit(check, held, lifeline)
        with suppress(OSError):  # both sides do it, since either may come first
            os.setpgid(child, child)
        status = _wait(child, held)
        if status < 0:
            raise _died(-status)
    except _SignalledError as signalled:
        return die_of(signalled.number)
    finally:
        for descriptor in (lifeline, end):
            if descriptor >= 0:
                os.close(descriptor)
    return status


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by `command`: same process id, folder, descriptors and environment.

    `command` is as for `look_up`. Raises `CommandError`, and EndedError for a signal that has come since `supervise`
    began.
    """
    environment = _environment()
    programs = look_up(command)
    for name in _IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(signal.Signals[name], signal.SIG_DFL)
    held = hold()
    if number := pending(held):
        raise EndedError(die_of(number))
    let_go(held)  # from here to the exec a signal ends this process
    refused: OSError = FileNotFoundError()
    for program in programs:
        try:
            os.execve(program, list(command), environment)  # noqa: S606 - the command is the user's own
        except OSError as error:
            if not isinstance(refused, PermissionError):  # as execvp(3): a refused file hides none after it
                refused = error
            if not isinstance(error, PermissionError):
                break
    raise _refusal(command[0], refused) from refused


class _SignalledError(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _died(number: int) -> CheckDiedError:
    """The error of a check that the signal `number` has ended."""
    name = signal.Signals(number).name
    hint = None
    if number == signal.SIGXCPU:
        hint = "raise the limit of CPU time: ulimit -t"
    elif number == signal.SIGKILL and not _out_of_time():
        hint = f"the usual reason is too little memory: {memory_limit()}"
    elif number == signal.SIGKILL:
        hint = "raise the limit of CPU time: ulimit -t"
    return CheckDiedError(f"the check was ended by {name}", hint)


def _out_of_time() -> bool:
    """Whether what has ended here has used all CPU time that a process may have."""
    import resource

    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return most != resource.RLIM_INFINITY and used.ru_utime + used.ru_stime >= most


def _check_here(check: Callable[[], int], held: Held) -> int:
    """Check in this very process. A signal ends it: by itself or, in a process 1, by a handler."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    end_process_1(held)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, held.ending)
    try:
        return check()
    except Exception:  # noqa: BLE001 - as the child does: the caller hears of the status
        sys.excepthook(*sys.exc_info())
        return 2
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, held.ending)


def _check_and_exit(check: Callable[[], int], held: Held, lifeline: int) -> NoReturn:
    """The child's whole life, in a process group of its own: Ctrl-C at the terminal is the parent's to answer."""
    status = 2
    try:
        end_with(lifeline)
        os.setpgid(0, 0)
        _be_the_first_to_go()
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may write although its group is not the terminal's
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        sys.unraisablehook = _end_if_called_off
        for number in {*held.ending, signal.SIGINT}:  # SIGINT is how the parent calls it off
            signal.signal(number, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, held.mask)
        status = check()
    except KeyboardInterrupt:
        pass  # the status has no reader
    except BaseException:  # noqa: BLE001 - nothing may climb into the parent's code; the parent reports the status
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _end_if_called_off(what: sys.UnraisableHookArgs) -> None:
    """Call the check off where a signal came in a callback of the interpreter, which swallows what a handler raises."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        os._exit(2)
    sys.__unraisablehook__(what)


def _be_the_first_to_go() -> None:
    """Have the kernel, when it is out of memory, kill the check and not the gate, which then says so."""
    try:
        with open("/proc/self/oom_score_adj", "wb") as file:
            file.write(b"1000")
    except OSError:  # no Linux, or no /proc
        pass


def _wait(child: int, held: Held) -> int:
    """Return the child's exit status, negative for a signal. Raises `_SignalledError`, with the child gone."""
    while True:
        number = signal.sigwait({*held.ending, signal.SIGCHLD})
        if number != signal.SIGCHLD:
            _call_off(child)
            raise _SignalledError(number)
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == child:
                if late := pending(held):
                    raise _SignalledError(late)
                return os.waitstatus_to_exitcode(status)
            if not pid:
                break


def _call_off(child: int) -> None:
    os.kill(child, signal.SIGINT)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _environment() -> Mapping[bytes, bytes]:
    """The environment that this process was started with.

    In the C locale Python adds `LC_CTYPE` to its own (PEP 538), which the command would inherit; the kernel still
    has the block from before.
    """
    try:
        with open("/proc/self/environ", "rb") as file:
            block = file.read()
    except OSError:  # no Linux, or no /proc
        return dict(os.environb)
    return dict(entry.split(b"=", 1) for entry in block.split(b"\0") if b"=" in entry)


def _programs(name: str, environment: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """The files that `name` may mean, in the order of PATH."""
    program = os.fsencode(name)
    if os.sep in name:
        folders = [b""]
    else:
        folders = environment.get(b"PATH", os.fsencode(os.defpath)).split(os.fsencode(os.pathsep))
    for folder in folders:
        path = os.path.join(folder, program)
        if os.path.lexists(path):  # not so in a folder that may not be searched (/root/bin, for another user)
            yield path


def _refusal(program: str, error: OSError) -> CommandError:
    """What a shell would say of a file that cannot be started, and exit with (POSIX, Shell Command Language, 2.8.2)."""
    if isinstance(error, FileNotFoundError):
        return CommandError(
            f"{program}: cannot be started", "correct its first line: that interpreter does not exist", NOT_FOUND
        )
    hints = {
        "PermissionError": "it must be a file that this user may execute (chmod +x)",
        "OSError": "a script needs a first line such as #!/bin/sh, a binary the architecture of this machine",
    }
    hint = hints.get(type(error).__name__, "name a program that this user may execute")
    return CommandError(f"{program}: cannot be executed: {error.strerror}", hint, NOT_EXECUTABLE)
