"""Tests of the bytes, without which no rule is run.

Each is written to start with a plain character or word: ``re`` then skips to the next place where it stands, which
is several times as fast as a pattern that starts with a word boundary or a choice.
"""

from __future__ import annotations

import re

_SPACE = rb"(?:[ \t\f]|\\\n)"
_NAME = rb"[\w\x80-\xff]+"
_STRING_FIELD = rb"\{(?:%s|\{[^'\"\\\n{}#!]*\})*\}"

ASSIGNMENT = rb":="
CLASS_CELL = (rb"__class__", rb"super\b(?:(?!\(\)\.|\(\w+, *\w+\))|[^\n]*\bfor\b|(?<=in super)|(?<=if super))")
"""Not the usual ``super().f(…)`` of a method, unless a comprehension is on its line."""
ASYNCHRONOUS = rb"a(?:wait|sync)\b"
DECORATOR = (
    rb"@(?![ \t]*(?!(?:None|True|False|not|await)\b)[A-Za-z_][\w.]*[ \t]*"
    rb"(?:\((?:[^()\n]|\([^()\n]*\))*\)[ \t]*)?(?:#.*)?(?:\n|\Z))"
)
DECLARATION = (rb"global[ \t\f\\]", rb"nonlocal[ \t\f\\]")
EXCEPT_STAR = rb"except" + _SPACE + rb"*\*"
EXCEPT_BARE = rb"except\b[ \t\f*]*(?!\([^()\n]*\)[ \t]*(?:as\b|:))[^\n:]*[,(\[{\\]"
LAZY = rb"lazy" + _SPACE + rb"+(?:import|from)\b"
LESS_GREATER = rb"<>"
MATCH = rb"match(?<![\w.]match)\b(?![ \t]*(?:[=,)\]}:]|\.(?![.\d])))"
PRIVATE_ASSIGNMENT = rb"__\w+[ \t]*:="
STAR = rb"\*(?:(?<=[\[{,=]\*)|(?<=[\[{,=]\s\*)|(?<=in \*)|(?<=[\s\\]\*)(?!\s))(?![*,)]|[\w.]+(?:\)|, *\*\*))"
"""A star that can be unpacking outside of parentheses: not multiplication, nor the last star of a call."""
STAR_ANNOTATION = (rb": \*", rb":\*", rb":  \*")
STAR_FIRST = rb"\*(?<=[\[({\s]\*)"
TYPE_PARAMETERS = tuple(word + _SPACE + rb"+" + _NAME + _SPACE + rb"*[\[=]" for word in (rb"def", rb"class", rb"type"))
TYPE_ALIAS = rb"type" + _SPACE + rb"+" + _NAME
WITH_BRACKET = rb"with" + _SPACE + rb"*\("


def _prefixed_string() -> bytes:
    """A t-string, or an f-string of more than text, escapes and replacement fields that every Python reads alike."""
    field = rb"[^'\"\\\n{}#!]|![rsa](?=[:}])|!="
    long_field = rb"[^'\"\\{}#!]|![rsa](?=[:}])|!="
    plain = {
        b"'": (rb"(?:[^'\\\n{}]|\\[^\nN{}]|\{\{|\}\}|%s)*'", field + rb"|\"[^'\"\\\n{}#]*\""),
        b'"': (rb'(?:[^"\\\n{}]|\\[^\nN{}]|\{\{|\}\}|%s)*"', field + rb"|'[^'\"\\\n{}#]*'"),
        b"'''": (rb"(?:[^'\\{}]|\\[^N{}]|'(?!'')|\{\{|\}\}|%s)*'''", long_field + rb"|\"[^'\"\\\n{}#]+\"(?!\")"),
        b'"""': (rb'(?:[^"\\{}]|\\[^N{}]|"(?!"")|\{\{|\}\}|%s)*"""', long_field + rb"|'[^'\"\\\n{}#]+'(?!')"),
    }
    forms = []
    for quote, (body, inside) in plain.items():
        rest = rb"(?<=%s)%s" % (quote[:1], quote[1:] or rb"(?!%s)" % (quote * 2))
        forms.append(rest + body % (_STRING_FIELD % inside))
    after = rb"(?:(?<=%b.)(?<![\w\x80-\xff]..)|(?<=%b[rR].|[rR]%b.)(?<![\w\x80-\xff]...))"
    formatted, template = (after % ((letter,) * 3) for letter in (rb"[fF]", rb"[tT]"))
    return rb"['\"](?:" + template + rb"|" + formatted + rb"(?!" + b"|".join(forms) + rb"))"


