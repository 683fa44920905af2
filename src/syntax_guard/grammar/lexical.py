"""Below the grammar: encodings, joined lines, characters of identifiers and their names, one odd operator."""

from __future__ import annotations

import functools
import re

from . import triggers
from .rule import Rule
from .scanning import somewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..model import Version
    from .code import Code, Node, Span

_JOINED = re.compile(rb"(?m)^(?:[ \t\f]*\\\n)+[ \t\f]*")
_CLAUSE = re.compile(rb"(?:elif|else|except|finally|case)\b")
_TRIED = 20
"""Places that are tried one by one, to say where a character is that is no text."""
_NAME = re.compile(rb"\\N\{([^{}]+)\}")


def _column(blank: bytes) -> int:
    """How far a line is indented: a form feed starts again."""
    return len(blank.rpartition(b"\f")[2].expandtabs(8))


def _statement_starts(code: Code, node: Node) -> dict[int, bool]:
    """Where each statement starts, and whether it is the first of an indented block."""
    starts = {}
    blocks = [(node.body, False)]
    while blocks:
        block, indented = blocks.pop()
        for place, statement in enumerate(block):
            first = (getattr(statement, "decorator_list", None) or [statement])[0]
            start = code.start(first)
            if first is not statement:
                start = code.utf8.rfind(b"@", 0, start)
            starts[start] = indented and place == 0
            blocks += [(getattr(statement, field, []), True) for field in ("body", "orelse", "finalbody")]
            parts = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
            blocks += [(part.body, True) for part in parts]
    return starts


def _joined_lines(code: Code, node: Node) -> Iterator[tuple[Span, list[int], int, bool | None]]:
    """Lines that hold nothing before they are joined to the next one, where a statement could start.

    Yields the place, the columns of the lines, what follows (an offset), and whether that is the first statement of a
    block, or None where it is nothing at all: a comment, a blank line, or the end.
    """
    starts = _statement_starts(code, node)
    for match in _JOINED.finditer(code.utf8):
        if code.utf8[: match.start()].endswith(b"\\\n"):
            continue
        columns = [_column(line) for line in match[0].split(b"\\\n")]
        after = match.end()
        span = match.start(), match.start() + 1
        following = re.compile(rb"(?:\s|\\\n|#[^\n]*)*").match(code.utf8, after)
        token = following.end() if following else after
        if token != len(code.utf8) and token not in starts and not _CLAUSE.match(code.utf8, token):
            continue
        if code.utf8[after : after + 1] in (b"", b"\n", b"#"):
            if code.without([(after, after)], b"$") or not code.without([(after, after)], b"\n"):
                continue
            yield span, columns, token, None
        elif token == after:
            yield span, columns, token, starts.get(token, True)


def _joined_blank(code: Code, node: Node) -> Iterator[Span]:
    for span, columns, token, first in _joined_lines(code, node):
        if first is None:
            line = code.starts[code.line_of(min(token, len(code.utf8) - 1)) - 1]
            at_end = token == len(code.utf8)
            if columns[0] or not (at_end or _column(code.utf8[line:token]) == 0):
                yield span


def _joined_unindented(code: Code, node: Node) -> Iterator[Span]:
    for span, columns, _, first in _joined_lines(code, node):
        if first and columns[0] == 0 and any(columns):
            yield span


def _joined_indent(code: Code, node: Node) -> Iterator[Span]:
    for span, _, _, first in _joined_lines(code, node):
        if first:
            yield span


def _less_greater(code: Code, node: Node) -> Iterator[Span]:
    before = node.left
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        if type(operator).__name__ == "NotEq" and b"<>" in code.gap(code.end(before), code.start(operand)):
            yield code.span(node)
        before = operand


def _peg_parser(code: Code, node: Node) -> Iterator[Span]:
    del node
    for match in re.finditer(rb"(?<![\w\x80-\xff])__peg_parser__(?![\w\x80-\xff])", code.utf8):
        if not code.without([match.span()], b"$"):
            yield match.span()


def _carriage_return(in_comment: bool) -> Callable[[Code, Node], Iterator[Span]]:
    def find(code: Code, node: Node) -> Iterator[Span]:
        del node
        for offset in code.decoded_returns:
            line = code.utf8[code.utf8.rfind(b"\n", 0, offset) + 1 : offset]
            if line.lstrip(b" \t\f").startswith(b"#") is in_comment:
                yield offset, offset + 1

    return find


@functools.cache
def _ranges(table: str) -> list[tuple[int, int]]:
    pairs = [item.partition("-") for item in table.split()]
    return [(int(first, 16), int(last or first, 16)) for first, _, last in pairs]


def _new_characters(source: bytes, version: Version | None) -> set[str]:
    """The characters of a source that identifiers may hold since a version; since any that is known, for None."""
    from .unicode import IDENTIFIERS

    tables = IDENTIFIERS.values() if version is None else [IDENTIFIERS[version]]
    ranges = [ends for table in tables for ends in _ranges(table)]
    characters = [one for one in set(source.decode("utf-8", "surrogateescape")) if one > "\x7f"]
    return {one for one in characters if any(first <= ord(one) <= last for first, last in ranges)}


def _has_new_characters(source: bytes) -> bool:
    return not source.isascii() and bool(_new_characters(source, None))


