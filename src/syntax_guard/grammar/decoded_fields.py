"""Replacement fields as Python 3.12 and 3.13 read them: texts that are none were decoded as one.

``set_fstring_expr`` in CPython 3.12's ``Parser/tokenizer.c`` and ``_PyPegen_joined_str`` in its
``Parser/action_helpers.c`` say how. The names of characters are those that the target knows, not this Python.
"""

from __future__ import annotations

import warnings
from itertools import zip_longest

from ..regex import regex
from .characters import new_names, small_names
from .fstrings import PIECE, STRING_END
from .rule import Rule
from .triggers import FORMATTED_STRING, SPECIFICATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .code import Code, Node, Span

_EQUALS = regex(rb"(?:[\s)]|\\\n|#[^\n]*\n)*=(?!=)")
_COMMENT = regex(rb"#[^\n]*")


def _read_again(code: Code, node: Node) -> Iterator[tuple[Span, bytes]]:
    """The fields with ``=`` of an f-string, and what stands before: 3.12 and 3.13 read that once more, as the text of
    their string. Comments were taken out of it by hand, wherever a ``#`` is (``set_fstring_expr`` in CPython 3.12)."""
    for raw, field in _fields(code, node):
        start, end = code.start(field), code.end(field.value)
        if not raw and _EQUALS.match(code.utf8, end):
            yield code.span(field), _COMMENT.sub(b"", code.utf8[start + 1 : end])


def _fields(code: Code, node: Node) -> Iterator[tuple[bool, Node]]:
    """The fields of an f-string of one or more literals, and whether the literal that holds it is raw."""
    at, ends = code.start(node), code.end(node)
    opening = None
    for field in node.values:
        if type(field).__name__ == "FormattedValue":
            while True:
                if opening is None and (opening := PIECE.match(code.utf8, at, ends)):
                    at = opening.end()
                if opening is None:
                    return
                closed = STRING_END[opening[2]].match(code.utf8, at, ends)
                if closed is None or closed.end() > code.start(field):
                    break
                at, opening = closed.end(), None
            yield b"r" in opening[1].lower(), field
            at = code.end(field)


def _undecoded_text(code: Code, node: Node) -> Iterator[Span]:
    return (span for span, text in _read_again(code, node) if not _is_decoded(text))


def _newest_name(code: Code, node: Node) -> Iterator[Span]:
    for span, text in _read_again(code, node):
        if any((*new_names(text, (3, 14)), *new_names(text, (3, 15)), *small_names(text))):
            yield span


def _newer_name(code: Code, node: Node) -> Iterator[Span]:
    return (span for span, text in _read_again(code, node) if any(new_names(text, (3, 13))))


def _is_decoded(text: bytes) -> bool:
    """Whether each escape in `text` is whole; one that does not exist stands for itself, which Python warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text.decode("unicode_escape")
        except UnicodeDecodeError:
            return False
    return True


def _decoded_specification(code: Code, node: Node) -> Iterator[Span]:
    """The text of a format specification was decoded, also that of a raw string."""
    for field in node.values:
        parts = getattr(getattr(field, "format_spec", None), "values", ())
        for part, following in zip_longest(parts, parts[1:]):
            if type(part).__name__ == "Constant":
                start, end = code.span(part)
                if following is not None:
                    end = min(end, code.start(following))  # what a field with '=' shows is in it too
                text = code.utf8[start:end].rstrip(b"\\")  # before a field a backslash stands for itself
                if not _is_decoded(text):
                    yield start, end


def _equals_in_specification(code: Code, node: Node) -> Iterator[Span]:
    for field in node.values:
        for inner in getattr(getattr(field, "format_spec", None), "values", ()):
            if type(inner).__name__ == "FormattedValue" and _EQUALS.match(code.utf8, code.end(inner.value)):
                yield code.span(inner)


DECODED_FIELD_RULES = (
    Rule(
        since=(3, 14),
        what="Backslash that is no escape in a text, before the '=' of a replacement field",
        trigger=FORMATTED_STRING,
        nodes=("JoinedStr",),
        find=_undecoded_text,
        refused="f'{b\"\\N\"=}'\n",
        accepted="f'{b\"\\n\"=}'\nf'{b\"\\d\"=}'\nf'{b\"#\\N\"=}'\nf'' rf'{b\"\\N\"=}'\n",
    ),
    Rule(
        since=(3, 14),
        what="Character name that Python 3.13 does not know, in a text before the '=' of a replacement field",
        trigger=FORMATTED_STRING,
        nodes=("JoinedStr",),
        find=_newest_name,
        refused="f'{r\"\\N{SYMBOL FOR DELETE SQUARE CHECKER BOARD FORM}\"=}'\n",
        accepted="f'{r\"\\N{SOM SIGN}\"=}'\nrf'{r\"\\N{SYMBOL FOR DELETE SQUARE CHECKER BOARD FORM}\"=}'\n",
    ),
    Rule(
        since=(3, 13),
        what="Character name that Python 3.12 does not know, in a text before the '=' of a replacement field",
        trigger=FORMATTED_STRING,
        nodes=("JoinedStr",),
        find=_newer_name,
        refused="f'{r\"\\N{IDEOGRAPHIC DESCRIPTION CHARACTER SURROUND FROM RIGHT}\"=}'\n",
        accepted="f'{r\"\\N{SOM SIGN}\"=}'\nf'{r\"#\\N{IDEOGRAPHIC DESCRIPTION CHARACTER SURROUND FROM RIGHT}\"=}'\n",
    ),
    Rule(
        first=(3, 12),
        since=(3, 14),
        what="Backslash that is no escape in a format specification of a raw f-string",
        trigger=FORMATTED_STRING,
        nodes=("JoinedStr",),
        find=_decoded_specification,
        refused="rf'{x:\\x}'\n",
        accepted="rf'{x:\\d\\\\{y}\\{z}}\\x'\n",
    ),
    Rule(
        first=(3, 12),
        since=(3, 13),
        what="Replacement field with '=' inside of a format specification",
        trigger=SPECIFICATION,
        nodes=("JoinedStr",),
        find=_equals_in_specification,
        refused="f'{x:{y=}}'\n",
        accepted="f'{x:{y}}'\n",
    ),
)
