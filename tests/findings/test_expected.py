"""What is broken on purpose is let pass where it is listed, and nowhere else."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.check import check_for_start, check_paths
from syntax_guard.config.settings import load
from syntax_guard.errors import SettingsError
from syntax_guard.reports.formats import render
from syntax_guard.reports.wording import start_line, summary_line

if TYPE_CHECKING:
    from syntax_guard.model import Result

    from ..conftest import Folder

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
BROKEN = "x = (\n"
MATCH = "match x:\n    case 1: pass\n"
"""Refused before 3.10."""
UNSUPPORTED, UNEXPECTED, ERROR = "unsupported-syntax", "unexpectedly-valid", "syntax-error"
FOR_3_9 = '{ path = "a.py", targets = ["3.9"] }'
FOR_BOTH = '{ path = "a.py", targets = ["3.8", "3.9"] }'


def write(folder: Folder, *listed: str, **files: str) -> None:
    folder.write("pyproject.toml", f"[tool.syntax-guard]\nexpected-broken = [{', '.join(listed)}]\n")
    for name, content in files.items():
        folder.write(f"{name}.py", content)


def check(folder: Folder, monkeypatch: pytest.MonkeyPatch, targets: str, *names: str) -> Result:
    monkeypatch.chdir(folder.path)
    return check_paths(names or ["."], load({"target_version": [targets]}, {}, "."))


def found(result: Result) -> list[tuple[str, str, str]]:
    return [(one.name, one.code, ",".join(target.label for target in one.targets)) for one in result.diagnostics]


@pytest.mark.parametrize(
    ("listed", "content", "targets", "said"),
    [
        ('"a.py"', MATCH, f"3.9,{HERE}", []),
        ('"a.py"', "x = 1\n", f"3.9,{HERE}", [("a.py", UNEXPECTED, f"3.9,{HERE}")]),
        (FOR_3_9, MATCH, f"3.9,{HERE}", []),
        (FOR_3_9, BROKEN, f"3.9,{HERE}", [("a.py", ERROR, HERE)]),
        (FOR_3_9, MATCH, "3.8,3.9", [("a.py", UNSUPPORTED, "3.8")]),
        (FOR_3_9, "x = 1\n", f"3.9,{HERE}", [("a.py", UNEXPECTED, "3.9")]),
        (FOR_3_9, "x = 1\n", HERE, []),
        (FOR_3_9, BROKEN, HERE, [("a.py", ERROR, HERE)]),
        (FOR_3_9, "1 is 1\n", HERE, [("a.py", "syntax-warning", HERE)]),
        (FOR_BOTH, "def f(a, /): pass\nwith (a as b, c as d): pass\n", "3.8,3.9", [("a.py", UNEXPECTED, "3.9")]),
        ('{ path = "a*.py", targets = "3.9" }', MATCH, f"3.9,{HERE}", []),
        (f'"a.py", {FOR_3_9}', BROKEN, f"3.9,{HERE}", [("a.py", ERROR, HERE)]),
        (f'"a*.py", "!a.py", {FOR_3_9}', MATCH, "3.9", []),
        (f'{FOR_3_9}, "!a.py"', MATCH, "3.9", [("a.py", UNSUPPORTED, "3.9")]),
    ],
)
def test_an_entry_lets_pass_what_it_says(
    listed: str, content: str, targets: str, said: list[tuple[str, str, str]], folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write(folder, listed, a=content, other="x = 1\n")
    for _ in range(2):  # what is remembered says the same
        assert found(check(folder, monkeypatch, targets)) == said
        assert found(check(folder, monkeypatch, targets, "a.py")) == said


def cells(*sources: str) -> str:
    listed = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    ("path", "sources", "said"),
    [
        ("n.ipynb", (MATCH, "x = 1\n"), []),
        ("n.ipynb", (MATCH, BROKEN), [("n.ipynb:cell 2", ERROR, HERE)]),
        ("n.ipynb", ("x = 1\n", "y = 1\n"), [("n.ipynb", UNEXPECTED, "3.9")]),
        ("n.ipynb:cell 2", ("x = 1\n", MATCH), []),
        ("n.ipynb:cell 2", (MATCH, "x = 1\n"), [("n.ipynb:cell 1", UNSUPPORTED, "3.9"),
                                                ("n.ipynb:cell 2", UNEXPECTED, "3.9")]),
    ],
)  # fmt: skip
def test_a_notebook_or_a_cell_is_listed_for_some_targets(
    path: str, sources: tuple[str, ...], said: list[tuple[str, str, str]], folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write(folder, f'{{ path = "{path}", targets = ["3.9"] }}')
    folder.write("n.ipynb", cells(*sources))
    assert found(check(folder, monkeypatch, f"3.9,{HERE}", "n.ipynb")) == said


STALE = "pyproject.toml: expected-broken: 'gone.py' matches no file that is checked (correct or remove it)"


def test_only_a_run_over_a_whole_tree_names_entries_that_match_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, '"gone.py"', '"app/"', '"app/a.py"', '"!b.py"', b="x = 1\n")
    folder.write("app/a.py", BROKEN)
    for _ in range(2):
        result = check(folder, monkeypatch, HERE)
        assert json.loads("".join(render("json", result)))["notices"] == [*result.notices] == [STALE]
    assert check(folder, monkeypatch, HERE, "app").notices == ()
    assert check(folder, monkeypatch, HERE, "b.py", "app/a.py").notices == ()


def test_the_list_of_each_folder_is_looked_at(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, '"a.py"', a=BROKEN)
    folder.write("app/pyproject.toml", '[tool.syntax-guard]\nexpected-broken = ["old/*.py"]\n')
    folder.write("app/b.py")
    for named in ((), (), ("app",), ("app",)):
        notices = check(folder, monkeypatch, HERE, *named).notices
        (line,) = notices
        assert line.startswith("app/pyproject.toml: expected-broken: 'old/*.py' matches no file")


def test_a_flag_is_named_as_what_matches_nothing(folder: Folder) -> None:
    folder.write("a.py")
    for arguments in ((), ("--isolated",)):
        run = folder.guard("check", ".", "--expected-broken=gone.py", *arguments)
        assert (run.code, run.err.count("--expected-broken: 'gone.py' matches no file")) == (0, 1)


def test_no_entry_stops_the_start_of_a_program(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, '"gone.py"', '"a.py"', FOR_3_9.replace("a.py", "b.py"), a="x = 1\n", b="x = 1\n")
    monkeypatch.chdir(folder.path)
    result = check_for_start(["."], load({}, {}, ".").for_this_interpreter())
    assert result.ok
    assert [(one.name, one.severity) for one in result.diagnostics] == [("a.py", "warning")]
    assert (result.summary.warnings, result.notices) == (1, (STALE,))
    folder.write("b.py", BROKEN)
    assert not check_for_start(["."], load({}, {}, ".").for_this_interpreter()).ok


@pytest.mark.parametrize(
    "listed",
    [
        "3", '{ path = "a.py" }', '{ targets = ["3.9"] }', '{ path = "", targets = ["3.9"] }',
        '{ path = "a.py", targets = [] }', '{ path = "a.py", targets = [3.9] }', '{ path = "a.py", targets = ["2.7"] }',
        '{ path = "a.py", target = ["3.9"] }', '{ path = "a.py", targets = ["3.9"], why = "" }',
    ],
)  # fmt: skip
def test_what_is_no_entry_is_an_error(listed: str, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, listed, a=MATCH)
    with pytest.raises(SettingsError, match="expected-broken"):
        check(folder, monkeypatch, "3.9")


def test_the_summary_does_not_call_a_listed_file_valid(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, '"a.py"', '"n.ipynb"', FOR_3_9.replace("a.py", "c.py"), a=BROKEN, b="x = 1\n", c=MATCH)
    folder.write("n.ipynb", json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": "code", "id": str(number), "metadata": {}, "outputs": [], "source": BROKEN}
        for number in range(2)
    ]}))  # fmt: skip
    result = check(folder, monkeypatch, f"3.9,{HERE}", "a.py", "b.py", "c.py", "n.ipynb")
    assert (result.diagnostics, result.summary.broken, result.summary.expected) == ((), 0, 3)
    assert summary_line(result).startswith("4 files: 1 valid, 3 broken as the settings say")
    assert start_line(result, "go").startswith("4 files: 1 valid, 3 broken as the settings say, on")
    folder.write("b.py", BROKEN)
    result = check(folder, monkeypatch, f"3.9,{HERE}", "a.py", "b.py", "c.py")
    assert (result.summary.broken, result.summary.expected) == (1, 2)
    assert summary_line(result).startswith("1 of 3 files is broken, 2 more broken as the settings say")
    folder.write("c.py", BROKEN)
    assert check(folder, monkeypatch, f"3.9,{HERE}", "c.py").summary.expected == 0, "it is red for another target"
