"""Where each construct can be. Without such a place no rule is run and no tree is made: most files should end here.

A trigger yields an offset on a line of each construct that its rules are for. It may yield more, and what it leaves
out is not looked at.
"""

from __future__ import annotations

import re

from ..regex import regex
from .depth import may_be_deep, may_be_many_blocks, may_be_nearly_deep
from .scanning import BLANK, beside, either, first_on_line, patterns, somewhere, starts_statement, starts_with, words

_SPACE = rb"[ \t\f\\\n]"
_NAME = rb"[\w\x80-\xff]+"
_NEAR = 400
"""How far a trigger looks back, in bytes. Beyond that, a construct may be there."""
_NEAR_LINES = 100
_FAR = 20_000
"""Likewise, in bytes of a whole scope."""


def _start_of_line(source: bytes, at: int) -> int | None:
    """Where the line of an offset starts, or None where that is far: a line of a megabyte has many places."""
    near = max(0, at - _NEAR)
    start = source.rfind(b"\n", near, at) + 1
    return start if start or not near else None


def _is_in_pattern(source: bytes, at: int) -> bool:
    """Whether a plus can be a sign in a ``case``, and adds nothing."""
    before = _OPERAND.search(source, max(0, at - _NEAR), at)
    return before is None or before[1] == b"case"


def _is_name(source: bytes, at: int) -> bool:
    """Whether a word is neither an attribute nor the start of a string."""
    return source[at - 1 : at] not in (b".", b"'", b'"') or at == 0


def _is_inside_of_something(source: bytes, at: int) -> bool:
    """Not the usual ``while x := …`` and ``if x := …``, where an assignment expression is in no brackets."""
    start = _start_of_line(source, at)
    return start is None or not _CONDITION.fullmatch(source, start, at)


def _is_private(source: bytes, at: int) -> bool:
    """Whether the name before an assignment is a private one."""
    name = _LAST_NAME.search(source, max(0, at - _NEAR), at)
    return name is None or name[0].startswith(b"__")


def _is_of_arguments(source: bytes, at: int) -> bool:
    """Whether ``*args`` stands before a colon."""
    return _ARGUMENTS.search(source, max(0, at - _NEAR), at) is not None


def _can_unpack(source: bytes, at: int) -> bool:
    """Whether a star can be unpacking in an index or in a tuple without parentheses: after ``[``, ``=``, ``in``, ``,``.

    Not one in parentheses that are opened on its line.
    """
    start = _start_of_line(source, at)
    line = source[at - _NEAR if start is None else start : at].rstrip(BLANK)
    if start is None:
        return not line or (_UNPACKS.search(line) is not None and not _COMMENT.match(line))
    if not line:  # what stands before it is on a line above, or a comment is
        above = source[max(0, start - _NEAR) : start].rstrip(b" \t\f\n\\")
        return not above or b"#" in above[above.rfind(b"\n") + 1 :] or _UNPACKS.search(above[-4:]) is not None
    if not _UNPACKS.search(line) or _COMMENT.match(line):
        return False
    if b"'" in line or b'"' in line:
        if b'"""' in line or b"'''" in line or source[start - 2 : start - 1] == b"\\":
            return True  # the line may start within a text
        line = _SHORT_TEXT.sub(b"", line)
    depth = 0
    for char in reversed(line):
        if char in b")]}":
            depth += 1
        elif char in b"([{":
            depth -= 1
            if depth < 0:
                return char == ord("[")
    return True


def _is_declared_late(source: bytes, at: int) -> bool:
    """Whether a ``global`` stands in ``except``, or after one of its names, below the line that opens its scope."""
    if not starts_statement(source, at):
        return False
    top = source.rfind(b"\n", 0, at) + 1
    width = at - top
    for _ in range(_NEAR_LINES):
        line = _INDENTED.match(source, top)
        if line and len(line[1]) < width and line[2]:
            break
        width = min(width, len(line[1])) if line else width
        if not top or not width:
            top = 0
            break
        top = source.rfind(b"\n", 0, top - 1) + 1
    else:
        return True  # the line that opens the scope is far
    if at - top > _FAR:
        return True
    above = _LONG_TEXT.sub(b"", source[top:at])
    end = source.find(b"\n", at)
    statement = source[at : end if end >= 0 else len(source)]
    if b"\\" in statement or b'"""' in above or b"'''" in above:
        return True  # the names go on, or the line that opens the scope was text
    names = re.findall(_NAME, statement)[1:]
    return b"except" in above or any(not name.isascii() or re.search(rb"\b%s\b" % name, above) for name in names)


