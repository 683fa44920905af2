"""Sources that are nearly Python: pieces of grammar strung together, and real code with a few bytes changed."""

# ruff: noqa: E501 - tables
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from pathlib import Path

LINES = tuple(
    line.encode("utf-8", "surrogatepass")
    for line in (
        *("x = 1", "def f(a, /, b=1, *, c, **d):", "async def f():", "class A[T](B):", "return x", "yield", "await x"),
        *("if x:", "elif y:", "else:", "for a, *b in c:", "while 1:", "try:", "except* E as e:", "except E:", "finally:"),
        *("with a as b, c:", "with (a as b):", "match x:", "case [1, *_]:", "case {'a': 1, **b}:", "case A(b=1) | C():"),
        *("pass", "break", "continue", "global x", "nonlocal x", "del x", "assert x, y", "raise x from y", "import a.b"),
        *("from . import (a as b,)", "from __future__ import annotations", "from a import *", "type X[T] = int", "@d"),
        *("x: int = 1", "x += 1", "(x := 1)", "lambda: (yield)", "[a for a in b if c]", "{**a, 'b': 1}", "f(*a, **b)"),
        *("print 'x'", "exec 'x'", "x = 0777", "x = 1_", "'\\d'", "1 is 1", "x = (", "y = ]", "'''", '"""', "f'{x!r:>{w}}'"),
        *("f'{", "t'{x}'", "b'\xe9'", "rb'x'", "u'x'", "'\\N{BULLET}'", "'\\x'", "\\", "# coding: latin-1", "\ufeff", "\x0c"),
        *("\u20ac = 1", "\u00b2", "x\u0301 = 1", "'\ud800'", "\x00", "\x1a", "\t", "  ", "\t  x", "a.b.c[d](e)", "not x in y"),
        *("x if y else z", "*a, b = c", "a = yield = 1", "None = 1", "__debug__ = 1", "return", "async with a: b", "..."),
        *("9" * 5000, "-" * 300 + "1", "(" * 30, "1" + "+1" * 200, "a" + ".b" * 200, "f(a for a in b, c)", "def f(a, a): 0"),
    )
)  # fmt: skip
TOKENS = tuple(token.encode() for token in ["(", ")", "[", "]", "{", "}", ":", ",", ";", ".", "=", "==", ":=", "->", "@", "*", "**", "/", "//", "%", "+", "-", "~", "^", "&", "|", "<", ">", "<=", "!=", "...", "!", "`", "$", "?", "\\", "a", "b", "_", "match", "case", "type", "print", "1", "0x", "1.e5", "1j", "'x'", "f'{a}'", "''", '"""', "#", "lambda", "not", "and", "or", "is", "in", "if", "else", "for", "async", "await", "yield", "from", "import", "as", "def", "class", "return", "None", "True"])  # fmt: skip
ENDS = (b"\n", b"\r\n", b"\r", b"\n\n", b"")


def strung(dice: random.Random) -> bytes:
    """Lines of grammar, at indentations that mostly fit."""
    out = bytearray()
    depth = 0
    for _ in range(dice.randrange(1, 9)):
        line = dice.choice(LINES)
        out += b" " * depth + line + (dice.choice(ENDS) if dice.random() < 0.1 else b"\n")
        depth = depth + 1 if line.endswith(b":") else dice.choice((depth, depth, 0))
        if dice.random() < 0.1:
            depth = dice.randrange(4)
    return bytes(out)


def jumbled(dice: random.Random) -> bytes:
    """Tokens in any order."""
    return b" ".join(dice.choices(TOKENS, k=dice.randrange(1, 25))) + dice.choice(ENDS)


def noise(dice: random.Random) -> bytes:
    """Any bytes."""
    return dice.randbytes(dice.randrange(0, 40))


CODINGS = ("utf-8", "utf8", "UTF_8-sig", "latin-1", "cp1252", "koi8-r", "shift_jis", "gb18030", "utf-7", "utf-16", "utf-16-le", "utf-32", "ascii", "hex", "rot13", "idna", "punycode", "undefined", "raw_unicode_escape", "none", "")  # fmt: skip
HEADS = (b"# -*- coding: %s -*-", b"#coding=%s", b"# vim: set fileencoding=%s :", b"\n# coding: %s", b"\xef\xbb\xbf# coding: %s", b"\x0c#coding:%s", b"pass # coding: %s", b"\n\n# coding: %s")  # fmt: skip
MARKS = (b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb", b"\0")


def coded(dice: random.Random) -> bytes:
    """Lines under a coding comment, in that coding or in another."""
    named, used = dice.choice(CODINGS), dice.choice(CODINGS)
    text = strung(dice).decode("utf-8", "replace") + dice.choice(("", "x = '\xe9\u20ac'\n", "\u0436 = 1\n"))
    try:
        body = text.encode(dice.choice((named, used)), "replace")
    except (LookupError, UnicodeError):  # no codec for text
        body = text.encode()
    head = dice.choice(HEADS).replace(b"%s", named.encode()) + dice.choice(ENDS)
    return dice.choice(MARKS) + dice.choice((head, head, b"")) + body


class Mutants:
    """The source files in a folder, in pieces or whole, with a few bytes changed."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        paths = sorted(path for path in folder.glob("**/*.py") if path.stat().st_size < 100_000)
        self._files = [path.read_bytes() for path in dice.sample(paths, min(300, len(paths)))]

    def __call__(self, dice: random.Random) -> bytes:
        lines = dice.choice(self._files).splitlines(keepends=True) or [b""]
        start = dice.randrange(len(lines))
        count = dice.randrange(1, 25)
        if dice.random() < 0.02:
            start, count = 0, len(lines)
        data = bytearray(b"".join(lines[start : start + count]))
        for _ in range(dice.randrange(3)):
            place = dice.randrange(len(data) + 1)
            piece = dice.choice((b"", dice.choice(TOKENS), dice.choice(LINES), dice.randbytes(1)))
            data[place : place + dice.choice((0, 0, 1, 4))] = piece
        return bytes(data)
