"""`syntax-guard doctor`: which gates a repository has, and what is missing."""

from __future__ import annotations

import os
from shutil import get_terminal_size

from ...errors import UsageError
from ..exit_codes import OK, RED
from ..output import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = (
    "Show which gates a repository has, what is missing, why it matters, and what to write. Files are "
    "read; hooks and images are run only with --try and --try-image."
)
EPILOG = (
    "exit codes: 0 every required gate is there; 1 one is missing, or cannot be told; "
    "2 the question could not be asked"
)  # fmt: skip


def add_arguments(verb: Parser) -> None:
    """What `doctor` takes."""
    from ...doctor.gates.table import GATES

    verb.add_argument("root", nargs="?", default=".", metavar="DIR", help="the repository (default: the current "
                      "folder)")  # fmt: skip
    verb.add_argument("--require", action="append", default=[], metavar="GATE", help="fail where this gate is not "
                      f"there: {', '.join(GATES)}; several with commas or repeated")  # fmt: skip
    verb.add_argument("--try", dest="trial", nargs="?", const="ours", choices=("ours", "all"), metavar="WHICH",
                      help="run the hooks on a broken file, in a scratch clone: ours, or all")  # fmt: skip
    verb.add_argument("--try-image", metavar="IMAGE", help="start this image with a broken file over one of its "
                      "modules (needs podman or docker)")  # fmt: skip
    verb.add_argument("--database", metavar="URL", help="show the connections of a PostgreSQL server instead, by "
                      "state, application and age (needs syntax-guard[backend])")  # fmt: skip
    verb.add_argument("--output-format", choices=("full", "json"), default="full", metavar="WHICH",
                      help="how findings are written: full, json")  # fmt: skip


def run(arguments: list[str], parse: Parse) -> int:
    """Examine the repository, print the findings, and return the exit code."""
    flags = parse(arguments)
    if flags["database"]:
        return _show_connections(flags["database"], flags["output_format"])
    from ...doctor import render
    from ...doctor.examine import examine, named, replaced, required_missing

    required = named(name.strip() for names in flags["require"] for name in names.split(",") if name.strip())
    findings = examine(flags["root"])
    if flags["trial"]:
        from ...doctor.trial import tried

        trials = tried(flags["root"], os.environ, all_hooks=flags["trial"] == "all")
        findings = replaced(findings, trials)
    if flags["try_image"]:
        from ...doctor.trial import tried_image

        findings = replaced(findings, [tried_image(flags["try_image"], os.environ)])
    missing = required_missing(findings, required)
    if flags["output_format"] == "json":
        write([render.as_json(findings, missing)])
    else:
        write([render.table(findings, missing, min(200, max(40, get_terminal_size().columns)))])
    return RED if missing else OK


def _show_connections(url: str, output_format: str) -> int:
    try:
        from ...backend.connections import as_json, connections_of, lines
    except ImportError as missing:
        raise UsageError(f"--database: {missing}", "pip install 'syntax-guard[backend]'") from None
    found = connections_of(url)
    write([as_json(found)] if output_format == "json" else (line + "\n" for line in lines(found)))
    return OK
