"""Characters of identifiers, and names of characters, that each Python's own Unicode database brought."""

from __future__ import annotations

import functools
import re

from ..regex import regex
from . import triggers
from .encodings import declaration, looked_up
from .rule import Rule
from .scanning import either, somewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..model import Version
    from .code import Code, Node, Span

_TRIED = 20
"""Places that are tried one by one, to say where a character is that is no text."""
_NAME = regex(rb"(?<!\\)(?:\\\\)*(\\N\{([^{}]+)\})")
_COMPUTED = ("CJK UNIFIED IDEOGRAPH-", "HANGUL SYLLABLE ")


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


def new_names(text: bytes, version: Version) -> Iterator[re.Match[bytes]]:
    """What looks like the name of a character, and names one since ``version``; group 1 is all of it, 2 the name."""
    from .unicode import ALIASES, NAMES

    ranges = _ranges(NAMES.get(version, ""))
    for match, name, character in _named(text):
        if ALIASES.get(name) == version or any(first <= ord(character) <= last for first, last in ranges):
            yield match


def small_names(text: bytes) -> Iterator[re.Match[bytes]]:
    """Names that were compared as they are, as they are computed, and have small letters; groups as in `new_names`."""
    for match, name, _ in _named(text):
        if name.startswith(_COMPUTED) and match[2].decode() != name:
            yield match


def _named(text: bytes) -> Iterator[tuple[re.Match[bytes], str, str]]:
    """What looks like the name of a character: the place, the name in upper case, and the character."""
    for match in _NAME.finditer(text):
        try:
            character = match[1].decode("unicode_escape")
        except UnicodeDecodeError:
            continue
        yield match, match[2].decode().upper(), character


def _is_name(code: Code, match: re.Match[bytes]) -> bool:
    """Whether it is one, and not the text of a raw string or of a comment."""
    return not code.without([match.span(2)], b"no such name")


def _names(found: Callable[[bytes], Iterator[re.Match[bytes]]]) -> Callable[[Code, Node], Iterator[Span]]:
    def find(code: Code, node: Node) -> Iterator[Span]:
        for match in found(code.utf8):
            if _is_name(code, match):
                yield match.span(1)
        if looked_up(code.data) == "unicode_escape" and any(found(code.data)):  # a codec reads all of the source
            yield from declaration(code, node)

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
_NAMED = either(triggers.NAMED_CHARACTER, somewhere(lambda source: looked_up(source) == "unicode_escape"))


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
            what=f"Character name from the tables of Unicode {unicode}",
            trigger=_NAMED,
            find=_names(functools.partial(new_names, version=version)),
            refused=f"'\\N{{{_NEW_NAMES[version]}}}'\n",
            accepted=f"r'\\N{{{_NEW_NAMES[version]}}}'\n",
        )


CHARACTER_RULES = (
    *_unicode_rules(),
    Rule(
        since=(3, 14),
        what="Name of an ideograph or Hangul syllable in small letters",
        trigger=_NAMED,
        find=_names(small_names),
        refused="'\\N{cjk unified ideograph-4e00}'\n",
        accepted="'\\N{CJK UNIFIED IDEOGRAPH-4E00} \\N{bullet}'\n",
    ),
)
