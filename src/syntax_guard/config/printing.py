"""How a run reports, and whether: decided once, from the settings and from what the process stands in."""

from __future__ import annotations

from ..model import Record
from .formats import FORMATS, Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from ..model import Result
    from .settings import Settings


class Printing(Record):
    """How a run reports, and whether: decided once, from the settings and from what the process stands in."""

    format: Format
    color: bool
    """Whether standard output takes colour, and the format has it."""
    file: str | None
    """Where the report goes; None: to standard output."""
    file_setting: str
    """What says so: the flag, or its variable."""
    summary: bool
    """Whether people get the result in one line."""
    summary_of_green: bool
    """Also where all is valid; pre-commit shows nothing of a hook that passed."""
    notices: bool
    """Whether people are told what a run noticed, such as a cache that does not count."""
    statistics: bool
    notes: bool
    """Whether people are told how the run went."""
    progress: bool
    """Whether a person watches the run."""

    def summarizes(self, result: Result) -> bool:
        """Whether `result` is summed up in a line."""
        return self.summary_of_green if result.ok else self.summary

    def is_needed(self, result: Result) -> bool:
        """Whether anything of `result` is printed. A commit that passes does not wait for what would print it."""
        asked = self.file is not None or self.statistics or not self.format.for_people
        return asked or bool(result.diagnostics) or self.summarizes(result)


def printing(settings: Settings, environ: Mapping[str, str], out: TextIO | None, err: TextIO | None) -> Printing:
    """Decide how a run reports.

    Args:
        settings: What was asked for.
        environ: Environment variables, which tell of CI, hooks and terminals.
        out: Standard output; None if it is closed.
        err: Standard error, likewise.

    Returns:
        All that was decided, for the one package that prints.
    """
    chosen = settings.output_format or ("github" if environ.get("GITHUB_ACTIONS") == "true" else "full")
    format_ = next(each for each in FORMATS if each.name == chosen)
    told = format_.for_people or settings.output_file is not None
    hook = bool(environ.get("PRE_COMMIT"))
    watched = _is_terminal(err, environ) and not hook and not environ.get("CI")
    return Printing(
        format=format_,
        color=format_.colored and settings.output_file is None and _colored(settings.color, environ, out),
        file=settings.output_file,
        file_setting=settings.setting("output-file"),
        summary=told and not settings.quiet,
        summary_of_green=told and not settings.quiet and (settings.verbose or not hook),
        notices=(told or format_.in_log) and not settings.quiet,
        statistics=settings.statistics,
        notes=settings.verbose,
        progress=watched and not settings.quiet,
    )


def _colored(color: str, environ: Mapping[str, str], out: TextIO | None) -> bool:
    """Whether to colour `out`: as asked, else by FORCE_COLOR and NO_COLOR, else on a terminal."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or _is_terminal(out, environ)


def _is_terminal(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    return stream is not None and stream.isatty() and environ.get("TERM") != "dumb"
