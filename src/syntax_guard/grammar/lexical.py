"""Below the grammar: encodings, joined lines, one odd operator and one odd name."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from itertools import islice

from ..regex import regex
from . import triggers
from .rule import Rule
from .scanning import first_on_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

_JOINED = regex(rb"(?m)^(?:[ \t\f]*\\\n)+[ \t\f]*")
_CLAUSE_LINE = regex(rb"(?m)^[ \t\f]*(?:elif|else|except|finally|case)\b")
_CLAUSE = regex(rb"(?:elif|else|except|finally|case)\b")
_ESCAPED = regex(rb"(?<!\\)(?:\\\\)*\\\Z")
_END_OF_TEXT = regex(rb"(?s:.)(?:'''|\"\"\")")
_PASSED_OVER = regex(rb"(?s:.)(?=[-+*/%@&|^~<>()\[\]{},:;=!]|[0-9]+(?![.\w]))")
"""A carriage return (a blank in ``Code.utf8``) and what the tokenizer of 3.12 and 3.13 looks at after one: all but
names, strings, most numbers, blanks and comments (``tok_get_normal_mode`` in CPython's ``Parser/tokenizer.c``)."""
_ENDS_TEXT = b"\"\"\"'''"
_TRIED = 20
"""Places that are tried one by one, each with a source to parse."""


def _column(blank: bytes) -> int:
    """How far a line is indented: a form feed starts again."""
    return len(blank.rpartition(b"\f")[2].expandtabs(8))


def _statement_starts(code: Code, node: Node) -> set[int]:
    """Where each statement starts."""
    starts = set()
    blocks = [node.body]
    while blocks:
        for statement in blocks.pop():
            first = (getattr(statement, "decorator_list", None) or [statement])[0]
            starts.add(code.start(first) if first is statement else code.at_sign(first))
            blocks += [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
            parts = (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ()))
            blocks += [part.body for part in parts]
    return starts


def _joined_lines(code: Code, node: Node) -> Iterator[tuple[Span, list[int], int, bool]]:
    """Lines that hold nothing before they are joined to the next one, where a statement could start.

    Yields the place, the columns of the lines, what follows (an offset), and whether that is a statement or a clause:
    else it is nothing at all, a comment, a blank line, or the end.
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
            yield span, columns, token, False
        elif token == after:
            yield span, columns, token, True


def _joined_blank(code: Code, node: Node) -> Iterator[Span]:
    """An empty statement, which the grammar has between statements of a module alone."""
    starts = _statement_starts(code, node)
    for span, columns, token, followed in _joined_lines(code, node):
        if not followed:
            line = code.starts[code.line_of(min(token, len(code.utf8) - 1)) - 1]
            is_statement = token in starts and _column(code.utf8[line:token]) == 0
            if columns[0] or not (is_statement or token == len(code.utf8)):
                yield span


def _joined_by_first_column(code: Code, node: Node) -> Iterator[Span]:
    """What is before the first backslash was the indentation."""
    for span, columns, token, followed in islice(_joined_lines(code, node), _TRIED):
        if followed and not code.compiles_with(span[0], token, b" " * columns[0]):
            yield span


def _joined_without_column(code: Code, node: Node) -> Iterator[Span]:
    """There was no indentation: what follows stood in the block that the line before is in, or opens."""
    starts = sorted(_statement_starts(code, node))
    for span, _, token, followed in islice(_joined_lines(code, node), _TRIED):
        if followed:
            before = bisect_left(starts, span[0])
            while before > 1 and not first_on_line(code.utf8, starts[before - 1]):
                before -= 1  # what shares its line with the start of another
            line = code.starts[code.line_of(starts[before - 1]) - 1] if before else span[0]
            clauses = [line, *(match.start() for match in _CLAUSE_LINE.finditer(code.utf8, line, span[0]))]
            if not code.compiles_with(span[0], token, b" " * _column(_blank(code.utf8, clauses[-1]))):
                yield span


def _blank(source: bytes, start: int) -> bytes:
    return source[start : len(source) - len(source[start:].lstrip(b" \t\f"))]


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


def _in_code(code: Code, offsets: list[int]) -> list[int]:
    """Those that are in no text and no comment: of many, the ones among the first, or else the first of all."""
    if code.without([(offset, offset) for offset in offsets], b"$"):
        return []
    return [offset for offset in offsets[:_TRIED] if not code.without([(offset, offset)], b"$")] or offsets[:1]


def _returns_in_code(code: Code, *, passed_over: bool) -> Iterator[Span]:
    """Carriage returns within a line of code, where 3.12 and 3.13 passed over them or where they did not."""
    for offset in _in_code(code, code.decoded_returns):
        before_token = bool(_PASSED_OVER.match(code.utf8, offset)) and code.utf8[offset - 1 : offset] != b"\\"
        if (before_token or sys.version_info < (3, 14)) is passed_over:
            yield offset, offset + 1


def _is_in_field(code: Code, offset: int) -> bool:
    """Whether a place is within an f-string, where a replacement field was read as a text of its own until 3.11."""
    return any(
        type(node).__name__ == "JoinedStr" and code.start(node) <= offset < code.end(node)
        for node in code.nodes([code.line_of(offset)])
    )


def _return_in_code(code: Code, node: Node) -> Iterator[Span]:
    del node
    return (span for span in _returns_in_code(code, passed_over=False) if not _is_in_field(code, span[0]))


def _return_in_comment(code: Code, node: Node) -> Iterator[Span]:
    del node
    yield from (span for span in _returns_in_code(code, passed_over=False) if _is_in_field(code, span[0]))
    for offset in code.decoded_returns[:_TRIED]:
        if _END_OF_TEXT.match(code.utf8, offset) and _ESCAPED.search(code.utf8, max(0, offset - _TRIED), offset):
            yield offset, offset + 1  # the quote after it was escaped
        elif not _PASSED_OVER.match(code.utf8, offset) and code.without([(offset, offset)], _ENDS_TEXT + b"$"):
            yield offset, offset + 1


def _return_passed_over(code: Code, node: Node) -> Iterator[Span]:
    del node
    spans = list(_returns_in_code(code, passed_over=True))
    spans += [(offset, offset + 1) for offset in _in_code(code, code.decoded_ends)]
    yield from (span for span in spans if not _is_in_field(code, span[0]))
    if code.has_other_lines:  # until 3.11 it was one line, which nothing can parse
        yield code.decoded_returns[0], code.decoded_returns[0] + 1


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
        since=(3, 9),
        what="Indentation after a line with nothing but a backslash",
        trigger=triggers.JOINED_LINES,
        find=_joined_by_first_column,
        refused="def f():\n    x\n\\\n    return\n",
        accepted="def f():\n    x\n    \\\n    return\n",
    ),
    Rule(
        first=(3, 9),
        since=(3, 10),
        what="Nothing but a backslash where a block starts or ends",
        trigger=triggers.JOINED_LINES,
        find=_joined_without_column,
        refused="if x:\n    \\\n    pass\n",
        accepted="if x: pass\n\\\nelse: pass\n",
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
        find=_return_in_code,
        refused="#coding=utf-7\nx+AA0-y\n",
        accepted="#coding=utf-7\nx\n",
    ),
    Rule(
        first=(3, 12),
        since=(3, 14),
        what="Encoded carriage return in a comment, in a replacement field or behind a backslash",
        trigger=triggers.ENCODED_RETURNS,
        find=_return_in_comment,
        refused="#coding=utf-7\n#+AA0-y\n",
        accepted="#coding=utf-7\n#+AAo-y\n",
    ),
    Rule(
        since=(3, 12),
        what="Encoded carriage return at the end of a line, or before an operator",
        trigger=triggers.ENCODED_RETURNS,
        find=_return_passed_over,
        refused="#coding=utf-7\nx+AA0-\n",
        accepted="#coding=utf-7\nx#+AA0-\n",
    ),
)
