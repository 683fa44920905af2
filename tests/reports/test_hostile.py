"""No renderer lets a checked tree speak to a terminal or a CI server, whatever its names, lines and messages hold."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from syntax_guard.model import Interpreter, Result, Target
from syntax_guard.reports import formats, neutral

from . import hostile_tree
from .ci_readers import GITLAB_SEVERITIES, github_commands, gitlab_issues, other_commands
from .samples import APPROXIMATE, HOSTILE, RUNNING, diagnostic, result
from .validate import MACHINE, validate

if TYPE_CHECKING:
    from ..conftest import Folder


def results(text: str) -> dict[str, Result]:
    """Return results that have a hostile text in one place each, an ordinary finding after it."""
    named = Target((3, 11), Interpreter((3, 11), text), exact=True, why="--python")
    doubted = Target((3, 9), RUNNING, exact=False, why="requires-python", note=text)
    wanted = Target((3, 11), RUNNING, exact=True, why=text)
    return {
        "path": result(diagnostic(path=text), diagnostic()),
        "path without a line": result(diagnostic(text, None, None, (None, None), source_line=None), diagnostic()),
        "message": result(diagnostic(message=text), diagnostic()),
        "warning": result(diagnostic(severity="warning", code="syntax-warning", message=text), diagnostic()),
        "hint": result(diagnostic(hint=text), diagnostic()),
        "source line": result(diagnostic(source_line=text, column=1, end=(3, 2)), diagnostic()),
        "interpreter": result(diagnostic(targets=(named,)), diagnostic(), targets=(named,)),
        "note": result(diagnostic(targets=(doubted,)), diagnostic(), targets=(doubted,)),
        "reason": result(diagnostic(targets=(wanted,)), diagnostic(), targets=(wanted, APPROXIMATE)),
    }


@pytest.mark.grid
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", formats.FORMAT_NAMES)
def test_a_report_is_plain_text_that_no_reader_acts_on(name: str, text: str) -> None:
    for place, found in results(text).items():
        report = "".join(formats.render(name, found))
        assert not controls(report), place
        report.encode("utf-8")
        assert not other_commands(report), place
        commands = github_commands(report)
        assert [command.name for command in commands] == (expected(found) if name == "github" else []), place


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_gitlab_drops_no_finding(text: str) -> None:
    for found in results(text).values():
        issues = gitlab_issues("".join(formats.render("gitlab", found)))
        assert len(issues) == len(found.diagnostics)
        assert {issue["severity"] for issue in issues} <= set(GITLAB_SEVERITIES)


@pytest.mark.grid
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", MACHINE)
def test_a_report_stays_valid(name: str, text: str) -> None:
    for found in results(text).values():
        validate(name, "".join(formats.render(name, found)))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_annotation_says_what_was_found_in_one_line(text: str) -> None:
    first, second = github_commands("".join(formats.render("github", results(text)["path"])))
    assert first.properties["file"] == neutral.visible(text)
    assert first.properties["line"] == second.properties["line"] == "3"
    assert set(first.properties) == {"title", "file", "line", "endLine", "col", "endColumn"}
    assert first.data.startswith(f"{neutral.visible(text)}:3:14: syntax-error: ")
    assert "\n" not in first.data


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_summary_and_the_statistics_are_plain_text(text: str) -> None:
    for found in results(text).values():
        for said in (formats.summary_line(found), "".join(formats.statistics(found))):
            assert not controls(said)
            assert not github_commands(said)
            assert not other_commands(said)


def test_colors_are_the_only_escapes_of_a_colored_report() -> None:
    for text in HOSTILE.values():
        for found in results(text).values():
            report = "".join(formats.render("full", found, color=True))
            for look in ("1", "2", "1;31", "1;33", "36", "0"):
                report = report.replace(f"\x1b[{look}m", "")
            assert report == "".join(formats.render("full", found))


@pytest.mark.slow
@pytest.mark.parametrize("name", formats.FORMAT_NAMES)
def test_the_command_speaks_for_itself_alone_on_a_hostile_tree(name: str, folder: Folder) -> None:
    """The installed command, files that are named so, and the bytes as a CI server would get them."""
    written = hostile_tree.write(str(folder.path))
    run = folder.guard("check", "--isolated", "--no-cache", "--output-format", name, ".")
    assert (run.code, run.err) == (1, "")
    assert not controls(run.out)
    assert not other_commands(run.out)
    commands = github_commands(run.out)
    if name == "github":
        assert [command.name for command in commands].count("error") == written
        assert {command.name for command in commands} == {"error", "warning"}
    else:
        assert not commands
    if name in MACHINE:
        validate(name, run.out)


def expected(found: Result) -> list[str]:
    """Return the names of the commands that are ours."""
    return [each.severity for each in found.diagnostics]


def controls(report: str) -> set[str]:
    """Return the characters that act on a terminal, break a line or have no ink, by Unicode's own categories."""
    invisible = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x034F, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0}
    return {
        character
        for character in report
        if (unicodedata.category(character)[0] == "C" and character != "\n")
        or (unicodedata.category(character)[0] == "Z" and character != " ")
        or ord(character) in invisible
    }
