"""Shell completion, made from the parser by shtab, which the extra ``completion`` brings: imported only here."""

from __future__ import annotations

import argparse

from .command_line import SHELLS, parser
from .errors import UsageError
from .options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SHELLS", "script"]

_FILES = ("PATH", "FILE")
_FOLDERS = ("DIR",)


def script(shell: str) -> str:
    """What `shell`, one of `SHELLS`, has to read to complete ``syntax-guard``. Raises UsageError without shtab."""
    try:
        import shtab
    except ModuleNotFoundError:
        hint = "python -m pip install 'syntax-guard[completion]'"
        raise UsageError("completion is made by shtab, which is not installed", hint) from None

    choices = {option.field: option.choices for option in OPTIONS if option.choices}
    whole = parser()
    for action in _actions(whole):  # shtab looks for what completes a value in the action
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest in choices and action.nargs != 0:
            action.choices = choices[action.dest]
    return str(shtab.complete(whole, shell=shell))


def _actions(whole: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in whole._actions:  # noqa: SLF001 - argparse has no public way to walk a parser
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for verb in action.choices.values():
                yield from _actions(verb)
        else:
            yield action
