"""`syntax-guard run`: check the tree, then become the command."""

from __future__ import annotations

import os
import sys
from time import monotonic, sleep

from ...errors import ResourcesError, SyntaxGuardError, UsageError
from ..exit_codes import OK, RED, UNASKED
from ..output import complain, note, note_visible, write_findings
from ..parser import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeVar

    from ...config.printing import Printing
    from ...config.settings import Settings
    from ...model import Result
    from ..parser import Parser
    from ..verbs import Parse

    T = TypeVar("T")

DESCRIPTION = "Check the tree with the Python that COMMAND will use, then become COMMAND in this process's place."
EPILOG = (
    "exit codes: COMMAND's own; or 1 and 2 as of `check`, 127 COMMAND was not found, "
    "126 it cannot be executed"
)  # fmt: skip
NO_SETTINGS = ("target-version", "python", "stdin-filename", "statistics", "run-filters")
"""Settings that have no meaning here."""
LONGEST = 200
"""Characters of a command that are repeated."""
SHOWN = 20
"""Findings that are shown where no setting says how many: the same ones come again with each restart."""
SECOND_LOOK_SECONDS = 0.2
"""How long an editor has to write the rest of a file that is waited for."""
SECONDS_BETWEEN_NOTES = 5.0
"""How often a long check says how far it is."""


def add_arguments(verb: Parser) -> None:
    """What `run` takes before the ``--``."""
    verb.usage = "syntax-guard run [OPTIONS] [--root DIR ...] -- COMMAND [ARG ...]"
    verb.add_argument("--root", action="append", metavar="DIR", dest="roots", help="a tree to check (default: the "
                      "current folder); may be repeated")  # fmt: skip
    verb.add_argument("--package", action="append", metavar="NAME", dest="packages", help="a package to check, by the "
                      "name that imports it, wherever it is installed; may be repeated")  # fmt: skip
    red = verb.add_mutually_exclusive_group()
    red.add_argument("--wait", action="store_true", help="for development: wait until the tree is valid")
    red.add_argument("--report-only", action="store_true", help="start COMMAND in spite of findings")
    verb.add_settings([name for name in SETTINGS if name not in NO_SETTINGS])


