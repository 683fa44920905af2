"""A cell as plain Python: at once where nothing in it is IPython's, as in most cells, else as `magics` makes it."""

from __future__ import annotations

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS = ("%", "!", "?", ">>>", "...:", "In [", "coding", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e")
"""What is in a cell that may hold something of IPython's, or that reads otherwise as a file."""
_FORCED_CALL = regex(r"\n[ \t]*[,;/]")


def to_python(cell: str, shadowed: Callable[[str], bool] = lambda _: False, databricks: bool = False) -> str | None:
    """`cell` as plain Python with as many lines, or None where it is in another language.

    `shadowed` tells whether an earlier cell gives a name another meaning than the magic of that name. `databricks` says
    that the notebook is one of theirs, where ``%sql`` is for the whole cell. What IPython awaits at the top level of a
    cell stays (see ``top_level``).
    """
    text = cell if cell.endswith("\n") else cell + "\n"
    if not _is_plain(text):
        from .magics import replaced

        return replaced(text, shadowed, databricks)
    if text.find("\n") < len(text) - 1:
        return text
    from .single_line import to_statement

    return to_statement(text, shadowed)


def _is_plain(text: str) -> bool:
    """Whether IPython runs `text` as it is, unless that is a single line: told by a look for a few characters."""
    if not text.isascii() or text[0] in " \t\n,;/":
        return False
    for sign in _SIGNS:  # not `any`, which takes twice as long
        if sign in text:
            return False
    return _FORCED_CALL.search(text) is None
