"""The sentences of a report: where, which Python says so, and what the run came to."""

from __future__ import annotations

import pytest

from syntax_guard.model import Diagnostic, Interpreter, Result, Summary, Target
from syntax_guard.reports import formats
from syntax_guard.reports.wording import judges, place

from .samples import APPROXIMATE, EXACT, NOTHING, ORDINARY, diagnostic

OLDER = Target(
    (3, 8), Interpreter((3, 11), "CPython 3.11.7"), exact=False, why="--target-version", note="no python3.8 found here"
)
NEWER = Target((3, 13), Interpreter((3, 13), "CPython 3.13.1"), exact=True, why="--target-version")


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        pytest.param((EXACT,), "CPython 3.11.7", id="exact"),
        pytest.param((EXACT, NEWER), "CPython 3.11.7, CPython 3.13.1", id="two exact"),
        pytest.param((APPROXIMATE,), "target 3.9, approximate: no python3.9 found here", id="approximate"),
        pytest.param(
            (OLDER, APPROXIMATE, EXACT),
            "CPython 3.11.7; targets 3.8, 3.9, approximate: no python3.8 found here, no python3.9 found here",
            id="both",
        ),
    ],
)
def test_who_says_so(targets: tuple[Target, ...], said: str) -> None:
    assert judges(targets) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(diagnostic(), "app/main.py:3:14", id="column"),
        pytest.param(diagnostic(column=None), "app/main.py:3", id="line"),
        pytest.param(diagnostic(line=None, column=None), "app/main.py", id="file"),
    ],
)
def test_where(found: Diagnostic, said: str) -> None:
    assert place(found) == said


def summary(checked: int, broken: int = 0, undecided: int = 0, warnings: int = 0, *found: Diagnostic) -> Result:
    return Result((EXACT,), Summary(checked, broken, undecided, warnings, 0, 0, 0.2134), found)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        pytest.param(NOTHING, "412 files are valid (CPython 3.11.7, 0.21 s)", id="valid"),
        pytest.param(summary(1), "1 file is valid (CPython 3.11.7, 0.21 s)", id="one valid"),
        pytest.param(summary(412, 1), "1 of 412 files is broken (CPython 3.11.7, 0.21 s)", id="broken"),
        pytest.param(summary(1, 1), "1 of 1 file is broken (CPython 3.11.7, 0.21 s)", id="one broken"),
        pytest.param(summary(9, 0, 2), "2 of 9 files are undecided (CPython 3.11.7, 0.21 s)", id="undecided"),
        pytest.param(
            summary(9, 3, 1, 1), "3 of 9 files are broken, 1 is undecided, 1 warning (CPython 3.11.7, 0.21 s)", id="all"
        ),
        pytest.param(
            summary(9, 0, 0, 0, diagnostic(code="unexpectedly-valid")),
            "9 files are valid, 1 listed in expected-broken (CPython 3.11.7, 0.21 s)",
            id="unexpectedly valid",
        ),
        pytest.param(
            summary(9, 0, 0, 1, diagnostic(code="syntax-warning")),
            "9 files are valid, 1 warning, 1 warning counts as an error (CPython 3.11.7, 0.21 s)",
            id="a warning that is red",
        ),
        pytest.param(
            ORDINARY, "4 of 412 files are broken, 1 warning (3.9 approximate, CPython 3.11.7, 0.21 s)", id="targets"
        ),
    ],
)
def test_what_the_run_came_to(result: Result, said: str) -> None:
    assert formats.summary_line(result) == said


def test_statistics_count_by_code_and_by_target() -> None:
    assert "".join(formats.statistics(ORDINARY)).splitlines() == [
        "by code:",
        "  2  syntax-error",
        "  1  syntax-warning",
        "  1  unreadable",
        "  1  unsupported-syntax",
        "by target:",
        "  4  3.11 (CPython 3.11.7)",
        "  2  3.9 (approximate)",
        "",
    ]


def test_statistics_of_nothing_are_nothing() -> None:
    assert not list(formats.statistics(NOTHING))


def test_a_message_that_fills_a_file_is_cut() -> None:
    report = "".join(formats.render("concise", summary(1, 1, 0, 0, diagnostic(message="x" * 100_000))))
    assert len(report) < 1000
