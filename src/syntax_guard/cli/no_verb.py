"""A command line whose first word is no verb: help, a path to check, or a slip."""

from __future__ import annotations

import os

from ..config.near import nearest
from ..errors import UsageError
from ..sources.file_types import NOTEBOOK, is_python_name
from .exit_codes import OK, UNASKED
from .output import write, write_error
from .parser import parser
from .slips import NO_FIX
from .verbs import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

OF_OTHER_TOOLS = {
    **dict.fromkeys(("lint", "scan", "analyze", "analyse", "compile", "validate", "verify"), "check"),
    **dict.fromkeys(("serve", "exec", "start"), "run"), **dict.fromkeys(("health", "healthcheck"), "probe"),
    **dict.fromkeys(("versions", "pythons"), "targets"), "completions": "completion",
}  # fmt: skip
"""What other tools call a verb of ours, or something near to it."""


def answer(arguments: Sequence[str]) -> int:
    """Answer `arguments` whose first is no verb, and return the exit code. Raises `UsageError` for a slip."""
    if not arguments:
        write_error(parser().format_help())
        return UNASKED
    first, rest = arguments[0], arguments[1:]
    if first in ("-h", "--help", "help"):
        return _help(rest)
    if first in ("-V", "--version", "version"):
        from .. import __version__

        write([f"syntax-guard {__version__}\n"])
        return OK
    if _is_for_check(first):
        from .commands import check

        return check.run([*arguments], lambda given: vars(parser("check").parse_args(["check", *given])))
    raise _slip(first)


def _help(words: Sequence[str]) -> int:
    """Show the help of the verb that `words` name, or that of all."""
    verb = words[0] if words else None
    if verb is not None and verb not in VERBS:
        raise _slip(verb)
    write([parser(verb).help_of(verb)])
    return OK


def _is_for_check(word: str) -> bool:
    """Whether `word` may follow `check`: a path, or an option that it has."""
    if os.path.lexists(word) or word in ("-", "--") or is_python_name(word) or word.endswith(NOTEBOOK):
        return True
    return word.startswith("-") and word.partition("=")[0] in parser("check").options("check")


def _slip(word: str) -> UsageError:
    if word.startswith("-"):
        return parser("check").unknown([word])
    said = f"{word[:100]} is not a verb of syntax-guard, and there is no such path"
    if word in ("fix", "format"):
        return UsageError(said, NO_FIX)
    near = OF_OTHER_TOOLS.get(word.lower()) or nearest(word, tuple(VERBS))
    return UsageError(said, f"did you mean {near}?" if near else f"verbs: {', '.join(VERBS)}")
