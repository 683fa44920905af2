"""Sources that nobody wrote: known ones with tokens dropped, doubled, swapped and exchanged, and in one another."""

from __future__ import annotations

import contextlib
import random
import re
from typing import TYPE_CHECKING

from .pythons import COMPILE, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 900
"""Bytes of a source that is worth changing: in a long one a change meets nothing."""
_TOKEN = re.compile(
    rb"\s+|\\\n|[rbftRBFT]{0,2}(?:'''|\"\"\"|'|\")|[\w\x80-\xff]+|:=|\*\*|->|//|<<|>>|[=!<>]=|\.\.\.|.", re.DOTALL
)
_BETWEEN = (
    b" ", b"\n", b"\\\n", b"    \\\n", b"#c\n", b"*", b",", b"(", b")", b":=", b"async ", b"await ", b"lambda: ", b"\t",
    b"\f", b"not ", b"**", b":", b";", b"=", b"'", b'"', b"{", b"}", b"!r", b"f", b"t", b"yield ", b"\r",
)  # fmt: skip
_AROUND_STATEMENTS = (
    b"def f():\n", b"class C:\n", b"async def f():\n", b"if x:\n", b"while 1:\n", b"class C[T]:\n", b"def f[T]():\n",
    b"try: pass\nexcept A:\n", b"try: pass\nfinally:\n", b"for i in j:\n", b"with x:\n", b"match x:\n case 1:\n",
    b"from __future__ import annotations\ndef f(x):\n",
)  # fmt: skip
_AROUND_EXPRESSIONS = (
    b"(%b)", b"[%b]", b"{%b}", b"f'{%b}'", b"f'''{%b}'''", b"f'{%b=}'", b"f'{x:{%b}}'", b"t'{%b}'", b"[%b for x in y]",
    b"{%b: 1 for x in y}", b"[x for x in y if %b]", b"[x for x in %b]", b"lambda: %b", b"a[%b]", b"a[1, %b]", b"f(%b)",
    b"await %b", b"*%b", b"y := %b", b"(yield %b)", b"[[%b async for x in y] for z in w]", b"x: %b", b"x += %b",
    b"@%b\ndef f(): pass", b"try: pass\nexcept %b: pass", b"with %b: pass", b"for x in %b: pass", b"return %b",
    b"match x:\n case %b: pass", b"global x\n%b", b"%b\nglobal x", b"class C: %b", b"type X = %b",
    b"def f(a: %b): pass",
)  # fmt: skip


_CODINGS = (
    "utf-8", "utf8", "utf-8-unix", "UTF_8_mac", "utf-8-sig", "latin-1", "latin-1-dos", "iso-8859-1-unix", "iso-8859-15",
    "iso-latin-1-unix", "cp1252", "windows-1252", "ascii", "idna", "utf-7", "raw_unicode_escape", "unicode_escape",
    "korean", "euc-kr", "ks_c_5601-1987", "cp949", "shift_jis", "windows-31j", "mac", "latin-2", "874", "koi8-r",
    "big5", "gb18030", "gbk", "windows-936", "euc_jp", "iso2022_jp", "hz", "cp437", "csutf8", "utf8-sig", "tis-620",
)  # fmt: skip
_DECLARATIONS = (
    "# -*- coding: %s -*-\n", "#coding=%s\n", "#!/usr/bin/python\n# vim: set fileencoding=%s :\n", "#coding:%s\r\n",
)  # fmt: skip
_SIGNS = (
    "", "", "x = '\xe9'\n", "# \u20ac\n", "'\uac00'\n", "\u043f = 1\n", "'+AA0-'\n", "\xe9 = [1,\n 2]\n", "'\u088f'\n",
)  # fmt: skip


def mutations(sources: Sequence[bytes], number: int, python: str, seed: int) -> list[bytes]:
    """So many different sources that ``python`` accepts, made of those given; the same for the same ``seed``."""
    short = sorted({source for source in sources if len(source) <= LONGEST})
    chosen = random.Random(seed)
    found: dict[bytes, None] = {}
    while len(found) < number:
        tried = [_declared(_mutated(short, chosen), chosen) for _ in range(number)]
        answers = ask(python, COMPILE, tried)
        found.update((source, None) for source, answer in zip(tried, answers, strict=True) if answer is None)
    return list(found)[:number]


def _declared(source: bytes, chosen: random.Random) -> bytes:
    """The source; one in five declares an encoding, and holds text in that or in UTF-8."""
    if chosen.random() > 0.2:
        return source
    named = chosen.choice(_CODINGS)
    text = chosen.choice(_SIGNS)
    encoded = text.encode()
    if chosen.random() < 0.7:
        with contextlib.suppress(LookupError, UnicodeError):  # a name that this Python does not know, or other text
            encoded = text.encode(named)
    return (chosen.choice(_DECLARATIONS) % named).encode() + encoded + source


def _mutated(sources: Sequence[bytes], chosen: random.Random) -> bytes:
    source = chosen.choice(sources)
    for _ in range(chosen.choice((1, 1, 2, 3))):
        kind = chosen.random()
        if kind < 0.2:
            opening = chosen.choice(_AROUND_STATEMENTS)
            source = opening + b"".join(b"        " + line for line in source.splitlines(keepends=True) or [b"pass"])
        elif kind < 0.4:
            source = chosen.choice(_AROUND_EXPRESSIONS) % source.strip()
        elif kind < 0.5:
            source = source.rstrip(b"\n") + b"\n" + chosen.choice(sources)
        else:
            source = b"".join(_exchanged(_TOKEN.findall(source), sources, chosen))
    return source[: 3 * LONGEST]


def _exchanged(tokens: list[bytes], sources: Sequence[bytes], chosen: random.Random) -> Iterator[bytes]:
    """The tokens, one of them dropped, doubled, swapped with another, or exchanged."""
    if not tokens:
        return iter(tokens)
    place, kind = chosen.randrange(len(tokens)), chosen.random()
    if kind < 0.2:
        del tokens[place]
    elif kind < 0.35:
        tokens.insert(place, tokens[place])
    elif kind < 0.5:
        other = chosen.randrange(len(tokens))
        tokens[place], tokens[other] = tokens[other], tokens[place]
    elif kind < 0.75:
        tokens.insert(place, chosen.choice(_BETWEEN))
    else:
        tokens[place] = chosen.choice(_TOKEN.findall(chosen.choice(sources)) or [b""])
    return iter(tokens)
