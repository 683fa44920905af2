"""Results to render: an ordinary one, and hostile texts to put everywhere; ``python -m`` writes the golden files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

from syntax_guard.model import Diagnostic, Interpreter, Result, Summary, Target
from syntax_guard.reports import formats

if TYPE_CHECKING:
    from syntax_guard.model import Severity

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")

RUNNING = Interpreter((3, 11), "CPython 3.11.7")
EXACT = Target((3, 11), RUNNING, exact=True, why="the Python that runs syntax-guard")
APPROXIMATE = Target((3, 9), RUNNING, exact=False, why="requires-python", note="no python3.9 found here")


def diagnostic(
    path: str = "app/main.py",
    line: int | None = 3,
    column: int | None = 14,
    end: tuple[int | None, int | None] = (3, 15),
    *,
    severity: Severity = "error",
    code: str = "syntax-error",
    message: str = "'(' was never closed",
    hint: str | None = None,
    targets: tuple[Target, ...] = (EXACT,),
    source_line: str | None = "result = call(1,",
    cell: int | None = None,
) -> Diagnostic:
    """Return a finding; ``end`` is (line, column)."""
    return Diagnostic(path, line, column, *end, severity, code, message, hint, targets, source_line, cell=cell)


def result(*diagnostics: Diagnostic, targets: tuple[Target, ...] = (APPROXIMATE, EXACT)) -> Result:
    """Return a finished run of 412 files that found ``diagnostics``."""
    broken = len({found.path for found in diagnostics if found.severity == "error"})
    warnings = sum(found.severity == "warning" for found in diagnostics)
    summary = Summary(412, broken, 0, warnings, 3, 400, 0.2134)
    return Result(targets, summary, tuple(diagnostics))


ORDINARY = result(
    diagnostic(),
    diagnostic(
        "app/routes/new.py",
        8,
        1,
        (8, 6),
        code="unsupported-syntax",
        message="'match' statement is new in Python 3.10",
        targets=(APPROXIMATE,),
        source_line="match command:",
    ),
    diagnostic(
        "app/schöne größe.py",
        2,
        5,
        (2, 8),
        message="invalid syntax",
        hint="Python 2 code: print is a function in Python 3",
        targets=(APPROXIMATE, EXACT),
        source_line="\t漢字 = größe größe",
    ),
    diagnostic("blob.py", None, None, (None, None), code="unreadable", message="Permission denied", source_line=None),
    diagnostic(
        "tests/test_regex.py",
        12,
        19,
        (12, 23),
        severity="warning",
        code="syntax-warning",
        message="invalid escape sequence '\\d'",
        source_line="    pattern = re.compile('\\d+')",
    ),
)
NOTHING = result(targets=(EXACT,))

HOSTILE = {
    "ansi": "\x1b[31mred\x1b[0m",
    "osc link": "\x1b]8;;https://example.org\x07text\x1b]8;;\x07",
    "osc title": "\x1b]0;title\x1b\\",
    "8-bit csi": "\x9b31m",
    "bell": "a\x07",
    "backspace": "secret\b\b\b\b\b\bpublic",
    "delete": "a\x7f",
    "nul": "a\0b",
    "carriage return": "fine\r::error::x",
    "line feed": "fine\n::error::x",
    "crlf": "fine\r\n##[error]x",
    "vertical tab": "fine\x0b::error::x",
    "form feed": "fine\x0c::error::x",
    "file separator": "fine\x1c::error::x",
    "next line": "fine\x85::error::x",
    "line separator": "fine\u2028::error::x",
    "paragraph separator": "fine\u2029::error::x",
    "tab": "a\tb",
    "right-to-left override": "user\u202e \u2066# admin\u2069 \u2066",
    "arabic letter mark": "a\u061cb",
    "zero width space": "a\u200bb",
    "joiner": "a\u200db",
    "byte order mark": "\ufeffa",
    "soft hyphen": "a\xadb",
    "no-break space": "a\xa0b",
    "tag characters": "a\U000e0041\U000e007f",
    "variation selector": "a\ufe0f\U000e0100",
    "hangul filler": "a\u3164\uffa0\u115f",
    "braille blank": "a\u2800b",
    "private use": "\ue000",
    "unassigned": "\u0378",
    "not a character": "\ufffe\uffff\U0010ffff",
    "byte of a name": "caf\udce9.py",
    "lone surrogate": "\ud800",
    "command": "::error file=a.py,line=1::x",
    "command after blanks": "  \t ::stop-commands::token",
    "command after no-break space": "\xa0::error::x",
    "command after zero width": "\u200b::error::x",
    "command within zero width": ":\u200b:error::x",
    "half a command": "::add-mask",
    "colon": ":",
    "bracket command": "##[error]x",
    "bracket command inside": "x ##[add-mask]3",
    "bracket command after a hash": "###[error]x",
    "bracket command with soft hyphen": "#\xad#[error]x",
    "azure": "##vso[task.setvariable variable=a]b",
    "azure in capitals": "##VSO[task.complete result=Succeeded;]",
    "teamcity": "##teamcity[buildStatus status='SUCCESS']",
    "percent escapes": "%0A::error::x%0D%250A",
    "property separators": "a,title=b:c;d]e",
    "xml": "]]><failure a=\"b\" c='d'>&amp;&#0;<!--",
    "json": '"},{"path":"x\\',
    "looks escaped": "a\\x1b\\\\u202e\\",
    "sarif link": "[text](https://example.org)",
    "markdown": "`<img src=x>` **a** @user #1",
    "long": "x" * 5000,
    "combining": "e\u0301\u0489",
    "wide": "漢字",
}


def golden() -> dict[str, str]:
    """Return the expected content of each golden file by its name, as the renderers make it now."""
    with mock.patch("syntax_guard.__version__", "1.2.3"):
        texts = {name: "".join(formats.render(name, ORDINARY)) for name in formats.FORMAT_NAMES}
    texts["full-color"] = "".join(formats.render("full", ORDINARY, color=True))
    texts["junit-nothing"] = "".join(formats.render("junit", NOTHING))
    return texts


if __name__ == "__main__":
    for file_name, text in golden().items():
        with open(os.path.join(GOLDEN, file_name + ".txt"), "w", encoding="utf-8", newline="") as file:
            file.write(text)