def run(arguments: list[str], parse: Parse) -> int:
    """Check the tree and become the command after ``--``, or return the exit code that says why not.

    Raises `UsageError` where there is no command.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    command = arguments[end + 1 :]  # its own options are none of ours
    if not command and not {"-h", "--help"} & {*arguments}:
        raise UsageError("run: no command to start", f"write it after --: {_with_dashes(arguments[:end])}")
    flags = parse(arguments[:end])
    from ...gates import supervise

    try:
        supervise.look_up(command)  # at once: a check of a large tree takes seconds
        status = supervise.supervise(lambda: _answer(flags, command))
        if status != OK:
            return status
        supervise.become(command)
    except supervise.EndedError as ended:
        return ended.status
    except supervise.CommandError as error:
        complain(error)
        return error.status


def _with_dashes(arguments: list[str]) -> str:
    """The command line that is meant: where nothing but a command is given, that one, else an example."""
    words = "uvicorn main:app"
    if arguments and not arguments[0].startswith("-"):
        import shlex

        words = shlex.join(arguments)
        words = words if len(words) <= LONGEST else f"{words[:LONGEST]}..."
    return f"syntax-guard run -- {words}"


def _answer(flags: dict[str, Any], command: list[str]) -> int:
    try:
        return (_opens_at_last if flags["wait"] else _opens)(flags, command)
    except BrokenPipeError:  # the reader of the findings has gone
        return UNASKED
    except ResourcesError as error:  # no change of a file helps, so there is nothing to wait for
        complain(error)
        return UNASKED


def _opens(flags: dict[str, Any], command: list[str]) -> int:
    """Check the tree for the start gate, report the result, and return OK where `command` may start."""
    from ...config.printing import printing
    from ...gates.command_python import compiled_scripts
    from ...reports.formats import start_line
    from ..held_settings import loaded

    program = os.path.basename(command[0])
    try:
        roots = _roots(flags)
        settings, why = _for_command(loaded(flags, os.getcwd()), command, roots)
        if settings.trust_bytecode:
            scripts = compiled_scripts(command, os.environ)
            known = {"trust_bytecode": scripts is not None, "scripts": scripts or frozenset()}
            settings = type(settings)(**{**vars(settings), **known})
        how = printing(settings, os.environ, sys.stdout, sys.stderr)
        if settings.output_file:
            from ...config.settings import file_in_use
            from ..report_file import refuse_sources

            file = file_in_use(flags, os.environ, os.getcwd())
            refuse_sources(settings.output_file, roots, file, settings.setting("output-file"))
        result = (_settled if flags["wait"] else _checked)(roots, settings)
        _show(result, how, SHOWN if settings.max_findings is None else settings.max_findings)
    except ResourcesError:
        raise
    except SyntaxGuardError as error:
        complain(error)
        return UNASKED
    if result.ok:
        then = f"starting {program}"
    elif flags["report_only"]:
        then = f"starting {program} all the same (--report-only)"
    else:
        then = f"{program} is not started"
    if not settings.quiet:
        note_visible(start_line(result, f"{then} ({why})" if why else then))  # standard output is the command's
        if any(map(_is_top, roots)):
            note("all of / was looked at, except for /proc, /sys and /dev; name the application: --root DIR")
    return OK if result.ok or flags["report_only"] else RED


def _settled(roots: list[str], settings: Settings) -> Result:
    """The result for `roots`; if they are broken, the result a moment later.

    An editor may have written half of a file, and saves the rest at once.
    """
    result = _checked(roots, settings)
    if result.ok:
        return result
    sleep(SECOND_LOOK_SECONDS)
    return _checked(roots, settings)


def _for_command(settings: Settings, command: list[str], roots: list[str]) -> tuple[Settings, str | None]:
    """`settings` that ask the Python which `command` will use, or this one, and why it is this one."""
    from ...gates.command_python import command_python
    from ...model import this_interpreter
    from ...targets.machine import Machine, machine_of

    settings = settings.for_this_interpreter()
    machine = Machine(**{**vars(machine_of(settings)), "python_setting": "COMMAND"})
    found = command_python(command, machine, roots)
    if found.path:
        return settings.for_interpreter(found.path), found.note
    return settings, found.note and f"{found.note}; {this_interpreter().name} was asked instead"


def _roots(flags: dict[str, Any]) -> list[str]:
    """What to check: trees and packages, or the current folder where none is named."""
    if not flags["packages"]:
        return flags["roots"] or [os.curdir]
    from ...gates.packages import packages

    found = [path for name in flags["packages"] for path in packages(name, os.environ)]
    return list(dict.fromkeys([*(flags["roots"] or ()), *found]))


def _is_top(root: str) -> bool:
    return os.path.realpath(root) == os.path.realpath(os.sep)


def _checked(roots: list[str], settings: Settings) -> Result:
    """The result for `roots`: folders, files, and archives, which are checked as a whole."""
    from ...check import check_for_start
    from ...sources.archives.recognise import is_archive

    follow = None if settings.quiet else _told
    archives = [root for root in roots if not os.path.isdir(root) and is_archive(root)]
    if not archives:
        return check_for_start(roots, settings, follow)
    from ...findings.expected import stopping_nothing
    from ...gates.joined import joined
    from ...gates.ship import check_archives

    this = () if settings.python else (".".join(map(str, sys.version_info[:2])),)
    named = type(settings)(**{**vars(settings), "target_version": this})
    results = [stopping_nothing(check_archives(archives, named))]
    if trees := [root for root in roots if root not in archives]:
        results.append(check_for_start(trees, settings, follow))
    return joined(results, sum(result.summary.seconds for result in results))


def _show(result: Result, how: Printing, most: int) -> None:
    """Write the findings: for people, at `most` so many (0: all), and how to see the others."""
    left = len(result.diagnostics) - most if most and how.format.for_people and how.file is None else 0
    if left <= 0:
        write_findings(result, how)
        return
    write_findings(type(result)(**{**vars(result), "diagnostics": result.diagnostics[:most]}), how)
    if how.summary:
        note(f"{left:,} more findings are not shown; to see all: syntax-guard check, or --max-findings 0")


def _told(items: Iterable[T], total: int) -> Iterator[T]:
    """Yield `items`, `total` at most, and say every few seconds how far it is: a long start is not silent."""
    said = monotonic()
    for count, item in enumerate(items, 1):
        yield item
        now = monotonic()
        if now - said > SECONDS_BETWEEN_NOTES:
            said = now
            note(f"checking: {count:,} of {total:,} files")


def _opens_at_last(flags: dict[str, Any], command: list[str]) -> int:
    """Check the tree and report it again and again, until `command` may start."""
    from ...config.settings import file_in_use, load
    from ...gates.watch import changes

    try:
        roots = _roots(flags)
        file = file_in_use(flags, os.environ, os.getcwd())
        load({**flags, "isolated": True}, os.environ, os.getcwd())  # no change of a file corrects a flag or a variable
    except SyntaxGuardError as error:
        complain(error)
        return UNASKED
    watched = [*roots, *([file] if file else []), *_settings_files(roots)]
    for _ in changes(list(dict.fromkeys(watched))):
        if _opens(flags, command) == OK:
            break
        note("waiting for a change")
    return OK


def _settings_files(roots: list[str]) -> Iterator[str]:
    """Each file that may come to hold settings: in the current folder, in those of `roots`, and in all above."""
    from ...config.settings import FILE

    for root in [os.curdir, *roots]:
        folder = os.path.abspath(root)
        while True:
            yield os.path.join(folder, FILE)
            above = os.path.dirname(folder)
            if above == folder:
                break
            folder = above
