"""`syntax-guard targets`: which Pythons are asked here, why, and who answers for each."""

from __future__ import annotations

import os

from ...check import survey
from ...config.settings import load
from ...errors import SourcesError
from ...reports import targets
from ...reports.neutral import json_document
from ..exit_codes import OK, UNASKED
from ..output import folded, note, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Show which Python versions a check asks about here, why, and who answers."


def add_arguments(verb: Parser) -> None:
    """What `targets` takes."""
    verb.add_argument(
        "path", nargs="?", metavar="PATH", help="the file or folder to ask about; each project below this folder, else"
    )
    verb.add_settings(("target-version", "python", "output-format", "cache", "cache-dir"))


def run(arguments: list[str], parse: Parse) -> int:
    """Print the targets; 2 where no Python here answers for one of them."""
    flags = parse(arguments)
    path = flags.pop("path")
    if path is not None and not os.path.lexists(path):
        raise SourcesError(f"no such path: {path}", "paths are taken from the current folder")
    found = survey(load(flags, os.environ, os.getcwd()), path)
    if flags.get("output_format") == "json":
        write([json_document(targets.document(found.projects), indent=2)])
    else:
        write(folded(line) + "\n" for line in targets.table(found.projects))
    for line in found.notices:
        note(line)
    return UNASKED if any(one.survey.unanswered for one in found.projects) else OK