PREFIXED_STRING = _prefixed_string()

_JOINED = re.compile(rb"\n[ \t\f]*\\\n")
_ENCODED = re.compile(rb"(?i)\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*(?:utf|u|unicode|raw|csunicode)[-_]?(?!8)")
_RELATIVE = re.compile(rb"from(?:[ \t\f]|\\\n)*\.[\s.\\]*__future__\b")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_LONG_LINE = 800
_MANY_LINES = 900
_OPERATOR_LINES = re.compile(rb"(?:\n[ \t]*(?:[-.+*/%|&^([]|and\b|or\b|if\b|else\b)[^\n]*){250}")
_ITEMS = re.compile(rb"with\b(?:[^:,]*,){10}")
_FIRST_INDENT = re.compile(rb"\n(?:\t| {1,3})[^ \t\n#]|\n    ")
_DEEP = b"\n" + b" " * 28
_DEEP_BLOCK = re.compile(rb"\n {24}(?:for|while|with|async|try|except|finally|if|else|elif|def)\b")
_WIDE = b"\n    "
_BLOCK = re.compile(rb"\n([ \t]*)(for|while|with|async|try|except|finally|if|else|def|class)\b([^\n]*)")
_WEIGHTS = {b"for": 1, b"while": 1, b"with": 1, b"async": 2, b"try": 2, b"except": 3, b"finally": 1}
"""How many blocks each statement can open; those with more items open more."""
_NESTED = (re.compile(rb"\]\s*for\b"), re.compile(rb"\}\s*for\b"))
"""Comprehensions in comprehensions, and others after a bracket."""
_MANY_NESTED = 10
_MANY_BLOCKS = 17
_MANY_ITEMS = 10


def has_joined_lines(source: bytes) -> bool:
    """Whether a line holds nothing but the backslash that joins it to the next."""
    return b"\\\n" in source and _JOINED.search(b"\n" + source) is not None


def has_encoded_returns(source: bytes) -> bool:
    """Whether an encoding is declared that has ways of its own to write a carriage return."""
    return b"coding" in source[:2000] and _ENCODED.match(source) is not None


def has_relative_future(source: bytes) -> bool:
    return _RELATIVE.search(source) is not None


def bracket_depth_reaches(source: bytes, depth: int) -> bool:
    """Whether brackets are nested so deep, those in text and comments counted too."""
    brackets = source.translate(None, _NOT_BRACKETS)
    for _ in range(depth - 1):
        fewer = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(fewer) == len(brackets):
            return False
        brackets = fewer
    return any(pair in brackets for pair in (b"()", b"[]", b"{}"))


def has_deep_brackets(source: bytes) -> bool:
    return len(source) > 160 and bracket_depth_reaches(source, 80)


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
    if source.count(b",") >= _MANY_ITEMS and _has_many_items(source):
        return True
    if sum(len(nested.findall(source)) for nested in _NESTED) >= _MANY_NESTED and bracket_depth_reaches(source, 12):
        return True
    first = _FIRST_INDENT.search(source)
    if first is None or (first[0] == _WIDE and not (_DEEP in source and _DEEP_BLOCK.search(source))):
        return False
    blocks = [(-1, 0)]
    for match in _BLOCK.finditer(b"\n" + source):
        width = match.end(1) - match.start(1)
        while blocks[-1][0] >= width:
            blocks.pop()
        weight = _WEIGHTS.get(match[2], 0)
        if match[2] in (b"with", b"async"):
            weight += match[3].count(b",")
        if match[2] not in (b"def", b"class"):
            weight += blocks[-1][1]
        if weight >= _MANY_BLOCKS:
            return True
        blocks.append((width, weight))
    return False


def _has_many_items(source: bytes) -> bool:
    """Whether a line starts with a ``with`` that has so many items, or text that looks like it."""
    place = source.find(b"with")
    while place >= 0:
        start = source[source.rfind(b"\n", 0, place) + 1 : place]
        if start.strip() in (b"", b"async") and _ITEMS.match(source, place):
            return True
        place = source.find(b"with", place + 1)
    return False
