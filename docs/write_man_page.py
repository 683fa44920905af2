"""Write data/share/man/man1/syntax-guard.1, the man page that the wheel installs, from the parser.

Run it as ``python docs/write_man_page.py`` with the package installed.

A writer of our own, because argparse-manpage fills the lines of a usage as if they were prose, and has no place for the
environment and the settings file. Macros: man(7).
"""
# ruff: noqa: SLF001 - argparse has no public way to walk a parser

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from syntax_guard.cli.parser import parser
from syntax_guard.config.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parents[1] / "data" / "share" / "man" / "man1" / "syntax-guard.1"


def page(whole: argparse.ArgumentParser) -> str:
    """The whole page, for the command line that `whole` reads."""
    verbs = dict(_verbs(whole))
    lines = [
        '.TH SYNTAX\\-GUARD 1 "" "syntax\\-guard" "User Commands"',
        ".SH NAME",
        r"syntax\-guard \- " + _text(_lowered(whole.description or "")),
        ".SH SYNOPSIS",
        *"\n.br\n".join(map(_synopsis, verbs.values())).splitlines(),
        ".SH COMMANDS",
    ]
    shared: list[str] = []
    for name, verb in verbs.items():
        lines += [f'.SS "{_text(name)}"', _text(verb.description or "")]
        for group in verb._action_groups:
            entries = [line for action in group._group_actions for line in _entry(action)]
            if group.title == "settings":
                shared += [line for line in _entries(entries) if line not in shared]
                names = [_bold(action.option_strings[0]) for action in group._group_actions]
                lines += [".PP", "Settings: " + ", ".join(names) + "."]
            else:
                lines += entries
        lines += [".PP", *_text(verb.epilog or "").splitlines()]
    lines += [".SH SETTINGS", *"\n".join(shared).splitlines()]
    lines += [
        ".SH ENVIRONMENT",
        "A flag wins over a variable, a variable over the settings file.",
        *[line for option in OPTIONS for line in (".TP", _bold(option.variable), _text(f"As --{option.name}."))],
        ".SH FILES",
        ".TP",
        _bold("pyproject.toml"),
        _text("[tool.syntax-guard] holds settings; the nearest file, from the current folder upwards, is read:"),
        ", ".join(_text(option.name) for option in OPTIONS if option.in_file) + ".",
    ]
    return "\n".join(lines) + "\n"


def _verbs(whole: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in whole._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _synopsis(verb: argparse.ArgumentParser) -> str:
    operands = [action for action in verb._actions if not action.option_strings]
    words = " ".join(_operand(action) for action in operands)
    if verb.usage and " -- " in verb.usage:  # what stands behind -- is no argument of argparse's
        words = r"\-\- \fICOMMAND\fR [\fIARG\fR ...]"
    return f"{_bold(verb.prog)} [\\fIOPTIONS\\fR] {words}".rstrip()


def _operand(action: argparse.Action) -> str:
    name = f"\\fI{_text(str(action.metavar or action.dest))}\\fR"
    if action.nargs == "*":
        return f"[{name} ...]"
    return f"[{name}]" if action.nargs == "?" else name


def _entry(action: argparse.Action) -> list[str]:
    """A tagged paragraph for an option or an operand."""
    if action.help in (None, argparse.SUPPRESS) or isinstance(action, argparse._HelpAction):
        return []
    takes = action.nargs != 0 and action.option_strings
    value = f" \\fI{_text(str(action.metavar or action.dest.upper()))}\\fR" if takes else ""
    names = ", ".join(map(_bold, action.option_strings)) + value
    return [".TP", names if action.option_strings else _operand(action), _text(str(action.help) % vars(action))]


def _entries(lines: list[str]) -> list[str]:
    """Tagged paragraphs, each as one text, so that those that several verbs share can be told."""
    return ["\n".join(lines[start : start + 3]) for start in range(0, len(lines), 3)]


def _bold(text: str) -> str:
    return f"\\fB{_text(text)}\\fR"


def _text(text: str) -> str:
    """Text that roff prints as it is."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(parser()), encoding="utf-8")
