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
FOR_PEOPLE = ("full", "concise")


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
            return _run(*_split_command(arguments))
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


def _split_command(arguments: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Tell the flags of `run` from the command behind ``--``, whose own options are none of ours."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[end + 1 :]
    if not command and not {"-h", "--help"} & {*arguments}:
        raise UsageError("run: no command to start", "it stands behind --: syntax-guard run -- uvicorn main:app")
    return _parse(arguments[:end]), command


def _parse(arguments: Sequence[str]) -> dict[str, Any]:
    from .command_line import parser

    return vars(parser().parse_args(arguments))


def _verb(flags: dict[str, Any]) -> int:
    verb = flags.pop("verb")
    if verb == "targets":
        return _targets(flags)
    if verb == "probe":
        return _probe(flags)
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


def _run(flags: dict[str, Any], command: list[str]) -> int:
    from . import start

    status = start.supervise(lambda: (_opens_at_last if flags["wait"] else _opens)(flags, command))
    if status != OK:
        return status
    try:
        start.become(command)
    except start.CommandError as error:
        _complain(error)
        return error.status


def _opens(flags: dict[str, Any], command: list[str]) -> int:
    """Check the tree for the start gate, say what comes of it, and return OK where `command` may start."""
    from .check import check_paths
    from .reports import start_line
    from .settings import load

    program = os.path.basename(command[0])
    try:
        settings = load(flags, os.environ, os.getcwd()).for_this_interpreter()
        result = check_paths(flags["roots"] or ["."], settings)
        _write_findings(result, settings)
    except SyntaxGuardError as error:
        _complain(error)
        return UNASKED
    if result.ok:
        then = f"starting {program}"
    elif flags["report_only"]:
        then = f"starting {program} all the same (--report-only)"
    else:
        then = f"{program} is not started"
    if not settings.quiet:
        _note(start_line(result, then))  # standard output is the command's
    return OK if result.ok or flags["report_only"] else RED


def _opens_at_last(flags: dict[str, Any], command: list[str]) -> int:
    from .settings import nearest
    from .watch import changes

    roots = flags["roots"] or ["."]
    file = flags.get("config") or nearest(os.getcwd())
    for _ in changes([*roots, file] if file else roots):
        if _opens(flags, command) == OK:
            break
        _note("waiting for a change")
    return OK


def _probe(flags: dict[str, Any]) -> int:
    from . import healthcheck

    answer = healthcheck.probe(flags["url"], flags["timeout"])
    outcome = answer.reason
    if flags["restart_after"]:
        from .restart import RestartError, heed

        try:
            limit, period = flags["restart_after"], flags["start_period"]
            outcome += heed(flags["url"], limit, period, healthy=answer.healthy)
        except RestartError as error:
            _complain(error)
    from .reports.neutral import visible

    _print([visible(f"{flags['url']}: {outcome}") + "\n"])
    return OK if answer.healthy else RED


def _report(result: Result, settings: Settings) -> None:
    quiet = settings.quiet or bool(os.environ.get("PRE_COMMIT") and result.ok and not settings.verbose)
    if quiet and not (result.diagnostics or settings.output_format or settings.output_file or settings.statistics):
        return
    from .reports import statistics, summary_line

    _write_findings(result, settings)
    if _format(settings) not in FOR_PEOPLE and not settings.output_file:
        return
    if settings.statistics:
        _print(statistics(result))
    if not quiet:
        _print([summary_line(result) + "\n"])


def _write_findings(result: Result, settings: Settings) -> None:
    from .reports import render

    for note in result.notes if settings.verbose else ():
        _note(note)
    output_format = _format(settings)
    color = settings.output_file is None and _colored(settings.color, os.environ)
    lines = render(output_format, result, color=color) if result.diagnostics or output_format not in FOR_PEOPLE else ()
    if settings.output_file:
        _write_file(settings.output_file, lines)
    else:
        _print(lines)


def _format(settings: Settings) -> str:
    return settings.output_format or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")


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
