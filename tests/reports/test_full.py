"""The source line under a finding: the caret stands where the eye looks for it, and no line is too long to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.reports import formats
from syntax_guard.reports.wording import message

from .samples import APPROXIMATE, diagnostic, result

if TYPE_CHECKING:
    from syntax_guard.model import Diagnostic


def lines(found: Diagnostic) -> list[str]:
    """Return what is shown below the first line of a finding."""
    return "".join(formats.render("full", result(found))).splitlines()[1:-1]


@pytest.mark.parametrize(
    ("line", "column", "end", "shown"),
    [
        pytest.param("x = (1,", 5, (3, 6), ["    3 | x = (1,", "      |     ^"], id="one character"),
        pytest.param("abc def", 5, (3, 8), ["    3 | abc def", "      |     ^^^"], id="range"),
        pytest.param("abc def", 5, (None, None), ["    3 | abc def", "      |     ^"], id="no end"),
        pytest.param("abc def", 5, (4, 2), ["    3 | abc def", "      |     ^^^"], id="several lines"),
        pytest.param("abc def", 5, (3, 5), ["    3 | abc def", "      |     ^"], id="empty range"),
        pytest.param("abc def", 5, (3, 99), ["    3 | abc def", "      |     ^^^"], id="end behind the line"),
        pytest.param("abc", 4, (3, 5), ["    3 | abc", "      |    ^"], id="end of line"),
        pytest.param("abc", 50, (3, 51), ["    3 | abc", "      |    ^"], id="behind the line"),
        pytest.param("abc", 0, (3, 1), ["    3 | abc", "      | ^"], id="column zero"),
        pytest.param("abc", None, (None, None), ["    3 | abc"], id="no column"),
        pytest.param("\tx = (", 6, (3, 7), ["    3 |     x = (", "      |         ^"], id="tab"),
        pytest.param("漢字 = (", 6, (3, 7), ["    3 | 漢字 = (", "      |        ^"], id="wide characters"),
        pytest.param("漢字 = (", 1, (3, 3), ["    3 | 漢字 = (", "      | ^^^^"], id="range of wide characters"),
        pytest.param("e\u0301 = (", 6, (3, 7), ["    3 | e\u0301 = (", "      |     ^"], id="combining character"),
        pytest.param("a\x1b(", 3, (3, 4), ["    3 | a\\x1b(", "      |      ^"], id="escaped character"),
        pytest.param("a\\x1b(", 6, (3, 7), ["    3 | a\\x1b(", "      |      ^"], id="backslash as written"),
        pytest.param("", 1, (3, 2), [], id="empty line"),
        pytest.param(None, 1, (3, 2), [], id="no line"),
    ],
)
def test_the_place_is_underlined(
    line: str | None, column: int | None, end: tuple[int | None, int | None], shown: list[str]
) -> None:
    assert lines(diagnostic(line=3, column=column, end=end, source_line=line)) == shown


@pytest.mark.parametrize(
    "filler", ["x", "漢", "\t", "\x1b", "e\u0301"], ids=["letter", "wide", "tab", "escape", "mark"]
)
@pytest.mark.parametrize("column", [1, 2, 40, 99, 100, 101, 5000, 9_999, 10_001])
def test_a_long_line_is_cut_around_the_place(filler: str, column: int) -> None:
    line = (filler * 10_000)[: column - 1] + "(" + (filler * 10_000)[column:10_000]
    text, carets = lines(diagnostic(column=column, end=(3, column + 1), source_line=line))
    assert len(text) < 250
    width = carets.index("^")
    assert carets[width:] == "^"
    before = text[: text.index("(")]
    assert sum(2 if character == "漢" else character != "\u0301" for character in before) == width


def test_a_range_longer_than_the_line_shown_is_cut_with_it() -> None:
    text, carets = lines(diagnostic(column=1, end=(3, 10_001), source_line="x" * 10_000))
    assert text == "    3 | " + "x" * 100 + "..."
    assert carets == "      | " + "^" * 100


def test_a_source_of_one_endless_line_costs_nothing() -> None:
    text, _ = lines(diagnostic(column=50_000_000, end=(3, 50_000_001), source_line="x" * 100_000_000))
    assert len(text) < 250


def test_a_hint_stands_below() -> None:
    assert lines(diagnostic(column=None, hint="close it", source_line="x = (1,")) == [
        "    3 | x = (1,",
        "      = hint: close it",
    ]


def test_large_line_numbers_keep_the_margin_straight() -> None:
    text, carets = lines(diagnostic(line=1_234_567, column=1, end=(1_234_567, 2), source_line="x"))
    assert text.index("|") == carets.index("|")


@pytest.mark.parametrize(
    ("further", "said"),
    [
        ((), []),
        ((40,), ["= note: line 40 is broken as well"]),
        ((40, 77), ["= note: lines 40 and 77 are broken as well"]),
        ((40, 77, 81), ["= note: lines 40, 77 and 81 are broken as well"]),
    ],
)
def test_other_broken_lines_are_named_below(further: tuple[int, ...], said: list[str]) -> None:
    assert [line.strip() for line in lines(diagnostic().evolve(further=further)) if "note" in line] == said


@pytest.mark.parametrize(
    ("path", "member", "shown"),
    [("app/main.py", None, "app\\main.py:3:14"), ("//pc/c$/a.py", None, "\\\\pc\\c$\\a.py:3:14"),
     ("dist/x.whl", "pkg/a.py", "dist\\x.whl/pkg/a.py:3:14")],
)  # fmt: skip
def test_a_path_has_the_separator_of_its_system(path: str, member: str | None, shown: str) -> None:
    found = result(diagnostic(path).evolve(member=member))
    first = "".join(formats.render("full", found, separator="\\")).splitlines()[0]
    assert first.startswith(shown + ": syntax-error: ")


OLDER = diagnostic(line=4, column=1, end=(None, None), message="invalid syntax", targets=(APPROXIMATE,))


def test_an_error_that_two_pythons_see_on_different_lines_is_one_finding() -> None:
    said = "".join(formats.render("full", result(diagnostic(hint="close it"), OLDER)))
    assert said.splitlines()[3:] == [
        "      = hint: close it",
        f"      = note: another Python reports this on line 4: {message(OLDER)}",
        "",
    ]
    assert message(OLDER) == "invalid syntax (target 3.9, approximate: no python3.9 found here)"


SEPARATE = {
    "the hint names another cause": diagnostic(line=4, hint="'match' statement is new", targets=(APPROXIMATE,)),
    "another code": diagnostic(line=4, code="unsupported-syntax", targets=(APPROXIMATE,)),
    "another file": diagnostic("app/other.py", line=4, targets=(APPROXIMATE,)),
    "another cell": diagnostic(line=4, cell=2, targets=(APPROXIMATE,)),
}


@pytest.mark.parametrize("other", SEPARATE.values(), ids=SEPARATE)
def test_errors_that_may_have_two_causes_are_two_findings(other: Diagnostic) -> None:
    said = "".join(formats.render("full", result(diagnostic(), other)))
    assert (said.count("'(' was never closed"), "= note:" in said) == (2, False)


@pytest.mark.parametrize("name", ["full", "concise"])
def test_files_that_lack_the_same_python_are_one_finding(name: str) -> None:
    lacking = [
        diagnostic(path, None, None, (None, None), code="no-interpreter", message=message, source_line=None)
        for path, message in (("a.py", "no 3.20"), ("b.py", "no 3.20"), ("c.py", "no 3.21"), ("d.py", "no 3.20"))
    ]
    said = "".join(formats.render(name, result(*lacking)))
    assert [path for path in ("a.py", "b.py", "c.py", "d.py") if path in said] == ["a.py", "c.py"]
    assert said.count("the same for 2 more files") == 1


@pytest.mark.parametrize(("name", "more", "said"), [("full", 5, "6 findings"), ("concise", 5, "7 findings"),
                                                    ("json", 5, "7 findings"), ("full", 4, None)])  # fmt: skip
def test_the_summary_counts_what_a_reader_can_count(name: str, more: int, said: str | None) -> None:
    """An error that two Pythons see on different lines, and `more` others."""
    others = (diagnostic(f"b{number}.py") for number in range(more))
    found = result(OLDER.evolve(path="a.py"), diagnostic("a.py", line=9), *others)
    line = formats.summary_line(found, formats.shown(name, found))
    first = "9:14" if name == "full" else "4:1"
    assert (f"{said}, the first at a.py:{first} " in line) if said else ("findings" not in line)
    if name != "json":
        blocks = "".join(formats.render(name, found)).count(".py:")
        assert said is None or said.startswith(f"{blocks} ")