_GAP = rb"(?:[\s\\]|#[^\n]*\n)*"
_OPERAND = regex(rb"([\w\x80-\xff]+|[])}'\"])[ \t\f]*\Z")
_ARGUMENTS = regex(rb"\*" + _GAP + _NAME + _GAP + rb"\Z")
_LAST_NAME = regex(_NAME + rb"(?=[ \t\f]*\Z)")
_COMMENT = regex(rb"[^'\"#]*#")
_UNPACKS = regex(rb"(?:[,=\[]|\bin)\Z")
_SHORT_TEXT = regex(rb"'[^'\\]*'|\"[^\"\\]*\"")
_LONG_TEXT = regex(
    rb'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
    rb"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''",
    re.DOTALL,
)
_CONDITION = regex(rb"[ \t\f]*(?:if|elif|while)[ \t\f]+[\w\x80-\xff]+[ \t\f]*")
_INDENTED = regex(rb"([ \t\f]*)(?=[^\s#])((?:def|class|async[ \t\f]+def)\b)?")
"""A line that is not blank, and whether it opens a scope."""

ASSIGNMENT = words(b":=", where=_is_inside_of_something)
CLASS_CELL = either(
    words(b"__class__", where=_is_name),
    # Not the usual `super().f(…)` of a method, unless a comprehension is on its line.
    patterns(
        rb"super\b(?=(?!\(\)\.|\(\w+, *\w+\))|[^\n]*\bfor\b|(?<=in super)|(?<=if super))",
        where=_is_name,
    ),
)
CLASS_DICTIONARY = words(b"__classdict__")
ASYNCHRONOUS = patterns(rb"await\b", rb"async" + _SPACE + rb"+for\b")
DECORATOR = words(
    b"@",
    then=rb"(?![ \t]*(?!(?:None|True|False|not|await)\b)[A-Za-z_][\w.]*[ \t]*"
    rb"(?:\((?:[^()\n]|\([^()\n]*\))*\)[ \t]*)?(?:#.*)?(?:\n|\Z))",
    where=first_on_line,
)
DECLARATION = words(b"global", b"nonlocal", then=rb"[ \t\f\\]", where=_is_declared_late)
EXCEPT_STAR = words(b"except", then=_SPACE + rb"*\*", where=first_on_line)
EXCEPT_BARE = words(
    b"except",
    then=rb"\b(?![ \t]*\*?[ \t]*(?!lambda\b)(?:[\w.]*|\([^()\n]*\))[ \t]*(?:as[ \t]+\w+[ \t]*)?:)",
    where=first_on_line,
)
LAZY = words(b"lazy", then=_SPACE + rb"+(?:import|from)\b", where=starts_statement)
LESS_GREATER = words(b"<>")
MATCH = beside(b"case", words(b"match", then=rb"\b(?![ \t]*(?:[=,)\]}:]|\.(?![.\d])))", where=first_on_line))
NAMED_CHARACTER = words(rb"\N{")
PEG_PARSER = words(b"__peg_parser__")
PRIVATE_ASSIGNMENT = words(b":=", where=_is_private)
POSITIVE_PATTERN = beside(b"case", patterns(rb"\+[ \t\f\\\n]*[.0-9]", where=_is_in_pattern))
SPECIFICATION = patterns(rb"=\s*[}!:]")
"""The ``=`` of a replacement field."""
STAR = patterns(rb"\*(?<!\*\*)(?![*)]|[ \t]*,|[\w.]+[ \t]*,[ \t]*\*\*)", where=_can_unpack)
"""Not one that ``**`` follows: they are arguments."""
STAR_ALONE = patterns(rb"\{" + _GAP + rb"\*(?!\*)")
STAR_ANNOTATION = patterns(rb":" + _GAP + rb"\*(?!\*)", where=_is_of_arguments)
STAR_FIRST = patterns(rb"\*(?<=[\[({\s]\*)")
TYPE_ALIAS = words(b"type", then=_SPACE + rb"+" + _NAME + _SPACE + rb"*[\[=]", where=starts_statement)
TYPE_PARAMETERS = either(
    patterns(*(word + _SPACE + rb"+" + _NAME + _SPACE + rb"*\[" for word in (rb"def", rb"class"))), TYPE_ALIAS
)
WITH_BRACKET = words(b"with", then=_SPACE + rb"*\(", where=starts_with)


