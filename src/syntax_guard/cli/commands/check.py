"""`syntax-guard check`: judge files and folders, standard input, or what is staged.

Every commit comes this way, so nothing is imported here before it is needed.
"""

from __future__ import annotations

import os
import sys

from ...errors import SettingsFileError, SourcesError, TargetError
from ..exit_codes import OK, RED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...config.printing import Printing
    from ...config.settings import Settings
    from ...model import Result
    from ..parser import Parser
    from ..verbs import Parse

_NO_PYTHON = ("notebook", "not-python")
"""Why files are skipped that were no Python to check."""
SWITCHES = ("--staged", "--tracked", "--hook", "--strict", "--installed", "--isolated")
"""The options without a value that a hook gives beside settings."""
DESCRIPTION = "Judge files and folders with the compiler of the Python that will run them."


def add_arguments(verb: Parser) -> None:
    """What `check` takes."""
    from ..parser import SETTINGS, Once
    from ..whole_options import OF_OTHERS

    verb.usage = "syntax-guard check [OPTIONS] [PATH ...]"
    verb.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders and archives (default: the current folder); - reads standard input",
    )
    verb.add_argument(
        "--staged", action="store_true", help="check what the git index holds, for hooks outside pre-commit"
    )
    verb.add_argument("--commits", action=Once, metavar="RANGE", help="check what each commit of A..B, of A...B, or "
                      "one commit adds or changes; - reads names of commits from standard input")  # fmt: skip
    verb.add_argument("--merge", action=Once, metavar="BASE", help="check what a merge of HEAD into this commit would "
                      "make, or a merge of TOPIC with BASE...TOPIC")  # fmt: skip
    verb.add_argument("--tracked", action="store_true", help="check only the files in the work tree that git "
                      "tracks, at and below PATH")  # fmt: skip
    verb.add_argument("--hook", action="store_true", help="for pre-commit: names of staged files follow; "
                      "those that are not Python are ignored")  # fmt: skip
    verb.add_argument("--files-from", action=Once, metavar="FILE", help="check the files and folders that FILE names, "
                      "one a line; - reads the list from standard input")  # fmt: skip
    verb.add_argument("--null", action="store_true", help="names in the list of --files-from end in a zero byte")
    verb.add_argument("--strict", action="store_true", help="fail also for entries of the baseline that are no "
                      "longer needed")  # fmt: skip
    verb.add_argument("--archives", metavar="DIR", action="append", default=[], help="check the archives in this "
                      "folder (wheels, source distributions, zip applications); may be repeated")  # fmt: skip
    verb.add_argument("--installed", action="store_true", help="check what is installed where this runs, or in "
                      "the environment of --python: the distributions named in place of PATH, or all")  # fmt: skip
    verb.add_settings([name for name in SETTINGS if name not in OF_OTHERS])


def run(arguments: list[str], parse: Parse) -> int:
    """Judge what `arguments` name, report it, and return the exit code."""
    paths, flags = _of_hooks(arguments) or _asked(arguments, parse)
    try:
        return _check(paths, flags)
    except (SourcesError, TargetError) as error:
        from ..slips import no_path

        raise no_path(error, paths, flags) from None


def _of_hooks(arguments: Sequence[str]) -> tuple[list[str], dict[str, Any]] | None:
    """The paths and options in what hooks say, which takes no table of options; None for all else."""
    if not any(argument.startswith("-") for argument in arguments):
        return list(arguments), {}
    if arguments == ["--staged"]:
        return [], {"staged": True}
    if arguments[0] == "--hook":
        ended = arguments[1:2] == ["--"]
        names = arguments[1 + ended :]
        if ended or not any(name.startswith("-") for name in names):
            return behind(names, ended=ended), {"hook": True}
    return None


def _asked(arguments: Sequence[str], parse: Parse) -> tuple[list[str], dict[str, Any]]:
    """The paths and options in `arguments`. Raises `UsageError` where they do not go together."""
    from ..inputs import refuse_unfit
    from ..whole_options import read

    end = arguments.index("--") if "--" in arguments else len(arguments)
    ended = end < len(arguments)
    paths, flags = read(arguments[:end], SWITCHES) or _parsed(arguments[:end], parse, ended=ended)
    paths += behind(arguments[end + 1 :], ended=bool(flags.get("hook")) and ended)
    refuse_unfit(paths, flags)
    return paths, flags


