"""Everything that is printed."""

from __future__ import annotations

import os
import sys

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..config.printing import Printing
    from ..errors import SyntaxGuardError
    from ..model import Result


def report(result: Result, how: Printing) -> None:
    """Report `result`: its findings and, for people, a summary."""
    from ..reports.formats import shown, statistics, summary_line

    write_findings(result, how)
    if how.statistics:
        for line in statistics(result):
            _tell(line, how)
    if how.summarizes(result):
        write([folded(summary_line(result, shown(how.format.name, result))) + "\n"])


def _tell(line: str, how: Printing) -> None:
    """Write a line for people: below the findings, or to standard error where a program reads those."""
    if how.format.for_people or how.file is not None:
        write([line])
    else:
        write_error(line)


def write_findings(result: Result, how: Printing) -> None:
    """Write the findings of `result`, to a file or to standard output, and the notes to standard error."""
    from ..reports.formats import account_line, render, skipped_lines, stale_lines

    for line in (
        *((*result.notices, *stale_lines(result, every=how.notes)) if how.notices else ()),
        *((*result.notes, *skipped_lines(result), account_line(result)) if how.notes else ()),
    ):
        note(line)
    silent = how.format.for_people and not result.diagnostics
    seen: dict[str, Any] = {"separator": os.sep if result.root is None else "/"}  # names from a top are git's own
    if not silent and how.file is None and how.format.colored:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        seen.update(color=how.color, columns=columns(), encoding=encoding)
    if how.format.from_top:
        result = _from_top(result)
    lines = () if silent else render(how.format.name, result, **seen)
    if how.file is not None:
        from .report_file import write_report

        write_report(how.file, lines, how.file_setting)
    else:
        if not how.format.for_people and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")  # programs read that; Windows writes its own into a pipe
        write(lines)


def _from_top(result: Result) -> Result:
    from ..reports.from_top import from_top, top_of

    here = os.getcwd()
    return from_top(result, top_of(os.environ, here), here)


def columns() -> int | None:
    """How wide standard output is, by COLUMNS or the terminal, from 40 to 200; None where it is no terminal."""
    said = os.environ.get("COLUMNS", "")
    known = int(said) if said.isascii() and said.isdecimal() else 0
    if not known and sys.__stdout__ is not None:  # as shutil does, which imports more than all else of a green run
        try:
            known = os.get_terminal_size(sys.__stdout__.fileno()).columns
        except (ValueError, OSError):
            return None
    return min(200, max(40, known)) if known else None


def folded(line: str) -> str:
    """`line`, on as many lines as the terminal needs for it; words stay whole."""
    width = columns()
    if width is None or len(line) <= width:
        return line
    from textwrap import fill

    return fill(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def write(lines: Iterable[str]) -> None:
    """Write whole lines to standard output. Raises `BrokenPipeError` if its reader has gone, else `UsageError`.

    Where there is nothing to write, it does not matter whether standard output is open.
    """
    if sys.stdout is None:
        if not any(lines):
            return
        raise UsageError("standard output is closed", "to look at the exit code alone, send it to /dev/null")
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except OSError as error:
        from ..processes.spawn import reader_has_gone

        if reader_has_gone(error):
            raise BrokenPipeError from None
        raise UsageError(
            f"standard output cannot be written: {error.strerror}", "send it elsewhere, or use --output-file"
        ) from None


def write_error(text: str) -> None:
    """Write whole lines to standard error."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError):  # closed, or full: the exit code still says it
        pass


def complain(error: SyntaxGuardError) -> None:
    """Say in one line on standard error why the question could not be asked, and what to do."""
    note(f"{error.message} ({error.hint})" if error.hint else error.message)


def note(line: str) -> None:
    """Write a line about the tool's own doing to standard error."""
    from ..reports.neutral import visible

    note_visible(visible(line))


def note_visible(line: str) -> None:
    """As `note`, for a `line` in which names are visible already: to do that twice would change a name."""
    write_error(f"syntax-guard: {line}\n")


def waiting_for(what: str) -> None:
    """Where standard input is a terminal, say that `what` is read from it: else the command seems to hang."""
    if sys.stdin is not None and sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
        note(f"reading standard input: {what}; {end} ends it")
