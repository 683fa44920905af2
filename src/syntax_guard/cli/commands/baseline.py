"""`syntax-guard baseline`: write down what is broken now, so that it is let pass and nothing else is."""

from __future__ import annotations

import os
import sys

from ...config.baseline import CLASSES, merged, read, unpacked, written
from ...config.printing import printing
from ...config.repository import top_of
from ...config.settings import BASELINE, BASELINE_LIMIT
from ...errors import SourcesError, UsageError, relative
from ...model import Entry, Result
from ..arguments import expanded
from ..exit_codes import OK, RED
from ..held_settings import loaded
from ..output import note, write_findings
from ..report_file import write_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...config.settings import Settings
    from ...model import Diagnostic, Stale
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = (
    f"Write what is broken now into {BASELINE}, at the top of the repository. Every gate reads it, and lets pass "
    "what it names."
)
EPILOG = (
    "exit codes: 0 a check is green with it; 1 something is red that no baseline lets\n"
    "pass, such as a file that cannot be read; 2 the question could not be asked"
)  # fmt: skip
NO_SETTINGS = ("output-format", "output-file", "max-findings", "statistics", "write-bytecode", "trust-bytecode",
               "run-filters", "stdin-filename", "warnings")  # fmt: skip
"""Settings that have no meaning here."""


def add_arguments(verb: Parser) -> None:
    """What `baseline` takes."""
    verb.add_argument("paths", nargs="*", metavar="PATH", help="files, folders and archives to look at "
                      "(default: the whole repository)")  # fmt: skip
    verb.add_argument("--prune", action="store_true", help="only remove what is no longer broken, and what is gone")
    from ..parser import SETTINGS

    verb.add_settings([name for name in SETTINGS if name not in NO_SETTINGS])


def run(arguments: list[str], parse: Parse) -> int:
    """Write the baseline, or prune it, and return whether a check is green with it. Raises `UsageError`."""
    flags = parse(arguments)
    paths, prune = flags.pop("paths"), flags.pop("prune")
    if os.name == "nt":
        paths = expanded(paths)
    settings = loaded(flags, os.getcwd())
    if not settings.projects:
        raise UsageError(
            "a baseline goes without --config and --isolated", "leave them out: no gate reads a baseline with them"
        )
    top = _top()
    file = os.path.join(top, BASELINE)
    if prune:
        return _prune(file, top, paths, settings)
    result = _checked(paths or [top], settings)
    entries = merged(_from(top, entry) for entry in result.entries)
    write_report(file, written(entries), BASELINE)
    count = len({(entry.path, entry.member) for entry in entries})
    name = relative(file)
    once = f" once git tracks it (git add {name})" if top_of(top) else ""
    said = f"{_are(count)} broken, and let pass{once}" if count else "nothing is broken, so it is empty"
    _say(settings, f"{name}: {said}")
    left = [one for one in result.diagnostics if one.severity == "error" and one.code not in CLASSES]
    return _report(left, result, settings)


def _top() -> str:
    """The top of the repository around the current folder; outside of one, where a baseline is, or this folder."""
    here = os.path.realpath(os.curdir)
    return top_of(here) or _with_baseline(here) or here


def _with_baseline(folder: str) -> str | None:
    """The nearest folder from `folder` upwards that holds a baseline, or None."""
    while not os.path.lexists(os.path.join(folder, BASELINE)):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def _checked(paths: Sequence[str], settings: Settings) -> Result:
    from ...check import check_paths
    from ...sources.archives.recognise import is_archive

    paths = [relative(path) if os.path.isabs(path) else path for path in paths]
    archives = [path for path in paths if not os.path.isdir(path) and is_archive(path)]
    if not archives:
        return check_paths(paths, settings)
    from ...gates.ship import check_with_archives

    return check_with_archives([path for path in paths if path not in archives], archives, settings, settings)


def _from(top: str, entry: Entry) -> Entry:
    """`entry` with its path as the baseline at `top` has it. Raises `SourcesError` for a path outside."""
    folder, name = os.path.split(os.path.abspath(entry.path))
    path = relative(os.path.join(os.path.realpath(folder), name), top)
    if os.path.isabs(path) or path.split("/")[0] == "..":
        raise SourcesError(f"{entry.path} is outside of {top}", "name paths in that repository")
    return Entry(**{**vars(entry), "path": path})


def _prune(file: str, top: str, paths: Sequence[str], settings: Settings) -> int:
    """Remove from the baseline `file` what a check of `paths` does not need."""
    try:
        with open(file, "rb") as opened:
            before = merged(unpacked(read(opened.read(BASELINE_LIMIT + 1), relative(file))))
    except OSError as error:
        raise UsageError(f"{relative(file)}: {error.strerror}", "syntax-guard baseline writes it") from None
    result = _checked(paths or [top], settings)
    kept = _needed(before, [one for one in result.stale if not one.folder])
    if kept != before:
        write_report(file, written(kept), BASELINE)
    for line in result.notices:
        _say(settings, line)
    _say(settings, f"{relative(file)}: {len(before) - len(kept)} of {len(before)} entries removed")
    return _report([one for one in result.diagnostics if one.severity == "error"], result, settings)


def _needed(before: Sequence[Entry], stale: Sequence[Stale]) -> list[Entry]:
    """The entries, and those of their targets, that are not `stale`."""
    gone = {one.entry for one in stale if one.gone}
    unneeded = {_without_targets(one.entry): one.entry.targets for one in stale if not one.gone}
    kept = []
    for entry in before:
        if entry in gone:
            continue
        if _without_targets(entry) not in unneeded:
            kept.append(entry)
            continue
        targets = unneeded[_without_targets(entry)] or entry.targets or ()
        left = tuple(one for one in entry.targets or () if one not in targets)
        if left:
            kept.append(Entry(**{**vars(entry), "targets": left}))
    return kept


def _without_targets(entry: Entry) -> Entry:
    return Entry(**{**vars(entry), "targets": None})


def _report(left: Sequence[Diagnostic], result: Result, settings: Settings) -> int:
    """Report `left`, which is red all the same, and return the exit code."""
    if not left:
        return OK
    how = printing(settings, os.environ, sys.stdout, sys.stderr)
    write_findings(Result(**{**vars(result), "diagnostics": tuple(left), "notices": (), "stale": ()}), how)
    return RED


def _say(settings: Settings, line: str) -> None:
    if not settings.quiet:
        note(line)


def _are(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"