def _formatted_strings() -> tuple[bytes, ...]:
    """f-strings of more than text, escapes and replacement fields that every Python reads alike."""
    field = rb"[^'\"\\\n{}#!]|![rsa](?=[:}])|!="
    long_field = rb"[^'\"\\{}#!]|![rsa](?=[:}])|!="
    text = {
        b"'": (rb"(?:[^'\\\n{}]|\\[^\nN{}]|\{\{|\}\}|%s)*['\n]", field + rb"|\"[^'\"\\\n{}#]*\""),
        b'"': (rb'(?:[^"\\\n{}]|\\[^\nN{}]|\{\{|\}\}|%s)*["\n]', field + rb"|'[^'\"\\\n{}#]*'"),
        b"'''": (rb"(?:[^'\\{}]|\\[^N{}]|'(?!'')|\{\{|\}\}|%s)*'''", long_field + rb"|\"[^'\"\\\n{}#]+\"(?!\")"),
        b'"""': (rb'(?:[^"\\{}]|\\[^N{}]|"(?!"")|\{\{|\}\}|%s)*"""', long_field + rb"|'[^'\"\\\n{}#]+'(?!')"),
    }
    replacement = rb"\{(?:%s|\{[^'\"\\\n{}#!]*\})*\}"
    plain = [
        quote + (b"" if quote[1:] else rb"(?!%s)" % (quote * 2)) + body % (replacement % inside)
        for quote, (body, inside) in text.items()
    ]
    return tuple(letter + rb"[rR]?(?=['\"])(?!" + b"|".join(plain) + rb")" for letter in (b"f", b"F"))


def _is_prefix(source: bytes, at: int) -> bool:
    """Whether a letter can start a string: it ends neither a word nor an escape."""
    if source[at - 1 : at] in (b"r", b"R"):
        at -= 1
    return at == 0 or not (source[at - 1 : at].isalnum() or source[at - 1] in b"_\\" or source[at - 1] > 127)


def _is_first_prefix(source: bytes, at: int) -> bool:
    """Likewise for what is joined to no string but its own kind; the first of them is enough."""
    start = at - (source[at - 1 : at] in (b"r", b"R"))
    return _is_prefix(source, at) and source[start - 1 : start] not in (b"'", b'"')


FORMATTED_STRING = patterns(*_formatted_strings(), where=_is_prefix)
_TEMPLATE = rb"(?=[rR]?(?:'''|\"\"\"|'(?:[^'\\\n{]|\\(?s:.))*['{]|\"(?:[^\"\\\n{]|\\(?s:.))*[\"{]))"
TEMPLATE_STRING = patterns(b"t" + _TEMPLATE, b"T" + _TEMPLATE, where=_is_first_prefix)

_ENCODED = regex(rb"(?i)\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*(?:utf|u|unicode|raw|csunicode)[-_]?(?!8)")
JOINED_LINES = words(b"\\\n", where=first_on_line)
"""Lines that hold nothing but the backslash that joins them to the next."""


def _is_relative(source: bytes, at: int) -> bool:
    before = source[max(0, at - _NEAR) : at].rstrip(b" \t\f\n\\")
    return not before or before.endswith(b".")


RELATIVE_FUTURE = words(b"__future__", where=_is_relative)


def has_encoded_returns(source: bytes) -> bool:
    """Whether an encoding is declared that has ways of its own to write a carriage return."""
    return b"coding" in source[:2000] and _ENCODED.match(source) is not None


DEEP = somewhere(may_be_deep)
NEARLY_DEEP = somewhere(may_be_nearly_deep)
ENCODED_RETURNS = somewhere(has_encoded_returns)
MANY_BLOCKS = somewhere(may_be_many_blocks)