def _parsed(words: Sequence[str], parse: Parse, *, ended: bool) -> tuple[list[str], dict[str, Any]]:
    from ..arguments import refuse_names_as_values, split
    from ..parser import parser

    known = parser("check")
    others, given = split(words, known.options("check"))
    if not ended:
        refuse_names_as_values(words, known.verbs()["check"].own_options_with_values())
    flags = parse(given)
    return [*flags.pop("paths"), *others], flags


def behind(names: Sequence[str], *, ended: bool) -> list[str]:
    """Return `names` as paths, where no option can follow: ``-`` is a file there, and not standard input.

    Under ``--hook``, if ``--`` has `ended` the options and a file has that name, the file is added: it may be meant.
    """
    paths = [os.path.join(".", name) if name == "-" else name for name in names]
    return [*paths, "--"] if ended and "--" not in names and os.path.lexists("--") else paths


def _check(paths: list[str], flags: dict[str, Any]) -> int:
    if os.name == "nt" and not flags.get("hook"):
        from ..arguments import expanded

        paths = expanded(paths)
    if flags.get("staged"):
        from ...sources.staged_index import Index

        with Index(".") as index:  # git runs while the rest is imported
            from ...gates.staged import check_staged

            settings, how = _settings(flags)
            if settings.output_file:
                from ..question import keep_sources

                keep_sources(settings, flags, ())
            result = check_staged(index, settings)
    else:
        settings, how = _settings(flags)
        if flags.keys() == {"hook"} and not settings.output_file:
            from ...gates.hook import check_for_hook

            result = check_for_hook(paths, settings)
        else:
            from ..question import answer

            result = answer(paths, flags, settings, how)
    if flags.get("strict"):
        from ...findings.baseline import red_for_stale

        result = red_for_stale(result)
    if settings.verbose:
        _name_unknown_variables()
    elif _is_left_out(result):
        _name_what_is_left_out(result)
        how = how and how.evolve(summary_of_green=False)  # it would say the same
    if how is not None or result.diagnostics:
        _report(result, settings, how)
    return OK if result.ok else RED


def _settings(flags: dict[str, Any]) -> tuple[Settings, Printing | None]:
    """The settings of this run, and how it reports; None where only findings are reported."""
    from ...config.settings import load

    try:
        settings = load(flags, os.environ, os.getcwd())
    except SettingsFileError as error:
        from ..held_settings import COMMITTED, STAGED, in_place_of

        of_commits = flags.get("commits") or flags.get("merge") or os.environ.get("PRE_COMMIT_REMOTE_BRANCH")
        revision = STAGED if flags.get("staged") else COMMITTED if of_commits else None
        settings = in_place_of(error, flags, os.getcwd(), revision)
    return settings, None if is_silent(settings, os.environ) else _printing(settings)


def _printing(settings: Settings) -> Printing:
    from ...config.printing import printing

    return printing(settings, os.environ, sys.stdout, sys.stderr)


def _report(result: Result, settings: Settings, how: Printing | None) -> None:
    how = how or _printing(settings)
    if how.is_needed(result):
        from ..output import report

        report(result, how)


def _is_left_out(result: Result) -> bool:
    """Whether there was Python to check, and all of it is skipped."""
    return not result.summary.checked and any(skipped.reason not in _NO_PYTHON for skipped in result.skipped)


def _name_what_is_left_out(result: Result) -> None:
    from ..output import note

    first, *more = (skipped for skipped in result.skipped if skipped.reason not in _NO_PYTHON)
    if more:
        said = f"skipped: {first.path} ({first.reason}) and {len(more)} more"
        note(f"nothing was checked; {said} (to see all of them: --verbose)")
    else:
        note(f"nothing was checked; skipped: {first.path} ({first.reason})")


def _name_unknown_variables() -> None:
    from ...config.variables import unknown
    from ..output import note

    for name in unknown(os.environ):
        note(f"{name} is not a setting")


def is_silent(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether a run that finds nothing prints nothing: `environ` is that of pre-commit, and `settings` ask for no more.

    That is what ``printing`` decides, too. A commit that passes does not import it.
    """
    asked = settings.output_format or settings.output_file or settings.statistics or settings.verbose
    return bool(environ.get("PRE_COMMIT")) and environ.get("GITHUB_ACTIONS") != "true" and not asked
