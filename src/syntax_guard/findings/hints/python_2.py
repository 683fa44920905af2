"""The line of the error is Python 2."""

from __future__ import annotations

import re

from ...regex import regex
from .leftovers import STRING
from .other_languages import can_be_shown
from .trial import parses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .look import Look

PYTHON_2 = tuple(
    (regex(pattern), said)
    for pattern, said in (
        (r"(?:^|[:;])\s*print(?:\s+[\w\"'(-]|\s*>>)", "print is a function in Python 3"),
        (r"(?:^|[:;])\s*exec\s+[\w\"']", "exec is a function in Python 3"),
        (r"^\s*except\s[^:#]*,\s*[a-z_]\w*\s*:", "write `except ... as name:`"),
        (r"(?:^|[:;])\s*raise\s+[\w.]+\s*,", "write `raise Kind(message)`"),
        (r"\blambda\s*\(", "parameters are not unpacked in Python 3"),
        (
            r"\bdef\s+\w+\s*\((?:[^#()=]*,)?\s*\(\s*\w+\s*(?:,\s*\w+\s*)+\)\s*[,)]",
            "parameters are not unpacked in Python 3",
        ),
        (r"<>", "write != for <>"),
        (r"\b(?:0[xX][0-9a-fA-F]+|[0-9]+)[lL]\b", "integers have no L in Python 3"),
        (r"\b[uU][rR]\"", "ur'' is not a string in Python 3"),
        (r"(?<![\w.])0+[1-7][0-7]*(?![\w.])", "write octal numbers as 0o755"),
    )
)


def old_syntax(look: Look) -> str | None:
    """Syntax of Python 2."""
    call = _call_of_print(look.line)
    if call is not None:
        return f"Python 2 code: write `{call}`"
    code = STRING.sub('""', look.line).partition("#")[0]
    for pattern, said in PYTHON_2:
        if pattern.search(code):
            return f"Python 2 code: {said}"
    return "Python 2 code: write repr(x) for `x`" if _has_backticks(code) else None


def _call_of_print(line: str) -> str | None:
    """The call that a line of one ``print`` statement should be; None for any other line."""
    found = re.fullmatch(r"\s*print\s+([^\s(>].*[^\s,])\s*", line)
    call = f"print({found[1]})" if found else ""
    return call if call and can_be_shown(call) and parses(call.encode()) else None


def _has_backticks(line: str) -> bool:
    """Whether the line is Python with `x` for repr(x), and not prose with such quotes."""
    if "`" not in line:
        return False
    bare = re.sub(r"`([^`]+)`", r"(\1)", line.strip())
    if "`" in bare:
        return False
    return any(parses(one.encode("utf-8", "surrogatepass")) for one in (bare, f"{bare} pass", f"def f():\n {bare}"))
