"""What is said of an option, a value or a path that a verb does not have, and what may be meant by it."""

from __future__ import annotations

import os
import re

from ..config.near import nearest
from ..config.options import OPTIONS
from ..errors import SourcesError, UsageError
from ..sources.path_names import FROM_HERE, no_such
from .verbs import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

    from ..errors import SyntaxGuardError

NO_FIX = "syntax-guard changes no file: a person decides what was meant"
_NO_RULES = "there are no rules to choose from: the compiler decides"
_LENGTH = "Python has no rule for the length of a line"
OF_OTHER_TOOLS = {
    "--fix": NO_FIX,
    "--fix-only": NO_FIX,
    "--unsafe-fixes": NO_FIX,
    "--diff": NO_FIX,
    "--in-place": NO_FIX,
    "--select": _NO_RULES,
    "--extend-select": _NO_RULES,
    "--enable": _NO_RULES,
    "--disable": _NO_RULES,
    "--rule": _NO_RULES,
    "--per-file-ignores": "leave files out with --exclude",
    "--preview": _NO_RULES,
    "--ignore": "leave files out with --exclude, and warnings with --warnings=ignore",
    "--extend-ignore": "leave files out with --exclude, and warnings with --warnings=ignore",
    "--extend-exclude": "--exclude may be repeated",
    "--force-exclude": "--exclude holds for named files, too",
    "--include": "name the files and folders, or leave others out with --exclude",
    "--line-length": _LENGTH,
    "--max-line-length": _LENGTH,
    "--format": "use --output-format",
    "--output": "use --output-file for a file, or --output-format for a format",
    "--outfile": "use --output-file",
    "--exit-zero": "use `syntax-guard check || true`; `run` has --report-only",
    "--no-fail": "use `syntax-guard check || true`; `run` has --report-only",
    "--recursive": "folders are searched without an option",
    "-r": "folders are searched without an option",
    "--watch": "use `syntax-guard run --wait -- COMMAND`",
    "-w": "use `syntax-guard run --wait -- COMMAND`",
    "--python-version": "use --target-version",
    "--python-executable": "use --python",
    "--target": "use --target-version",
    "--version": "use `syntax-guard --version`",
    "--all-files": "name no path, or the folder",
    "--debug": "use --verbose",
    "--silent": "use --quiet",
    "--no-color": "use --color=never",
    "--no-colour": "use --color=never",
    "--colour": "use --color",
    "--parallel": "use --jobs N",
    "--workers": "use --jobs N",
    "--processes": "use --jobs N",
    "-n": "use --jobs N",
    "--cache": "the cache is used unless --no-cache is given",
    "--cached": "use --staged",
    "--no-config": "use --isolated",
    "--settings": "use --config FILE",
    "--timeout": "use --time-limit SECONDS",
    "--changed": "use --staged, or --commits A..B",
    "--since": "use --commits A..B",
    "--diff-base": "use --commits A..B",
    "--stdin": "use - in place of a path",
    "--stdin-display-name": "use --stdin-filename",
    "-c": "use --config FILE",
    "-f": "use --output-format",
    "-t": "use --target-version",
    "-p": "use --python",
    "-e": "use --exclude",
}
"""Options that other tools have, with what stands here in their place."""


def unknown(
    parser: argparse.ArgumentParser,
    given: Sequence[str],
    words: Sequence[str],
    verbs_with: Callable[[str], list[str]],
) -> UsageError:
    """What is wrong with `words` of what was `given`, which `parser` does not know.

    ``verbs_with(option)`` names the verbs that have an option.
    """
    program = parser.prog
    option = next((word for word in words if word.startswith("-")), None)
    if option is None:
        return _too_many(parser, given, words)
    name = option.partition("=")[0][:100]
    own = [each for action in parser._actions for each in action.option_strings if each.startswith("--")]  # noqa: SLF001
    return UsageError(f"{_verb(program)} has no option {name}", _instead(program, name, own, verbs_with))


def _too_many(parser: argparse.ArgumentParser, given: Sequence[str], words: Sequence[str]) -> UsageError:
    """What is wrong where `words` are left over."""
    verb, first = _verb(parser.prog), words[0][:100]
    actions = parser._actions  # noqa: SLF001
    if any(not action.option_strings and action.nargs == "*" for action in actions):
        other = next((word for word in given if word in VERBS and not os.path.lexists(word)), None)
        if other and verb == "check":
            return _verb_as_path(other)
        return UsageError(
            f"{verb}: an option stands between paths: {first} follows it", "write all paths behind the options"
        )
    hint = (
        f"write --root {first}"
        if any("--root" in action.option_strings for action in actions)
        else f"see `{parser.prog} --help`"
    )
    return UsageError(f"{verb}: too many arguments: {' '.join(words)[:100]}", hint)


