"""What the arguments say: verbs and options, as ``argparse`` reads them."""

from __future__ import annotations

import argparse
import difflib
import re

from . import __version__
from .errors import UsageError
from .settings import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

WIDTH = 80
EXITS = """\
exit codes: 0 every source is valid for every target; 1 at least one is broken,
unreadable or undecided; 2 the question could not be asked"""


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `UsageError`, and names the nearest option."""

    def options(self) -> list[str]:
        """The options of this parser and of its verbs."""
        names: list[str] = []
        for action in self._actions:
            names += action.option_strings
            if isinstance(action.choices, dict):
                names += [name for verb in action.choices.values() for name in verb.options()]
        return names

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (-[^ =]*)", message)
        close = unknown and difflib.get_close_matches(unknown[1], self.options(), 1, 0.5)
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
    return whole


def _check(verbs: argparse._SubParsersAction[Parser]) -> None:
    check = verbs.add_parser(
        "check",
        help="judge files and folders, or what is staged",
        description="Judge files and folders with the compiler of the Python that will run them.",
        epilog=EXITS,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    check.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders; the current folder where none is named; - reads standard input",
    )
    check.add_argument("--staged", action="store_true", help="what the git index holds, for hooks outside pre-commit")
    add_settings(check)  # fmt: skip


def add_settings(verb: argparse.ArgumentParser) -> None:
    """Give `verb` an option for each setting; only those that are given stand in the namespace."""
    group = verb.add_argument_group("settings")
    for option in OPTIONS:
        name = "--" + option.name
        if option.metavar:
            action = "append" if option.repeats else "store"
            group.add_argument(name, action=action, metavar=option.metavar, help=option.help, dest=option.field,
                               default=argparse.SUPPRESS)  # fmt: skip
        elif option.choices:
            group.add_argument(name, metavar="WHICH", help=f"{option.help}: {', '.join(option.choices)}",
                               dest=option.field, default=argparse.SUPPRESS)  # fmt: skip
        elif option.name == "cache":
            group.add_argument("--no-cache", action="store_false", help="neither use nor keep remembered verdicts",
                               dest=option.field, default=argparse.SUPPRESS)  # fmt: skip
        else:
            group.add_argument(name, action="store_true", help=option.help, dest=option.field,
                               default=argparse.SUPPRESS)  # fmt: skip
    group.add_argument("--config", metavar="FILE", help="the pyproject.toml to use", default=argparse.SUPPRESS)
    group.add_argument("--isolated", action="store_true", help="use no settings file", default=argparse.SUPPRESS)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=WIDTH)
