"""The verdict on one source, byte by byte: outcome, code and line, equal to a plain ``compile``."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from syntax_guard import Diagnostic, check_source


class Case(NamedTuple):
    data: bytes
    code: str
    line: int | None = None
    """None: whatever line ``compile`` names, if any."""
    column: int | None = None


VALID = {
    "empty": b"",
    "no final newline": b"x = 1",
    "only a comment": b"# nothing",
    "UTF-8 BOM": b"\xef\xbb\xbfx = 1\n",
    "CRLF": b"if x:\r\n    y = 1\r\n",
    "lone CR": b"if x:\r    y = 1\r",
    "mixed line ends": b"x = 1\ny = 2\r\nz = 3\rw = 4",
    "form feed": b"\x0cx = 1\n\x0c\ny = 2\n",
    "latin-1 with its coding line": b"# -*- coding: latin-1 -*-\nname = '\xe9'\n",
    "coding on the second line": b"#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\nname = '\xa4'\n",
    "UTF-8 identifiers": "größe = 'ß'\n".encode(),
    "control-Z in a string": b"x = '\x1a'\n",
    "backslash at the end of a line": b"x = 1 + \\\n    2\n",
    "199 brackets": b"(" * 199 + b"1" + b")" * 199,
    "99 levels of indentation": b"".join(b" " * i + b"if 1:\n" for i in range(99)) + b" " * 99 + b"pass\n",
    "4,300 digits": b"x = " + b"9" * 4300,
    "5,000 hexadecimal digits": b"x = 0x" + b"f" * 5000,
    "a sum of 1,000 terms": b"x = " + b"1 + " * 1000 + b"1\n",
}  # fmt: skip

REFUSED = {
    "unclosed bracket": Case(b"x = 1\ny = (\n", "syntax-error", 2, 5),
    "column counts characters": Case("é = 'é'; é é\n".encode(), "syntax-error", 1, 12),
    "column of a compiler error counts characters": Case("é = 'é'; return\n".encode(), "syntax-error", 1, 10),
    "column after a tab": Case(b"if x:\n\ty = = 1\n", "syntax-error", 2, 6),
    "BOM and an error": Case(b"\xef\xbb\xbfx = = 1\n", "syntax-error", 1, 5),
    "two BOMs": Case(b"\xef\xbb\xbf\xef\xbb\xbfx = 1\n", "syntax-error", 1),
    "error after CRLF": Case(b"x = 1\r\ny = = 1\r\n", "syntax-error", 2, 5),
    "error after lone CR": Case(b"x = 1\ry = = 1\r", "syntax-error", 2, 5),
    "null byte": Case(b"x = 1\ny = \0\n", "syntax-error"),
    "null byte in a string": Case(b"x = '\0'\n", "syntax-error"),
    "UTF-16 with its mark": Case("x = 1\n".encode("utf-16"), "encoding-error"),
    "UTF-16 without": Case("x = 1\n".encode("utf-16-le"), "syntax-error"),
    "invalid UTF-8": Case(b"x = 1\ny = '\xff'\n", "encoding-error", 2),
    "latin-1 without a coding line": Case(b"name = '\xe9'\n", "encoding-error", 1),
    "a lone surrogate in UTF-8": Case(b"x = '\xed\xa0\x80'\n", "encoding-error", 1),
    "unknown coding": Case(b"# coding: klingon\nx = 1\n", "encoding-error"),
    "coding that is no text": Case(b"# coding: hex\n7820\n", "encoding-error"),
    "wrong coding": Case("# coding: ascii\nx = 'é'\n".encode(), "encoding-error"),
    "BOM and another coding": Case(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "encoding-error"),
    "200 brackets": Case(b"(" * 201 + b"1" + b")" * 201, "syntax-error", 1),
    "100 levels of indentation": Case(
        b"".join(b" " * i + b"if 1:\n" for i in range(100)) + b" " * 100 + b"pass\n", "syntax-error", 101
    ),
    "41 static blocks": Case(
        b"".join(b" " * i + b"with a:\n" for i in range(41)) + b" " * 41 + b"pass\n", "syntax-error"
    ),
    "5,000 digits": Case(b"x = 1\ny = " + b"9" * 5000, "syntax-error", 2),
    "indentation": Case(b"if x:\ny = 1\n", "syntax-error", 2, 1),
    "unexpected indentation": Case(b"x = 1\n  y = 2\n", "syntax-error", 2),
    "dedent to nowhere": Case(b"if x:\n    y\n  z\n", "syntax-error", 3),
    "tabs and spaces": Case(b"if x:\n\ty\n        z\n", "syntax-error", 3),
    "a minus of 40,000": Case(b"x = " + b"-" * 40_000 + b"1\n", "too-complex"),
    "a sum of 100,000 terms": Case(b"x = " + b"1 + " * 100_000 + b"1\n", "too-complex"),
}  # fmt: skip

COMPILER_ONLY = {
    "return outside a function": Case(b"x = 1\nreturn x\n", "syntax-error", 2, 1),
    "yield outside a function": Case(b"yield 1\n", "syntax-error", 1, 1),
    "await outside a function": Case(b"await x\n", "syntax-error", 1, 1),
    "await in a plain function": Case(b"def f():\n    await x\n", "syntax-error", 2, 5),
    "async for in a plain function": Case(b"def f():\n    async for x in y: pass\n", "syntax-error", 2),
    "break outside a loop": Case(b"if x:\n    break\n", "syntax-error", 2, 5),
    "continue outside a loop": Case(b"continue\n", "syntax-error", 1, 1),
    "duplicate parameter": Case(b"def f(a, a): pass\n", "syntax-error", 1),
    "late __future__": Case(b"import os\nfrom __future__ import annotations\n", "syntax-error", 2, 1),
    "unknown __future__": Case(b"from __future__ import time_travel\n", "syntax-error", 1),
    "stray nonlocal": Case(b"def f():\n    nonlocal x\n", "syntax-error", 2, 5),
    "nonlocal at module level": Case(b"nonlocal x\n", "syntax-error", 1, 1),
    "global after use": Case(b"def f():\n    x = 1\n    global x\n", "syntax-error", 3, 5),
    "global and nonlocal": Case(
        b"def g():\n    x = 1\n    def f():\n        global x\n        nonlocal x\n", "syntax-error"
    ),
    "global parameter": Case(b"def f(x):\n    global x\n", "syntax-error", 2, 5),
    "star import in a function": Case(b"def f():\n    from os import *\n", "syntax-error", 2),
    "two starred targets": Case(b"*a, *b = c\n", "syntax-error", 1),
    "starred alone": Case(b"*a\n", "syntax-error", 1),
    "except: before another": Case(b"try: pass\nexcept: pass\nexcept ValueError: pass\n", "syntax-error"),
    "assignment to __debug__": Case(b"__debug__ = 1\n", "syntax-error", 1),
    "walrus over an iteration variable": Case(b"[i := 0 for i in range(3)]\n", "syntax-error", 1),
    "walrus in a class's comprehension": Case(b"class C:\n    [x := 1 for y in z]\n", "syntax-error", 2),
    "value returned by an async generator": Case(b"async def f():\n    yield 1\n    return 2\n", "syntax-error", 3),
    "annotated global": Case(b"def f():\n    global x\n    x: int = 1\n", "syntax-error", 3),
    "unreachable case": Case(b"match x:\n    case y: pass\n    case 1: pass\n", "syntax-error", 2),
    "name bound twice in a pattern": Case(b"match x:\n    case [a, a]: pass\n", "syntax-error", 2),
}  # fmt: skip


def errors(data: bytes) -> list[Diagnostic]:
    return [diagnostic for diagnostic in check_source(data) if diagnostic.severity == "error"]


def oracle(data: bytes) -> Exception | None:
    """What a plain ``compile`` raises."""
    try:
        compile(data, "no such folder/source", "exec", 0, True)
    except Exception as error:  # noqa: BLE001 - whatever it raises, it refuses
        return error
    return None


@pytest.mark.parametrize("data", VALID.values(), ids=VALID)
def test_valid(data: bytes) -> None:
    assert oracle(data) is None
    assert errors(data) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", COMPILER_ONLY.values(), ids=COMPILER_ONLY)
def test_compiler_only_errors_pass_the_parser(case: Case) -> None:
    import ast

    try:
        ast.parse(case.data)
    except SyntaxError:
        pytest.skip(f"Python {sys.version_info[0]}.{sys.version_info[1]} finds this one in its parser")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", [*REFUSED.values(), *COMPILER_ONLY.values()], ids=[*REFUSED, *COMPILER_ONLY])
def test_refused(case: Case) -> None:
    raised = oracle(case.data)
    (found,) = errors(case.data)
    assert found.code == case.code
    assert found.line == (getattr(raised, "lineno", None) or None) == (case.line or found.line)
    if case.column is not None:
        assert found.column == case.column


def test_invalid_bytes_in_a_comment_are_judged_as_compile_judges_them() -> None:
    data = b"# \xff\nx = 1\n"
    assert bool(errors(data)) is (oracle(data) is not None)


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"x = 1\ny = '\\d'\n", 2), (b"x = 1 is 1\n", 1), (b"assert (x, 'y')\n", 1), (b"x = 1if y else 2\n", 1)],
    ids=["invalid escape", "is with a literal", "assert on a tuple", "literal before a keyword"],
)
def test_warnings_are_findings_but_not_errors(data: bytes, line: int) -> None:
    found = check_source(data)
    assert [(one.severity, one.code, one.line) for one in found] in (
        [("warning", "syntax-warning", line)],
        [] if sys.version_info < (3, 11) and b"1if" in data else None,
    )


def test_end_of_a_finding_is_exclusive_and_behind_its_start() -> None:
    (found,) = errors(b"x = 1\nf() = 2\n")
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 1, 2, 4)


def test_source_line_is_decoded_with_the_source_s_own_coding() -> None:
    (found,) = errors(b"# coding: latin-1\n'\xe9' '\xe9' x\n")
    assert found.source_line == "'é' 'é' x"


def test_no_message_shows_the_stand_in_file_name() -> None:
    for case in REFUSED.values():
        assert not any("/source" in found.message for found in check_source(case.data))


def test_the_stand_in_file_name_cannot_be_opened() -> None:
    """CPython opens the file of that name to quote from it: a FIFO of that name would stop the run."""
    from syntax_guard.processes._compile_worker import NAME

    with pytest.raises((FileNotFoundError, NotADirectoryError)), open(NAME, "rb"):
        pass


def nested_finally(levels: int, body: str = "a") -> bytes:
    """Clauses of ``finally`` in each other: the compiler sees the innermost two to the power of `levels` times."""
    lines = [f"{' ' * depth}try: {body}\n{' ' * depth}finally:\n" for depth in range(1, levels + 1)]
    return f"def f():\n{''.join(lines)}{' ' * (levels + 1)}a\n".encode()


@pytest.mark.parametrize(
    ("data", "here"),
    [
        (b"x = [(1, 2), {3: 4}]\n" * 100, True),
        (b"x = '((('\n" * 3, True),
        (b"(" * 60 + b")" * 60, False),
        (b"{" * 60, False),
        (b"# coding: utf-7\nx = 1\n", False),
        (b"x = 1\n" * 20_000, False),
        (nested_finally(3), True),
        (nested_finally(13), False),
        (nested_finally(60), False),
        (nested_finally(3, body="return a"), True),
        (nested_finally(9, body="return a"), False),
    ],
    ids=[
        *("ordinary", "a few brackets in strings", "deep", "unclosed", "odd coding", "large"),
        *("few in each other", "thirteen", "sixty", "few that return", "nine that return"),
    ],
)
def test_what_could_bring_an_interpreter_down_is_not_judged_in_this_process(data: bytes, here: bool) -> None:
    from syntax_guard.judging.in_process import ordinary

    assert ordinary(data) is here
