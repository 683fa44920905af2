"""The command line: the only room that prints, reads the environment and picks the exit code.

Here is the way of `check`, which every commit takes; `verbs` and `start_gate` hold the others, `output` all printing.
"""

from __future__ import annotations

import os
import sys

from ..errors import SyntaxGuardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

OK = 0
"""Every source is valid for every target."""
RED = 1
"""At least one source is broken, unreadable or undecided."""
UNASKED = 2
"""The question could not be asked."""
INTERRUPTED, TERMINATED = 130, 143


class Terminated(BaseException):
    """SIGTERM arrived."""


def run_and_exit() -> NoReturn:
    """Run the command line of this process and end it."""
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum, which costs half as much as Python's start

    def terminate(_number: int, _frame: object) -> NoReturn:
        raise Terminated

    if _signal.getsignal(_signal.SIGTERM) == _signal.SIG_DFL:  # who ignores it wants it ignored
        _signal.signal(_signal.SIGTERM, terminate)
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the findings has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = RED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Terminated:
        code = TERMINATED
    # What is left is to take the interpreter apart object by object, which takes a tenth as long as starting it.
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: that of this process) and return the exit code (see DESIGN)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if arguments[:1] == ["check"]:
            paths, given = _split(arguments[1:])
            if not given:
                return _check(paths, {})
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
    from .. import check
    from ..settings import load

    settings = load(flags, os.environ, os.getcwd())
    if flags.get("staged"):
        if paths:
            raise UsageError("--staged takes no paths", "it checks what the next commit changes")
        result = check.check_staged(settings)
    elif paths == ["-"]:
        result = check.check_stdin(sys.stdin.buffer.read(), settings)
    elif "-" in paths:
        raise UsageError("- stands alone: standard input is checked by itself")
    else:
        result = check.check_paths(paths or ["."], settings)
    quiet = settings.quiet or bool(os.environ.get("PRE_COMMIT") and result.ok and not settings.verbose)
    if not quiet or result.diagnostics or settings.output_format or settings.output_file or settings.statistics:
        from .output import report

        report(result, settings, summary=not quiet)
    return OK if result.ok else RED
