"""`syntax-guard completion`: what a shell needs, made from the parser by shtab, of the extra ``completion``."""

from __future__ import annotations

import argparse
import re

from ...config.options import OPTIONS
from ...errors import UsageError
from ..exit_codes import OK
from ..output import write
from ..parser import parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Print what a shell has to read to complete syntax-guard."
EPILOG = "for example, in fish: syntax-guard completion fish | source"
SHELLS = ("bash", "zsh", "fish")
_FILES = ("PATH", "FILE")
_FOLDERS = ("DIR",)


def add_arguments(verb: Parser) -> None:
    """What `completion` takes."""
    verb.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(arguments: list[str], parse: Parse) -> int:
    """Print the script for the shell that `arguments` name."""
    write([script(parse(arguments)["shell"])])
    return OK


def script(shell: str) -> str:
    """What `shell`, one of `SHELLS`, has to read to complete ``syntax-guard``. Raises `UsageError` without shtab."""
    try:
        import shtab
    except ModuleNotFoundError:
        hint = "python -m pip install 'syntax-guard[completion]'"
        raise UsageError("completion is made by shtab, which is not installed", hint) from None

    choices = {**{option.field: option.choices for option in OPTIONS if option.choices}, **_named_elsewhere()}
    whole = parser()
    for action in _actions(whole):  # shtab looks for what completes a value in the action
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest in choices and action.nargs != 0:
            action.choices = choices[action.dest]
    made = str(shtab.complete(whole, shell=shell))
    if shell == "bash":
        return made.replace(_BASH_DEFAULT, _BASH)
    return _ZSH_OPTION.sub(r"\1=\2", made) if shell == "zsh" else made


_BASH_DEFAULT = "complete -o bashdefault -F _shtab_syntax_guard syntax-guard"
_BASH = """\
# bash takes `--option=value` for three words; `=` is one of them.
_syntax_guard_words() {
  local words=() word at=$COMP_CWORD number=0
  for word in "${COMP_WORDS[@]}"; do
    if [[ "$word" == "=" && $number -lt $COMP_CWORD ]]; then
      at=$(( at - 1 ))
    elif [[ "$word" == "=" ]]; then
      words+=("")
    else
      words+=("$word")
    fi
    number=$(( number + 1 ))
  done
  COMP_WORDS=("${words[@]}") COMP_CWORD=$at
  _shtab_syntax_guard "$@"
}

complete -o bashdefault -F _syntax_guard_words syntax-guard"""
_ZSH_OPTION = re.compile(r"""(["{]\*?--[a-z-]+)((?:,-\w\})?"?\[[^\]]*\]:)""")
"""An option with a value, which zsh completes after ``=`` too where the name ends in one."""


def _named_elsewhere() -> dict[str, tuple[str, ...]]:
    """Values that `doctor` and `--target-version` take, by field."""
    from ...config.specifiers import LOWEST
    from ...doctor.gates.table import GATES
    from ...grammar.table import RULES

    newest = max(rule.since for rule in RULES)
    return {
        "require": tuple(GATES),
        "target_version": tuple(f"3.{minor}" for minor in range(LOWEST[1], newest[1] + 1)),
    }


def _actions(whole: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in whole._actions:  # noqa: SLF001 - argparse has no public way to walk a parser
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for verb in action.choices.values():
                yield from _actions(verb)
        else:
            yield action
