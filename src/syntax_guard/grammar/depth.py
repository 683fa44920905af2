"""Whether a source can be nested so deep that a limit of some Python is near: tests of its bytes as a whole."""

from __future__ import annotations

from ..regex import regex
from .scanning import starts_with

_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_MANY_BRACKETS = 40
_LONG_LINE = 800
_MANY_LINES = 900
_OPERATOR_LINES = regex(rb"(?:\n[ \t]*(?:[-.+*/%|&^~([]|(?:and|or|not|if|else|for|async|await|lambda)\b)[^\n]*){250}")
_ITEMS = regex(rb"with\b(?:[^:,]*,){0,10}")
_ONE_LINE = regex(rb"with\b[^:\n([{\\]*(?=[:\n]|\Z)")
"""Without a bracket or a joined line, a header ends with its line; in text, commas may go on."""
_OPENS_BLOCKS = regex(rb"\n(?=([ \t\f]*))\1(?:for|while|with|async|try|except|finally)\b")
_BLOCK = regex(
    rb"\n(?=([ \t\f]*))\1(?:async[ \t\f]+(?=def\b))?(for|while|with|async|try|except|finally|if|else|def|class)\b"
)
_END_OF_HEADER = regex(rb":[ \t\f]*(?:#[^\n]*)?\n")
_WEIGHTS = {b"for": 1, b"while": 1, b"with": 1, b"async": 2, b"try": 2, b"except": 3, b"finally": 1}
"""How many blocks each statement can open; those with more items open more."""
_MANY_BLOCKS = 17
_MANY_ITEMS = 10
_FEW_ITEMS = 3
_MOST_BLOCKS = 4
"""With so few items, a statement opens at most so many blocks."""
_FEW_COMPREHENSIONS = 3
"""So many within one another are always assumed: they are not looked for one by one."""
_LONG_HEADER = 4000


def bracket_depth(source: bytes, most: int) -> int:
    """How deep brackets are nested, up to ``most``, those in text and comments counted too."""
    brackets = source.translate(None, _NOT_BRACKETS)
    for depth in range(most):
        fewer = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(brackets):
            return depth
        brackets = fewer
    return most


def bracket_depth_reaches(source: bytes, depth: int) -> bool:
    """Whether brackets are nested so deep, those in text and comments counted too."""
    return bracket_depth(source, depth) == depth


def may_be_nearly_deep(source: bytes) -> bool:
    """Whether brackets, or an expression without them, can be near the limit of Python 3.8."""
    return (len(source) > 2 * _MANY_BRACKETS and bracket_depth_reaches(source, _MANY_BRACKETS)) or may_be_deep(source)


def may_be_deep(source: bytes) -> bool:
    """Whether an expression, or a chain of ``elif``, can be near a limit of recursion.

    Some line is long, or hundreds of lines in a row start with an operator.
    """
    if len(source) < 2 * _LONG_LINE:
        return False
    many = source.count(b"\n") >= _MANY_LINES
    for place in range(0, len(source) - _LONG_LINE, _LONG_LINE):
        end = source.find(b"\n", place, place + _LONG_LINE)
        if end < 0 or (many and _OPERATOR_LINES.match(source, end)):
            return True
    return many and source.count(b"elif") >= _MANY_LINES


def may_be_many_blocks(source: bytes) -> bool:
    """Whether blocks, items of ``with`` or comprehensions can be nested near the limit of 20."""
    items = _most_commas(source)
    if items >= _MANY_ITEMS:
        return True
    comprehensions = min(source.count(b"for"), bracket_depth(source, _MANY_BLOCKS))
    many = _MANY_BLOCKS - max(_FEW_COMPREHENSIONS, comprehensions)
    if many <= 0:
        return True
    lines = b"\n" + source
    if items < _FEW_ITEMS and len(set(_OPENS_BLOCKS.findall(lines))) * _MOST_BLOCKS < many:
        return False
    blocks = [(-1, 0)]
    for match in _BLOCK.finditer(lines):
        width = match.end(1) - match.start(1)
        while blocks[-1][0] >= width:
            blocks.pop()
        weight = _WEIGHTS.get(match[2], 0)
        if match[2] in (b"with", b"async"):
            end = _END_OF_HEADER.search(lines, match.end(2), match.end(2) + _LONG_HEADER)
            weight += lines.count(b",", match.end(2), end.start() if end else match.end(2) + _LONG_HEADER)
        if match[2] not in (b"def", b"class"):
            weight += blocks[-1][1]
        if weight >= many:
            return True
        blocks.append((width, weight))
    return False


def _most_commas(source: bytes) -> int:
    """The most commas, up to ``_MANY_ITEMS``, before a colon in a ``with``, or in text like it."""
    most = 0
    place = source.find(b"with")
    while place >= 0:
        if starts_with(source, place):
            items = _ONE_LINE.match(source, place) or _ITEMS.match(source, place)
            most = max(most, min(items[0].count(b","), _MANY_ITEMS) if items else 0)
        place = source.find(b"with", place + 1)
    return most