def _verb_as_path(verb: str) -> UsageError:
    hint = f"remove {verb}, in `args` of a hook too"
    return UsageError(f"{verb} is taken for a path: `check` is there already", hint)


def _instead(program: str, name: str, own: Sequence[str], verbs_with: Callable[[str], list[str]]) -> str:
    foreign = {
        option: said
        for option, said in OF_OTHER_TOOLS.items()
        if "`" in said or all(each in own for each in re.findall(r"--[a-z-]+", said))
    }
    if name in foreign:
        return foreign[name]
    for verb in verbs_with(name):
        return f"`syntax-guard {verb}` has it"
    if name.startswith("--"):
        near = nearest(name, [*own, *(option for option in foreign if option.startswith("--"))])
    else:
        near = next((each for each in own if each == f"-{name}"), None)  # one hyphen in place of two
    if near is None:
        return f"see `{program} --help`"
    return foreign.get(near, f"did you mean {near}?")


def _verb(program: str) -> str:
    return program.removeprefix("syntax-guard ")


def no_choice(action: argparse.Action, value: str) -> UsageError:
    """What is wrong with `value`: `action` does not take it."""
    name = action.option_strings[0] if action.option_strings else str(action.metavar or action.dest)
    choices = [str(each) for each in action.choices or ()]
    near = nearest(value, choices)
    return UsageError(
        f"{name}: {value[:100]!r} is none of {', '.join(choices)}", f"did you mean {near}?" if near else None
    )


def explained(program: str, parser: argparse.ArgumentParser, message: str) -> UsageError:
    """What argparse says of a command line in `message`, in our words."""
    hint = f"see `{program} --help`"
    found = re.match(r"argument (\S+?)(?:/-\w)?: (.*)", message)
    if found is None:
        missing = message.removeprefix("the following arguments are required: ")
        return UsageError(f"{_verb(program)}: {missing} is missing" if missing != message else message, hint)
    name, said = found[1], found[2]
    action = next((each for each in parser._actions if name in each.option_strings), None)  # noqa: SLF001
    if said.startswith("expected") and action is not None:
        known = next((one.choices for one in OPTIONS if f"--{one.name}" == name), ())
        value = " or ".join(known) or action.metavar or action.dest.upper()
        return UsageError(f"{name}: its value is missing", f"write {name} {value}")
    if said.startswith("ignored explicit argument"):
        return UsageError(f"{name}: it takes no value", hint)
    if said.startswith("not allowed with"):
        return UsageError(f"{name} does not go with {said.removeprefix('not allowed with argument ')}", hint)
    value = said.partition(": ")[2] if said.startswith("invalid") else ""
    return UsageError(f"{name}: {value} is not a number that it takes" if value else f"{name}: {said}", hint)


def no_path(error: SyntaxGuardError, paths: Sequence[str], flags: Mapping[str, object]) -> SyntaxGuardError:
    """What is to be said in place of `error`, where one of `paths` does not exist.

    Args:
        error: Why the question could not be asked.
        paths: What `check` was given.
        flags: The options that it was given.

    Returns:
        The error, or one that says more.
    """
    missing = [path for path in paths if path != "-" and not os.path.lexists(path)]
    if not missing or flags.get("installed"):
        return error
    word = missing[0]
    if word in VERBS:
        return _verb_as_path(word)
    if "target_version" in flags and re.fullmatch(r"\d\.\d+", word):
        return UsageError(f"{word} is taken for a path", "write several versions as --target-version 3.10,3.11")
    if flags.get("hook"):
        return UsageError(
            f"no such path: {word}", "pre-commit adds the paths: write only options in `args`, and -- last"
        )
    error = no_such(word)
    if error.hint != FROM_HERE:
        return error
    near = near_name(word) if len(missing) == 1 else None
    named = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED} more" if missing[_NAMED:] else "")
    return SourcesError(f"no such path: {named}", f"did you mean {near}?" if near else FROM_HERE)


_NAMED = 5
"""Paths that a message names."""


def near_name(path: str) -> str | None:
    """The path that `path` is meant to be, in the same folder."""
    folder, name = os.path.split(path)
    try:
        near = nearest(name, os.listdir(folder or "."))
    except OSError:
        return None
    return near and os.path.join(folder, near)
