"""The start gate: check in a child, answer signals meanwhile, then become the command.

The check runs in a forked child and this process only waits, for three reasons. A signal is answered at once even
while CPython compiles a large file (a handler in Python runs between two bytecodes, never inside `compile`). A
process 1 gets the signals that its namespace would otherwise drop for want of a handler. And whatever the check
loads, opens or limits is gone with the child, so that the command starts in the process as its caller left it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

from ._probe import end_with
from .errors import SyntaxGuardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set
    from typing import NoReturn

NOT_EXECUTABLE = 126
NOT_FOUND = 127
GRACE_SECONDS = 0.5
"""How long a check that is called off may take to end its workers."""

_ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")  # Python/pylifecycle.c, init_signals; as subprocess restores them


class CommandError(SyntaxGuardError):
    """The command cannot be started. `status` is what a shell would exit with: 126 or 127."""

    def __init__(self, message: str, hint: str, status: int) -> None:
        super().__init__(message, hint)
        self.status = status


class CheckDiedError(SyntaxGuardError):
    """The process that checked was ended by a signal, so nothing is known of the tree."""


def supervise(check: Callable[[], int]) -> int:
    """Run `check` in a child and return its exit status, 0 to 255. What `check` prints, it flushes.

    A SIGTERM, SIGINT, SIGQUIT or SIGHUP that was not ignored at the start interrupts the child, which ends its
    workers, and then ends this process as the sender expects: by that signal, or, where this is process 1 and the
    kernel does not let a signal end it, by returning 128 plus the number of the signal. Orphans that come to a
    process 1 meanwhile are reaped. Should this process be killed, the child ends with it. Raises CheckDiedError for a
    child that was killed by somebody else.
    """
    if not hasattr(os, "fork"):
        raise UsageError("run needs a POSIX system", "here, use: syntax-guard check && COMMAND")
    ending = {number for number in map(_number, _ENDING) if signal.getsignal(number) is not signal.SIG_IGN}
    # Ignored by the caller, it would make the kernel throw away the child's status.
    of_children = signal.signal(signal.SIGCHLD, lambda *_: None)
    # Blocked, not handled: a blocked signal waits for sigwait, even in a process 1, and no race is left to lose one in.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*ending, signal.SIGCHLD})
    lifeline, end = os.pipe()
    try:
        child = os.fork()
        if not child:
            os.close(end)
            _check_and_exit(check, ending, mask, lifeline)
        with suppress(ProcessLookupError):  # both sides do it, since either may come first
            os.setpgid(child, child)
        status = _wait(child, ending)
        if status < 0:
            raise CheckDiedError(
                f"the check was ended by {signal.Signals(-status).name}",
                "SIGKILL mostly means that the container's memory limit is too low",
            )
    except _EndedError as ended:
        status = 128 + ended.number
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)  # takes effect when the mask is lifted; never in a process 1
    finally:
        os.close(lifeline)
        os.close(end)
        signal.signal(signal.SIGCHLD, of_children)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return status


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by `command`: same process id, folder, descriptors and environment.

    `command` is the program, looked up in `PATH` unless it has a slash, and its arguments. Raises CommandError.
    """
    if not command[0]:
        raise CommandError("'': command not found", "a variable in the command may be empty", NOT_FOUND)
    environment = _environment()
    for name in _IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(_number(name), signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606 - the command is the user's own
    except OSError as error:
        raise _refusal(command[0], error, environment) from error


class _EndedError(Exception):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _number(name: str) -> signal.Signals:
    return signal.Signals[name]


def _check_and_exit(check: Callable[[], int], ending: Set[signal.Signals], mask: Set[int], lifeline: int) -> NoReturn:
    """The child's whole life, in a process group of its own: Ctrl-C at the terminal is the parent's to answer."""
    status = 2
    try:
        end_with(lifeline)
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may write although its group is not the terminal's
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in {*ending, signal.SIGINT}:  # SIGINT is how the parent calls it off
            signal.signal(number, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        status = check()
    except KeyboardInterrupt:
        pass  # nobody reads the status
    except BaseException:  # noqa: BLE001 - nothing may climb into the parent's code; the parent reports the status
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _wait(child: int, ending: Set[signal.Signals]) -> int:
    """Return the child's exit status, negative for a signal. Raises _EndedError, with the child gone, on a signal."""
    while True:
        number = signal.sigwait({*ending, signal.SIGCHLD})
        if number != signal.SIGCHLD:
            _call_off(child)
            raise _EndedError(number)
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == child:
                if late := signal.sigpending() & ending:
                    raise _EndedError(min(late))
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


def _refusal(program: str, error: OSError, environment: Mapping[bytes, bytes]) -> CommandError:
    """What a shell would say and exit with (POSIX, Shell Command Language, 2.8.2)."""
    if os.sep in program:
        exists = os.path.lexists(program)
    else:
        # A folder of PATH that may not be searched (/root/bin, for another user) fails as "permission denied" too.
        exists = any(
            os.path.lexists(os.path.join(folder, os.fsencode(program)))
            for folder in environment.get(b"PATH", os.fsencode(os.defpath)).split(os.fsencode(os.pathsep))
        )
    if not exists:
        hint = "the file is not there" if os.sep in program else "install it in the image, or name it with its path"
        return CommandError(f"{program}: command not found", hint, NOT_FOUND)
    if isinstance(error, FileNotFoundError):
        return CommandError(
            f"{program}: cannot be started", "the interpreter in its first line does not exist", NOT_FOUND
        )
    hints = {
        "PermissionError": "it must be a file that this user may execute (chmod +x)",
        "OSError": "a script needs a first line such as #!/bin/sh, a binary the architecture of this machine",
    }
    hint = hints.get(type(error).__name__, "name a program that this user may execute")
    return CommandError(f"{program}: cannot be executed: {error.strerror}", hint, NOT_EXECUTABLE)
