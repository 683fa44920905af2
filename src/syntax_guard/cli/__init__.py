"""The command line: the only room that prints, reads the environment and picks the exit code.

Here is the way of `check`, which every commit takes; `verbs` and `start_gate` hold the others, `output` all printing.
"""

from __future__ import annotations

import gc
import os
import sys

from ..errors import SyntaxGuardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from ..check import Follow
    from ..settings import Settings

OK = 0
"""Every source is valid for every target."""
RED = 1
"""At least one source is broken, unreadable or undecided."""
UNASKED = 2
"""The question could not be asked."""
HUNG_UP, INTERRUPTED, TERMINATED = 129, 130, 143
"""128 and the number of the signal, as shells have it."""
CLEANUP_SECONDS = 5
GARBAGE = 50_000
"""Objects between two searches for garbage, of which there is hardly any: the usual 700 cost a commit a millisecond."""


class Stopped(BaseException):
    """A signal asks this process to end with the exit code `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run_and_exit() -> NoReturn:
    """Run the command line of this process and end it."""
    gc.set_threshold(GARBAGE)
    _leave_the_tree()
    _heed_signals()
    try:
        code = main(sys.argv[1:])
    except BrokenPipeError:  # whoever read the findings has gone
        code = RED
    except Stopped as stopped:
        code = stopped.code
        worker = sys.modules.get("syntax_guard.worker")
        if worker:  # their crew may have been closing when the signal came
            worker.end_all()
    # What is left is to take the interpreter apart object by object, which takes a tenth as long as starting it.
    os._exit(code)


def _leave_the_tree() -> None:
    """Take folders of the tree under check out of ``sys.path``: what is imported late must not come from there.

    Python put them there for ``python -m`` and for a PYTHONPATH that an editor or a shell set for the project.
    """
    here, own = _current_folder(), os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    named = os.environ.get("PYTHONPATH")
    given = {os.path.abspath(entry) for entry in named.split(os.pathsep)} if named and here.strip(os.sep) else set()
    inside = {entry for entry in given if entry.startswith(os.path.join(here, "")) and entry != own}
    sys.path[:] = [entry for entry in sys.path if entry not in inside and (entry or ".") not in (".", here)]


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _heed_signals() -> None:
    """Have SIGINT, SIGTERM and SIGHUP raise `Stopped`, the first time one comes; who ignores one wants it ignored."""
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum, which costs half as much as Python's start

    codes = {_signal.SIGINT: INTERRUPTED, _signal.SIGTERM: TERMINATED}
    if hasattr(_signal, "SIGHUP"):
        codes[_signal.SIGHUP] = HUNG_UP

    def stop(number: int, _frame: object) -> NoReturn:
        for each in codes:  # the way out is not disturbed, and not endless
            _signal.signal(each, _signal.SIG_IGN)
        if hasattr(_signal, "alarm"):
            _signal.alarm(CLEANUP_SECONDS)
        raise Stopped(codes[number])

    for number in codes:
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, stop)
    if hasattr(_signal, "SIGCHLD") and sys.argv[1:2] != ["run"]:  # which hands on all that it was given
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)  # who ignores it is not told how a child ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: that of this process) and return the exit code (see DESIGN)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if not _current_folder():
            raise UsageError("the current folder is gone", "go to one that exists")
        if arguments[:1] == ["check"]:
            paths, given = _split(arguments[1:])
            if given in ([], ["--staged"]):  # what hooks say; the parser takes longer to import than Python to start
                return _check(paths, {"staged": bool(given)})
            flags = _parse(["check", *given])
            return _check([*flags.pop("paths"), *paths], flags)
        if arguments[:1] == ["run"]:
            from .start_gate import run

            return run(*_split_command(arguments))
        from .verbs import answer

        return answer(_parse(arguments))
    except SyntaxGuardError as error:
        from .output import complain

        complain(error)
        return UNASKED


def _follow(settings: Settings) -> Follow | None:
    if settings.quiet or not (sys.stderr and sys.stderr.isatty()):
        return None
    from . import progress

    return progress.shown if progress.wanted(os.environ) else None


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tell paths from options, where a file may be called ``-x.py`` or even ``--quiet``.

    pre-commit puts the names of staged files behind the options with nothing between, so what names a file that is
    there is that file: a file name must not be able to switch the gate off.
    """
    if not any(argument.startswith("-") for argument in arguments):
        return list(arguments), []
    paths: list[str] = []
    given: list[str] = []
    for index, argument in enumerate(arguments):
        if argument == "--":
            return [*paths, *arguments[index + 1 :]], given
        if len(argument) > 1 and argument.startswith("-") and os.path.lexists(argument):
            paths.append(argument)
        else:
            given.append(argument)
    return paths, given


def _split_command(arguments: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Tell the flags of `run` from the command behind ``--``, whose own options are none of ours."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[end + 1 :]
    if not command and not {"-h", "--help"} & {*arguments}:
        raise UsageError("run: no command to start", "it stands behind --: syntax-guard run -- uvicorn main:app")
    return _parse(arguments[:end]), command


def _parse(arguments: Sequence[str]) -> dict[str, Any]:
    from ..command_line import parser

    return vars(parser().parse_args(arguments))


def _check(paths: list[str], flags: dict[str, Any]) -> int:
    if flags.get("staged"):
        if paths:
            raise UsageError("--staged takes no paths", "it checks what the next commit changes")
        from ..git import Index

        with Index(".") as index:  # git runs while the rest is imported
            from ..check import check_staged
            from ..settings import load

            settings = load(flags, os.environ, os.getcwd())
            result = check_staged(index, settings)
    else:
        from .. import check
        from ..settings import load

        settings = load(flags, os.environ, os.getcwd())
        if paths == ["-"]:
            result = check.check_stdin(_standard_input(), settings)
        elif "-" in paths:
            raise UsageError("- stands alone: standard input is checked by itself")
        else:
            result = check.check_paths(paths or ["."], settings, _follow(settings))
    quiet = settings.quiet or bool(os.environ.get("PRE_COMMIT") and result.ok and not settings.verbose)
    if not quiet or result.diagnostics or settings.output_format or settings.output_file or settings.statistics:
        from .output import report

        report(result, settings, summary=not quiet)
    return OK if result.ok else RED


def _standard_input() -> bytes:
    from ..reading import SIZE_LIMIT

    try:
        data: bytes | None = sys.stdin.buffer.read(SIZE_LIMIT + 1) if sys.stdin else None
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}") from None
    if data is None:
        raise UsageError("standard input cannot be read: it is closed")
    if len(data) > SIZE_LIMIT:
        raise UsageError(f"standard input is larger than {SIZE_LIMIT >> 20} MiB")
    return data
