"""Everything that is printed."""

from __future__ import annotations

import os
import sys

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..errors import SyntaxGuardError
    from ..model import Result
    from ..settings import Settings

FOR_PEOPLE = ("full", "concise")


def report(result: Result, settings: Settings, *, summary: bool) -> None:
    """Write the findings of `result` where `settings` want them and, for people, what it came to."""
    from ..reports import statistics, summary_line

    write_findings(result, settings)
    if _format(settings) not in FOR_PEOPLE and not settings.output_file:
        return
    if settings.statistics:
        write(statistics(result))
    if summary:
        write([summary_line(result) + "\n"])


def write_findings(result: Result, settings: Settings) -> None:
    """Write the findings of `result` in the format that `settings` ask for, to a file or to standard output."""
    from ..reports import render

    for line in result.notes if settings.verbose else ():
        note(line)
    output_format = _format(settings)
    color = settings.output_file is None and _colored(settings.color, os.environ)
    lines = render(output_format, result, color=color) if result.diagnostics or output_format not in FOR_PEOPLE else ()
    if settings.output_file:
        _write_file(settings.output_file, lines)
    else:
        write(lines)


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
    return bool(sys.stdout) and sys.stdout.isatty() and environ.get("TERM") != "dumb"


def write(lines: Iterable[str]) -> None:
    """Write whole lines to standard output. Raises BrokenPipeError where nobody reads it any more."""
    if sys.stdout is None:
        raise UsageError("standard output is closed", "to look at the exit code alone, send it to /dev/null")
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"standard output cannot be written: {error.strerror}") from None


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


def complain(error: SyntaxGuardError) -> None:
    """Say in one line on standard error why the question could not be asked, and what to do."""
    note(f"{error.message} ({error.hint})" if error.hint else error.message)


def note(line: str) -> None:
    """Write a line about the tool's own doing to standard error."""
    from ..reports.neutral import visible

    try:
        sys.stderr.write(f"syntax-guard: {visible(line)}\n")
        sys.stderr.flush()
    except (AttributeError, OSError):  # closed, or full: the exit code still says it
        pass