def _new_identifier(version: Version) -> Callable[[Code, Node], Iterator[Span]]:
    def find(code: Code, node: Node) -> Iterator[Span]:
        del node
        new = [one.encode() for one in _new_characters(code.utf8, version)]
        spans = [match.span() for one in new for match in re.finditer(re.escape(one), code.utf8)]
        if spans and not code.without(sorted(spans), b"$"):
            yield next((span for span in spans[:_TRIED] if not code.without([span], b"$")), spans[0])

    return find


def _new_name(version: Version) -> Callable[[Code, Node], Iterator[Span]]:
    def find(code: Code, node: Node) -> Iterator[Span]:
        import unicodedata

        from .unicode import NAMES

        del node
        ranges = _ranges(NAMES[version])
        for match in _NAME.finditer(code.utf8):
            try:
                character = unicodedata.lookup(match[1].decode())
            except (KeyError, UnicodeDecodeError):
                continue
            new = len(character) == 1 and any(first <= ord(character) <= last for first, last in ranges)
            if new and not code.without([match.span(1)], b"no such name"):
                yield match.span()

    return find


_UNICODE = {(3, 9): "13.0", (3, 11): "14.0", (3, 12): "15.0", (3, 13): "15.1", (3, 14): "16.0", (3, 15): "17.0"}
_NEW_LETTERS = {
    (3, 9): "\u08be",
    (3, 11): "\u0870",
    (3, 12): "\u0cf3",
    (3, 13): "\u200d",
    (3, 14): "\u1c89",
    (3, 15): "\u088f",
}
_NEW_NAMES = {
    (3, 9): "SYMBOL FOR TYPE A ELECTRONICS",
    (3, 11): "SOM SIGN",
    (3, 12): "ARABIC SMALL LOW WORD SAKTA",
    (3, 13): "IDEOGRAPHIC DESCRIPTION CHARACTER SURROUND FROM RIGHT",
    (3, 14): "SYMBOL FOR DELETE SQUARE CHECKER BOARD FORM",
    (3, 15): "SAUDI RIYAL SIGN",
}


_new = somewhere(_has_new_characters)


def _unicode_rules() -> Iterator[Rule]:
    for version, unicode in _UNICODE.items():
        yield Rule(
            since=version,
            what=f"Identifier with a character of Unicode {unicode}",
            trigger=_new,
            find=_new_identifier(version),
            refused=f"a{_NEW_LETTERS[version]}b\n",
            accepted=f"'a{_NEW_LETTERS[version]}b'  # {_NEW_LETTERS[version]}\n",
        )
        yield Rule(
            since=version,
            what=f"Name of a character of Unicode {unicode}",
            trigger=triggers.NAMED_CHARACTER,
            find=_new_name(version),
            refused=f"'\\N{{{_NEW_NAMES[version]}}}'\n",
            accepted=f"r'\\N{{{_NEW_NAMES[version]}}}'\n",
        )


LEXICAL_RULES = (
    Rule(
        since=(3, 9),
        what="Nothing but a backslash before a blank line",
        trigger=triggers.JOINED_LINES,
        find=_joined_blank,
        refused="pass\n    \\\n\npass\n",
        accepted="pass\n\\\n\npass\n",
    ),
    Rule(
        since=(3, 10),
        what="Indentation after a backslash in the first column",
        trigger=triggers.JOINED_LINES,
        find=_joined_unindented,
        refused="if x:\n\\\n    pass\n",
        accepted="if x:\n    x = \\\n    pass_\n",
    ),
    Rule(
        first=(3, 9),
        since=(3, 10),
        what="Nothing but a backslash before the first statement of a block",
        trigger=triggers.JOINED_LINES,
        find=_joined_indent,
        refused="if x:\n    \\\n    pass\n",
        accepted="if x:\n    x\n    \\\n    pass\n",
    ),
    Rule(
        first=(3, 9),
        since=(3, 10),
        what="Name '__peg_parser__'",
        trigger=triggers.PEG_PARSER,
        find=_peg_parser,
        refused="__peg_parser__ = 1\n",
        accepted="'__peg_parser__'\n",
    ),
    Rule(
        since=(3, 14),
        what="'<>' under 'from __future__ import barry_as_FLUFL' in the same file",
        origin="PEP 401",
        trigger=triggers.LESS_GREATER,
        nodes=("Compare",),
        find=_less_greater,
        refused="from __future__ import barry_as_FLUFL\n1 <> 2\n",
        accepted="from __future__ import barry_as_FLUFL\n1 < 2\n",
    ),
    Rule(
        since=(3, 14),
        what="Line that ends in an encoded carriage return",
        trigger=triggers.ENCODED_RETURNS,
        find=_carriage_return(in_comment=False),
        refused="#coding=utf-7\nx+AA0-y\n",
        accepted="#coding=utf-7\nx\n",
    ),
    Rule(
        first=(3, 12),
        since=(3, 14),
        what="Comment that ends in an encoded carriage return",
        trigger=triggers.ENCODED_RETURNS,
        find=_carriage_return(in_comment=True),
        refused="#coding=utf-7\n#+AA0-y\n",
        accepted="#coding=utf-7\n#+AAo-y\n",
    ),
    *_unicode_rules(),
)
