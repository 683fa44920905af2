"""Settings that are nearly ours are errors, and not ignored without a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Folder


@pytest.fixture
def tree(folder: Folder) -> Folder:
    folder.write("a.py", "x = '\\d'\n")
    return folder


@pytest.mark.parametrize(
    "table",
    [
        "tool.syntax_guard",
        "tool.syntaxguard",
        "tool.Syntax-Guard",
        "syntax-guard",
        "tool.syntax-gaurd",
        "tool.syntx-guard",
        "tool.syntax.guard",
        "tools.syntax-guard",
        "project.tool.syntax-guard",
    ],
)
def test_a_table(tree: Folder, table: str) -> None:
    tree.write("pyproject.toml", f"[{table}]\nwarnings = 'error'\n")
    run = tree.guard("check")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "[tool.syntax-guard]" in run.err


@pytest.mark.parametrize(
    "table",
    [
        "tool.ruff",
        "tool.syntax",
        "tool.guard",
        "tools.x",
        "tool.syntax.highlight",
        "tool.pytest.ini_options",
        "tool.black",
    ],
)
def test_the_table_of_another_tool(tree: Folder, table: str) -> None:
    tree.write("pyproject.toml", f"[{table}]\nwarnings = 'error'\n")
    assert tree.guard("check").code == 0


@pytest.mark.parametrize("name", ["WARNING", "WARNNGS", "EXCLUDES", "OUTPUTFORMAT", "TARGET_VERSIONS", "CACHEDIR"])
def test_a_variable(tree: Folder, name: str) -> None:
    run = tree.guard("check", environment={f"SYNTAX_GUARD_{name}": "error"})
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert f"SYNTAX_GUARD_{name} is not a setting (did you mean SYNTAX_GUARD_" in run.err


@pytest.mark.parametrize(
    "name", ["SYNTAXGUARD_WARNINGS", "SYNTAX-GUARD-EXCLUDE", "SYNTAX_GUARD_TARGET", "SYNTAX_GUARD_TARGETS"]
)
def test_a_variable_that_begins_in_another_way(tree: Folder, name: str) -> None:
    run = tree.guard("check", environment={name: "error"})
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert f"{name} is not a setting (did you mean SYNTAX_GUARD_" in run.err


def test_a_variable_in_lower_case(tree: Folder) -> None:
    run = tree.guard("check", environment={"syntax_guard_warnings": "error"})
    if os.name == "nt":  # where case makes no name, it is the setting
        assert (run.code, "syntax-warning" in run.out) == (1, True)
    else:
        assert (run.code, "syntax_guard_warnings is not a setting (did you mean SYNTAX_GUARD_" in run.err) == (2, True)


@pytest.mark.parametrize("name", ["PORT", "PORT_8000_TCP", "SERVICE_HOST", "SERVICE_PORT", "WEB_SERVICE_HOST"])
def test_what_kubernetes_sets_is_none_of_ours(tree: Folder, name: str) -> None:
    run = tree.guard("check", "--verbose", environment={f"SYNTAX_GUARD_{name}": "tcp://10.0.0.1:80"})
    assert (run.code, "not a setting" in run.err) == (0, False)


def test_a_variable_that_is_near_none_is_a_note(tree: Folder) -> None:
    environment = {"SYNTAX_GUARD_ZZZZ": "1"}
    assert "ZZZZ" not in tree.guard("check", environment=environment).err
    run = tree.guard("check", "--verbose", environment=environment)
    assert (run.code, "SYNTAX_GUARD_ZZZZ is not a setting" in run.err) == (0, True)


@pytest.mark.parametrize("name", ["WARNINGS", "EXCLUDE", "JOBS", "CACHE", "ISOLATED", "CONFIG", "QUIET", "TIME_LIMIT"])
def test_an_empty_variable_is_not_set(tree: Folder, name: str) -> None:
    tree.write("pyproject.toml", "[tool.syntax-guard]\nwarnings = 'error'\nexclude = ['b.py']\n")
    tree.write("b.py", "x = (\n")
    run = tree.check(".", environment={f"SYNTAX_GUARD_{name}": ""})
    assert run.found == [("a.py", "syntax-warning", 1)]
    assert run.code == 1
