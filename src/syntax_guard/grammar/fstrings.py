"""f-strings as Python 3.8 to 3.11 read them, before PEP 701.

They were tokens like other strings, ended by the first quote, and taken apart afterwards: ``fstring_find_literal``
and ``fstring_find_expr`` in CPython 3.11's ``Parser/string_parser.c`` say how.
"""

from __future__ import annotations

import re

from ..regex import regex
from .rule import Rule
from .triggers import FORMATTED_STRING, STAR_ALONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .code import Code, Node, Span

PIECE = regex(rb"(?:\s|\\\n|#[^\n]*\n)*([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_LITERAL = regex(rb"(?<![\w\x80-\xff])([A-Za-z]{0,2})('''|\"\"\"|'|\")")
STRING_END = {  # each character in one way only: where no quote closes, nothing is tried again
    b"'": regex(rb"[^'\\\n]*(?:\\.[^'\\\n]*)*'", re.DOTALL),
    b'"': regex(rb'[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL),
    b"'''": regex(rb"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
    b'"""': regex(rb'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
}
_CLOSING = {ord("("): ord(")"), ord("["): ord("]"), ord("{"): ord("}")}
_MAX_NESTED_FIELDS = 2
_MAX_BRACKETS = 200

_NESTED_QUOTES = (
    r"(?<![\w.])(?:[fF][rR]?|[rR][fF])(['\x22])(?:(?!\1)[^{])*"
    r"\{(?:(?!\1)[^}])*\1(?:(?!\1).)*\1(?:(?!\1)[^}])*\}"
)
QUOTES = "f-string that uses its own quotes inside a replacement field"
BACKSLASH = "Backslash in a replacement field of an f-string"
COMMENT = "Comment in a replacement field of an f-string"
NEWLINE = "Line break in a replacement field of a single-quoted f-string"
NESTING = "Replacement field nested more than twice in an f-string"
CONVERSION = "Space after the conversion of a replacement field"


class _RefusedError(Exception):
    """Python 3.11 refuses this f-string, because of ``args[0]``, one of the constants above."""


def expressions(literal: bytes) -> list[str]:
    """What the replacement fields of an f-string hold, and those of the f-strings within; none that 3.11 refuses."""
    opening = PIECE.match(literal)
    if opening is None or b"f" not in opening[1].lower():
        return []
    found: list[bytes] = []
    try:
        _check_literal(literal, opening, found)
    except _RefusedError:
        return []
    return [expression.decode("utf-8", "replace") for expression in found]


def _check_literal(text: bytes, opening: re.Match[bytes], found: list[bytes] | None = None) -> int:
    """Check one literal, given the match of its prefix and quotes; where it ends. `found` gathers its expressions."""
    prefix, quote = opening[1].lower(), opening[2]
    body = STRING_END[quote].match(text, opening.end())
    if body is None:
        raise _RefusedError(NEWLINE if len(quote) == 1 else QUOTES)
    if b"f" in prefix:
        content = text[opening.end() : body.end() - len(quote)]
        _check_content(content, 0, b"r" in prefix, 0, found)
    return body.end()


def _check_content(text: bytes, at: int, raw: bool, level: int, found: list[bytes] | None) -> int:
    """Check what stands between the quotes, or a format specification at a ``level`` above 0; where it ends."""
    end = len(text)
    while at < end:
        char = text[at : at + 1]
        if char == b"\\" and not raw and at + 1 < end:
            if text[at + 1 : at + 3] == b"N{":
                closed = text.find(b"}", at + 3)
                at = end if closed < 0 else closed + 1
            else:
                at += 1 if text[at + 1 : at + 2] in b"{}" else 2
        elif char in b"{}":
            if level == 0 and text[at + 1 : at + 2] == char:
                at += 2
            elif char == b"}":
                if level == 0:
                    raise _RefusedError(QUOTES)
                return at
            else:
                at = _check_field(text, at + 1, raw, level, found)
        else:
            at += 1
    if level:
        raise _RefusedError(QUOTES)
    return at


def _check_field(text: bytes, start: int, raw: bool, level: int, found: list[bytes] | None) -> int:
    """Check a replacement field, from just after its brace; where the next thing starts."""
    if level >= _MAX_NESTED_FIELDS:
        raise _RefusedError(NESTING)
    at = _end_of_expression(text, start)
    _check_expression(text[start:at], found)
    if text[at : at + 1] == b"=":
        at += 1
        while text[at : at + 1].isspace():
            at += 1
    if text[at : at + 1] == b"!":
        at += 2
        if text[at : at + 1].isspace():
            raise _RefusedError(CONVERSION)
    if text[at : at + 1] == b":":
        at = _check_content(text, at + 1, raw, level + 1, found)
    if text[at : at + 1] != b"}":
        raise _RefusedError(QUOTES)
    return at + 1


def _end_of_expression(text: bytes, at: int) -> int:
    open_brackets: list[int] = []
    quote = b""
    while at < len(text):
        char = text[at : at + 1]
        if char == b"\\":
            raise _RefusedError(BACKSLASH)
        if quote:
            if text.startswith(quote, at):
                at += len(quote)
                quote = b""
                continue
        elif char in b"'\"":
            quote = char * 3 if text.startswith(char * 3, at) else char
            at += len(quote)
            continue
        elif char in b"([{":
            if len(open_brackets) >= _MAX_BRACKETS:
                raise _RefusedError(NESTING)
            open_brackets.append(_CLOSING[char[0]])
        elif char == b"#":
            raise _RefusedError(COMMENT)
        elif not open_brackets and char in b"!:}=<>":
            if char in b"!=<>" and text[at + 1 : at + 2] == b"=":
                at += 2
                continue
            if char not in b"<>":
                return at
        elif char in b")]}" and (not open_brackets or open_brackets.pop() != char[0]):
            raise _RefusedError(QUOTES)
        at += 1
    raise _RefusedError(QUOTES)


def _check_expression(text: bytes, found: list[bytes] | None) -> None:
    """The expression was parsed by itself, so its strings are tokens of their own."""
    if found is not None:
        found.append(text)
    at = 0
    while literal := _LITERAL.search(text, at):
        at = _check_literal(text, literal, found)


def _refused_for(reason: str) -> Callable[[Code, Node], Iterator[Span]]:
    def find(code: Code, node: Node) -> Iterator[Span]:
        at, end = code.span(node)
        while at < end:
            opening = PIECE.match(code.utf8, at, end)
            if opening is None:
                return
            try:
                at = _check_literal(code.utf8, opening)
            except _RefusedError as refused:
                if str(refused) == reason:
                    yield opening.start(1), end
                return

    return find


def _unpacking_alone(code: Code, node: Node) -> Iterator[Span]:
    if type(node.value).__name__ == "Starred":
        yield code.span(node.value)


def _rule(what: str, refused: str, accepted: str, looks: str = "") -> Rule:
    return Rule(
        since=(3, 12),
        what=what,
        origin="PEP 701",
        trigger=FORMATTED_STRING,
        nodes=("JoinedStr",),
        find=_refused_for(what),
        looks=looks,
        refused=refused,
        accepted=accepted,
    )


FSTRING_RULES = (
    _rule(QUOTES, refused="f'{d['k']}'\n", accepted="f'{d[\"k\"]}'\n", looks=_NESTED_QUOTES),
    _rule(BACKSLASH, refused="f'{\"\\n\".join(x)}'\n", accepted="f'{x}\\n'\n"),
    _rule(COMMENT, refused="f'''{\nx  # note\n}'''\n", accepted="f'''{\nx\n}'''  # note\n"),
    _rule(NEWLINE, refused="f'{\nx}'\n", accepted="f'''{\nx}'''\n"),
    _rule(NESTING, refused="f'{a:{b:{c}}}'\n", accepted="f'{a:{b}}'\n"),
    _rule(CONVERSION, refused="f'{x!r :>5}'\n", accepted="f'{x !r:>5}'\n"),
    Rule(
        first=(3, 9),
        since=(3, 12),
        what="Unpacking alone in a replacement field, which is never evaluated,",
        origin="PEP 701",
        trigger=STAR_ALONE,
        nodes=("FormattedValue",),
        find=_unpacking_alone,
        refused="from __future__ import annotations\nx: f'{*y}'\n",
        accepted="from __future__ import annotations\nx: f'{*y,}'\n",
    ),
)
