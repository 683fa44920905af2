"""The command line: the only room that prints, reads the environment and picks the exit code."""

from __future__ import annotations

import os
import sys

from .errors import SyntaxGuardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, NoReturn

    from .model import Result
    from .settings import Settings

OK, RED, UNASKED = 0, 1, 2
INTERRUPTED, TERMINATED = 130, 143


class Terminated(BaseException):
    """SIGTERM arrived."""


def run_and_exit() -> NoReturn:
    """Run the command line of this process and end it."""
    import _signal  # type: ignore[import-not-found]  # `signal` imports enum, which costs half as much as Python's start

    def terminate(_number: int, _frame: object) -> NoReturn:
        raise Terminated

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
        return _verb(_parse(arguments))
    except SyntaxGuardError as error:
        _complain(error)
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


def _parse(arguments: Sequence[str]) -> dict[str, Any]:
    from .command_line import parser

    return vars(parser().parse_args(arguments))


def _verb(flags: dict[str, Any]) -> int:
    verb = flags.pop("verb")
    if verb == "targets":
        return _targets(flags)
    raise AssertionError(f"the parser knows a verb that has no room: {verb}")


def _targets(flags: dict[str, Any]) -> int:
    from .check import survey
    from .reports import targets
    from .settings import load

    found = survey(load(flags, os.environ, os.getcwd()))
    if flags.get("output_format") == "json":
        import json

        _print([json.dumps(targets.document(found), indent=2) + "\n"])
    else:
        _print(line + "\n" for line in targets.table(found))
    return UNASKED if found.unanswered else OK


def _check(paths: list[str], flags: dict[str, Any]) -> int:
    from . import check
    from .settings import load

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
    _report(result, settings)
    return OK if result.ok else RED


def _report(result: Result, settings: Settings) -> None:
    for note in result.notes if settings.verbose else ():
        _note(note)
    quiet = settings.quiet or bool(os.environ.get("PRE_COMMIT") and result.ok and not settings.verbose)
    if quiet and not (result.diagnostics or settings.output_format or settings.output_file or settings.statistics):
        return
    from .reports import render, statistics, summary_line

    output_format = settings.output_format or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    for_people = output_format in ("full", "concise")
    color = settings.output_file is None and _colored(settings.color, os.environ)
    lines = render(output_format, result, color=color) if result.diagnostics or not for_people else ()
    if settings.output_file:
        _write_file(settings.output_file, lines)
    else:
        _print(lines)
    if not for_people and not settings.output_file:
        return
    if settings.statistics:
        _print(statistics(result))
    if not quiet:
        _print([summary_line(result) + "\n"])


def _colored(color: str, environ: Mapping[str, str]) -> bool:
    """Whether to colour standard output: as asked, else by FORCE_COLOR and NO_COLOR, else on a terminal."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and environ.get("TERM") != "dumb"


def _print(lines: Iterable[str]) -> None:
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def _write_file(path: str, lines: Iterable[str]) -> None:
    """Write all of `lines` to `path`, or leave what was there."""
    part = f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(part, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.writelines(lines)
            os.replace(part, path)
        except BaseException:
            if os.path.exists(part):
                os.unlink(part)
            raise
    except OSError as error:
        raise UsageError(f"--output-file {path}: {error.strerror}") from None


def _complain(error: SyntaxGuardError) -> None:
    _note(f"{error.message} ({error.hint})" if error.hint else error.message)


def _note(line: str) -> None:
    from .reports.neutral import visible

    sys.stderr.write(f"syntax-guard: {visible(line)}\n")
