"""The arguments as ``argparse`` reads them: one parser for the verbs, and one for the arguments of each."""

from __future__ import annotations

import argparse
from itertools import takewhile

from .. import __version__
from ..config.options import OF_SERVERS, OPTIONS, Option
from ..errors import UsageError
from .verbs import VERBS, command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

NARROWEST, WIDEST = 40, 200
"""Columns that help may take."""
SETTINGS = tuple(option.name for option in OPTIONS if option.name not in OF_SERVERS)
EXITS = (
    "exit codes: 0 every source is valid for every target; 1 at least one is broken, unreadable or undecided; "
    "2 the question could not be asked"
)


class Once(argparse.Action):
    """Stores a value. A second one would take its place, and what the first asks about would not be judged."""

    def __call__(
        self, _: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, name: Any = None
    ) -> None:
        """Store `values`, which follow the option called `name`."""
        if getattr(namespace, self.dest, None) is not None:
            raise UsageError(f"{name} is given twice", "ask about one at a time")
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `UsageError` in our words, and suggests only what is really near."""

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        self.given: Sequence[str] = ()
        self.color = False  # of help, since Python 3.14: its escapes would count as width

    def verbs(self) -> dict[str, Parser]:
        """The parsers of the verbs that this one has."""
        return next((each.choices for each in self._actions if isinstance(each.choices, dict)), {})

    def options(self, verb: str) -> frozenset[str]:
        """The options that `verb` declares, such as ``--quiet``."""
        return self.verbs()[verb].own_options()

    def own_options(self) -> frozenset[str]:
        """The options of this parser itself."""
        return frozenset(name for action in self._actions for name in action.option_strings)

    def own_options_with_values(self) -> frozenset[str]:
        """Those of them that take a value."""
        return frozenset(name for action in self._actions if action.nargs != 0 for name in action.option_strings)

    def help_of(self, verb: str | None) -> str:
        """The help of `verb`, or of the whole command line."""
        return (self.verbs()[verb] if verb else self).format_help()

    def unknown(self, words: Sequence[str]) -> UsageError:
        """What is wrong with `words`: neither this parser nor that of its verb knows them."""
        from .slips import unknown

        verbs = self.verbs()
        if len(verbs) == 1:
            return next(iter(verbs.values())).unknown(words)
        return unknown(self, self.given, words, verbs_with)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the base does, but a long option with one hyphen is not read as letters: Pythons differ in that."""
        own = set() if self.verbs() else self.own_options()
        self.given = args or ()
        for word in takewhile(lambda word: word != "--", args or ()):
            if word.startswith("-") and not word.startswith("--") and f"-{word.partition('=')[0]}" in own:
                raise self.unknown([word])
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError` for what argparse refuses."""
        if message.startswith("unrecognized arguments: "):
            raise self.unknown(message.partition(": ")[2].split(" "))
        from .slips import explained

        raise explained(self.prog, self, message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            from .slips import no_choice

            raise no_choice(action, str(value))

    def add_settings(self, names: Sequence[str] = SETTINGS, formats: Sequence[str] = ()) -> None:
        """Take an option for each setting in `names`; only what is given stands in the namespace.

        `formats` are those that the verb has, where it has not all.
        """
        group = self.add_argument_group("settings")
        for option in OPTIONS:
            if option.name in names:
                read = _reading(option, formats if formats and option.name == "output-format" else option.choices)
                group.add_argument(*option.flags, **read, dest=option.field, default=argparse.SUPPRESS)
        group.add_argument("--config", metavar="FILE", help="the pyproject.toml to use", default=argparse.SUPPRESS)
        group.add_argument("--isolated", action="store_true", help="use no settings file", default=argparse.SUPPRESS)


def parser(verb: str | None = None) -> Parser:
    """The whole command line, or that of `verb` alone where it is one; what a verb needs is documented with it."""
    whole = Parser(
        prog="syntax-guard",
        description="Will the Python that runs this file accept it?",
        epilog=EXITS,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"syntax-guard {__version__}")
    # With `prog`, argparse need not write its usage to know it.
    group = whole.add_subparsers(dest="verb", metavar="VERB", required=True, prog="syntax-guard")
    for name in [verb] if verb in VERBS else VERBS:
        _add_verb(group, name)
    return whole


def verbs_with(option: str) -> list[str]:
    """The verbs that have `option`."""
    return [verb for verb in VERBS if option in parser(verb).options(verb)]


def _add_verb(group: argparse._SubParsersAction[Parser], name: str) -> None:
    module = command(name)
    added = group.add_parser(
        name,
        help=VERBS[name],
        description=module.DESCRIPTION,
        epilog=getattr(module, "EPILOG", EXITS),
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    module.add_arguments(added)


def number_above(low: int, kind: type[float]) -> Callable[[str], float]:
    """What reads an argument that is a number above `low`, and below a million."""

    def read(text: str) -> float:
        number = kind(text)
        if not low < number < 1e6:
            raise ValueError
        return number

    read.__name__ = "number"  # what argparse calls it in a message
    return read


def _reading(option: Option, choices: Sequence[str]) -> dict[str, Any]:
    """How argparse reads an option. Whether its value can be used, `settings` decides."""
    if option.metavar:
        return {"action": "append" if option.repeats else "store", "metavar": option.metavar, "help": option.help}
    if choices:
        return {"metavar": "WHICH", "help": f"{option.help}: {', '.join(choices)}"}
    return {"action": "store_const", "const": not option.on, "help": option.help}


class _Formatter(argparse.HelpFormatter):
    """argparse makes one for each argument that is added, and asks few of them for text: what that takes comes late."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=WIDEST)
        self._action_max_length = 14  # argparse forgets that verbs are indented

    def format_help(self) -> str:
        from shutil import get_terminal_size

        self._width = min(WIDEST, max(NARROWEST, get_terminal_size().columns))
        return super().format_help()

    def _split_lines(self, text: str, width: int) -> list[str]:
        """As the base does, but a name such as ``json-lines`` stays whole."""
        from textwrap import wrap

        return wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))

    def _format_usage(self, *values: Any, **named: Any) -> str:
        from textwrap import wrap

        usage = super()._format_usage(*values, **named)
        lines = (wrap(line, self._width, subsequent_indent="  ") for line in usage.splitlines())
        return "\n".join(part for line in lines for part in line or [""]) + "\n"
