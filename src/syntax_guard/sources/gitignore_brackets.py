"""Brackets in patterns of ``.gitignore``, as git reads them (``wildmatch.c``): no bracket matches a slash."""

from __future__ import annotations

import re
import string

_NEVER = "(?!)"
_STAND_IN = 0xF0000
"""The first of the characters for private use that stand for brackets, while something else reads the pattern."""
_STAND_INS = re.compile("[\U000f0000-\U0010ffff]")
_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(1, 32), 127))),
    "digit": string.digits,
    "graph": "".join(map(chr, range(33, 127))),
    "lower": string.ascii_lowercase,
    "print": "".join(map(chr, range(32, 127))),
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}


class Brackets:
    """The brackets of some patterns, each with the regular expression of what it matches."""

    def __init__(self) -> None:
        self._expressions: list[str] = []

    def taken_out(self, pattern: str) -> str:
        """`pattern` with one character in the place of each bracket."""
        done, at, anchored = "", 0, False
        while at < len(pattern):
            if pattern[at] == "\\":
                done += pattern[at : at + 2]
                at += 2
            elif pattern[at] == "[":
                end, expression = _bracket(pattern, at + 1)
                anchored = anchored or "/" in pattern[at:end]
                done += self._stand_in(expression)
                at = end
            else:
                done += self._stand_in(re.escape(pattern[at])) if _STAND_INS.match(pattern[at]) else pattern[at]
                at += 1
        sign = "!" if done.startswith("!") else ""
        return f"{sign}/{done[len(sign) :]}" if anchored and "/" not in done else done

    def put_back(self, expression: str) -> str:
        """The regular `expression` of such a pattern, with those of the brackets in their places."""
        return _STAND_INS.sub(lambda found: self._expressions[ord(found[0]) - _STAND_IN], expression)

    def _stand_in(self, expression: str) -> str:
        self._expressions.append(expression)
        return chr(_STAND_IN + len(self._expressions) - 1)


def _bracket(pattern: str, at: int) -> tuple[int, str]:
    """Where the bracket ends whose inside starts `at` a place in `pattern`, and its regular expression."""
    negated = pattern[at : at + 1] in ("!", "^") and at < len(pattern)
    first = at = at + negated
    members, before = "", ""
    while at == first or pattern[at : at + 1] != "]":
        char = pattern[at : at + 1]
        named = re.compile(r"\[:([^\]]*):\]").match(pattern, at)
        if char == "-" and before and pattern[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (pattern[at + 1] == "\\")
            last = pattern[at : at + 1]
            members += f"{re.escape(before)}-{re.escape(last)}" if before <= last else ""
            before = ""
        elif named:
            at = named.end() - 1
            if named[1] not in _CLASSES:
                return len(pattern), _NEVER
            members += re.escape(_CLASSES[named[1]])
            before = ""
        else:
            at += char == "\\"
            before = pattern[at : at + 1]
            members += re.escape(before)
        at += 1
        if at >= len(pattern):  # it has no end, and git lets it match nothing
            return len(pattern), _NEVER
    if not members:
        return at + 1, "[^/]" if negated else _NEVER
    return at + 1, f"(?!/)[{'^' * negated}{members}]"
