"""What the arguments say: verbs and options, as ``argparse`` reads them."""

from __future__ import annotations

import argparse
import difflib
import re

from . import __version__
from .errors import UsageError
from .options import OPTIONS, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

WIDTH = 80
SHELLS = ("bash", "zsh", "fish")
SETTINGS = tuple(option.name for option in OPTIONS)
EXITS = """\
exit codes: 0 every source is valid for every target; 1 at least one is broken,
unreadable or undecided; 2 the question could not be asked"""


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `UsageError`, and names the nearest option."""

    def words(self) -> list[str]:
        """What may be meant: verbs, other fixed words and long options, of this parser and of its verbs."""
        names: list[str] = []
        for action in self._actions:
            names += [name for name in action.option_strings if name.startswith("--")]
            if not action.option_strings:
                names += action.choices or ()
            if isinstance(action.choices, dict):
                names += [name for verb in action.choices.values() for name in verb.words()]
        return names

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (-[^ =]+)|argument \w+: invalid choice: '(.*?)' ", message)
        close = unknown and difflib.get_close_matches(unknown[1] or unknown[2], self.words(), 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else f"see `{self.prog} --help`"
        raise UsageError(message, hint)


def parser() -> argparse.ArgumentParser:
    """The whole command line; what a verb needs is documented with it."""
    whole = Parser(
        prog="syntax-guard",
        description="Will the Python that runs this file accept it?",
        epilog=EXITS,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"syntax-guard {__version__}")
    verbs = whole.add_subparsers(dest="verb", metavar="VERB", required=True)
    _check(verbs)
    _targets(verbs)
    _run(verbs)
    _probe(verbs)
    _doctor(verbs)
    _completion(verbs)
    return whole


def _check(verbs: argparse._SubParsersAction[Parser]) -> None:
    check = _verb(verbs, "check", "judge files and folders, or what is staged",
                  "Judge files and folders with the compiler of the Python that will run them.")  # fmt: skip
    check.usage = "syntax-guard check [OPTIONS] [PATH ...]"
    check.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders; the current folder where none is named; - reads standard input",
    )
    check.add_argument("--staged", action="store_true", help="what the git index holds, for hooks outside pre-commit")
    add_settings(check)


def _targets(verbs: argparse._SubParsersAction[Parser]) -> None:
    targets = _verb(verbs, "targets", "which Pythons are asked, why, and who answers",
                    "Show which Python versions a check asks about here, why, and who answers.")  # fmt: skip
    add_settings(targets, ("target-version", "python", "output-format", "cache", "cache-dir"))


def _run(verbs: argparse._SubParsersAction[Parser]) -> None:
    run = _verb(verbs, "run", "check the tree, then become a command",
                "Check the tree with the Python that runs this, then become COMMAND in this\nprocess's place.",
                "exit codes: COMMAND's own; or 1 and 2 as of `check`, 127 COMMAND was not found,\n"
                "126 it cannot be executed")  # fmt: skip
    run.usage = "syntax-guard run [OPTIONS] [--root DIR ...] -- COMMAND [ARG ...]"
    run.add_argument("--root", action="append", metavar="DIR", dest="roots", help="a tree to check (default: the "
                     "current folder); may be repeated")  # fmt: skip
    red = run.add_mutually_exclusive_group()
    red.add_argument("--wait", action="store_true", help="for development: wait until the tree is valid")
    red.add_argument("--report-only", action="store_true", help="start COMMAND whatever is found")
    elsewhere = ("target-version", "python", "stdin-filename", "statistics")
    add_settings(run, [name for name in SETTINGS if name not in elsewhere])


def _probe(verbs: argparse._SubParsersAction[Parser]) -> None:
    probe = _verb(verbs, "probe", "a health check for images without curl",
                  "Ask a server for its health with one GET. It is healthy when it answers 2xx in\ntime.",
                  "exit codes: 0 healthy; 1 not")  # fmt: skip
    probe.add_argument("url", metavar="URL", help="such as http://127.0.0.1:8000/health")
    probe.add_argument("--timeout", type=_above(0, float), default=5.0, metavar="SECONDS",
                       help="for all of it (default 5); keep it below that of the health check")  # fmt: skip
    probe.add_argument("--restart-after", type=_above(0, int), metavar="N",
                       help="after N failures in a row send SIGTERM to process 1, so that the container's restart "
                       "policy starts it again")  # fmt: skip
    probe.add_argument("--start-period", type=_above(-1, float), default=40.0, metavar="SECONDS",
                       help="failures count for --restart-after when process 1 is older than this "
                       "(default 40)")  # fmt: skip


def _doctor(verbs: argparse._SubParsersAction[Parser]) -> None:
    doctor = _verb(verbs, "doctor", "which gates this repository has, and what is missing",
                   "Show which gates a repository has, what is missing, why it matters, and what to\nwrite. Files are "
                   "read, nothing of the repository is run.",
                   "exit codes: 0 every required gate is there; 1 one is missing; 2 the question\n"
                   "could not be asked")  # fmt: skip
    doctor.add_argument("root", nargs="?", default=".", metavar="DIR", help="the repository (default: the current "
                        "folder)")  # fmt: skip
    doctor.add_argument("--require", action="append", default=[], metavar="GATE", help="fail where this gate is "
                        "missing: commit, tree, start, startup, health, restart, python; several with commas or "
                        "repeated")  # fmt: skip
    doctor.add_argument("--database", metavar="URL", help="show the connections of a PostgreSQL server instead, by "
                        "state, application and age (needs syntax-guard[backend])")  # fmt: skip
    doctor.add_argument("--output-format", choices=("full", "json"), default="full", metavar="WHICH",
                        help="how findings are written: full, json")  # fmt: skip


def _completion(verbs: argparse._SubParsersAction[Parser]) -> None:
    completion = _verb(verbs, "completion", "what a shell needs to complete this command",
                       "Print what a shell has to read to complete syntax-guard.",
                       "for example: syntax-guard completion fish \\\n"
                       "  > ~/.config/fish/completions/syntax-guard.fish")  # fmt: skip
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def _above(low: int, kind: type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = kind(text)
        if not low < number < 1e6:
            raise ValueError
        return number

    read.__name__ = "number"  # what argparse calls it in a message
    return read


def _verb(
    verbs: argparse._SubParsersAction[Parser], name: str, summary: str, description: str, epilog: str = EXITS
) -> Parser:
    return verbs.add_parser(
        name, help=summary, description=description, epilog=epilog, formatter_class=_Formatter, allow_abbrev=False
    )


def add_settings(verb: argparse.ArgumentParser, names: Sequence[str] = SETTINGS) -> None:
    """Give `verb` an option for each setting in `names`; only what is given stands in the namespace."""
    group = verb.add_argument_group("settings")
    for option in OPTIONS:
        if option.name in names:
            group.add_argument(*option.flags, **_reading(option), dest=option.field, default=argparse.SUPPRESS)
    group.add_argument("--config", metavar="FILE", help="the pyproject.toml to use", default=argparse.SUPPRESS)
    group.add_argument("--isolated", action="store_true", help="use no settings file", default=argparse.SUPPRESS)


def _reading(option: Option) -> dict[str, Any]:
    """How argparse is to read an option; whether its value can be used is for `settings` to say."""
    if option.metavar:
        return {"action": "append" if option.repeats else "store", "metavar": option.metavar, "help": option.help}
    if option.choices:
        return {"metavar": "WHICH", "help": f"{option.help}: {', '.join(option.choices)}"}
    return {"action": "store_const", "const": not option.on, "help": option.help}


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=WIDTH)
        self._action_max_length = 14  # argparse forgets that verbs are indented

    def _split_lines(self, text: str, width: int) -> list[str]:
        """As the base does, but a name such as ``json-lines`` stays whole."""
        import textwrap

        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)
