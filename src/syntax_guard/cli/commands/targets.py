"""`syntax-guard targets`: which Pythons are asked here, why, and which interpreter answers for each."""

from __future__ import annotations

import os

from ...errors import UsageError
from ...gates.ship import survey_archive
from ...reports import targets
from ...reports.neutral import json_document
from ...sources.path_names import no_such
from ...targets.surveys import surveys
from ..exit_codes import OK, UNASKED
from ..held_settings import loaded
from ..output import folded, note, write
from ..question import archives_among, for_archives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Show which Python versions a check asks about here, why, and which interpreter answers for each."

FORMATS = ("full", "json")
EPILOG = "exit codes: 0 each target has an answer; 2 one has none, or the question could not be asked"


def add_arguments(verb: Parser) -> None:
    """What `targets` takes."""
    verb.add_argument(
        "path",
        nargs="*",
        metavar="PATH",
        help="files, folders and archives to ask about (default: each project below this folder)",
    )
    verb.add_settings(("target-version", "python", "output-format", "cache", "cache-dir"), formats=FORMATS)


def run(arguments: list[str], parse: Parse) -> int:
    """Print the targets, and return the exit code: 2 if no Python here answers for one of them.

    Raises `SourcesError` for a path that does not exist, `UsageError` for a format that `targets` does not have.
    """
    flags = parse(arguments)
    paths = flags.pop("path")
    if flags.get("output_format") not in (None, *FORMATS):
        raise UsageError(f"targets has no format {flags['output_format']}", "write full or json")
    for path in paths:
        if not os.path.lexists(path):
            raise no_such(path)
    settings = loaded(flags, os.getcwd())
    archives = archives_among(paths)
    found = [
        survey_archive(path, for_archives(flags, settings)) if path in archives else surveys(settings, path)
        for path in paths or [None]
    ]
    projects = [project for one in found for project in one.projects]
    if flags.get("output_format") == "json":
        write([json_document(targets.document(projects), indent=2)])
    else:
        write(folded(line) + "\n" for line in targets.table(projects))
    for line in dict.fromkeys(line for one in found for line in one.notices):
        note(line)
    return UNASKED if any(project.survey.unanswered for project in projects) else OK
