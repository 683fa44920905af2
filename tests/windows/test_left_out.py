"""The table of what is left out on Windows: each test in it is there, has a reason, and they do not become more."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

from ..conftest import PROJECT
from .left_out import Entry, chosen, entries, too_many
from .sitecustomize import starting_again

MOST = 640
"""Tests that are left out on Windows. Lower it when more of them run there; to raise it is to give one up."""


def test_they_do_not_become_more() -> None:
    assert sum(entry.most for entry in entries()) == MOST


def test_each_reason_is_given_once_and_is_one() -> None:
    reasons = [entry.reason for entry in entries()]
    assert len(set(reasons)) == len(reasons)
    assert all(len(reason) > 5 for reason in reasons)


@pytest.mark.parametrize("name", [*chosen("core"), *chosen("long"), *(test for one in entries() for test in one.tests)])
def test_what_is_named_is_there(name: str) -> None:
    path, *inside = name.split("::")
    assert (PROJECT / path).exists()
    text = Path(PROJECT / path).read_text("utf-8") if inside else ""
    for part in inside:
        name = part.partition("[")[0]
        assert f"def {name}(" in text or f"class {name}" in text, part


@pytest.mark.slow
def test_each_test_that_is_named_is_one_that_pytest_finds() -> None:
    """Also with its parameters: a name that nothing has leaves nothing out."""
    names = [test for entry in entries() for test in entry.tests]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *names]
    found = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]


TRUE_ON_WINDOWS = (
    r"""os\.name == 'nt'|sys\.platform != 'linux'|not (hasattr\(os, '(fork|mkfifo|geteuid)'\)|.*'/proc/)"""
)


def skipped_on_windows() -> set[tuple[str, str]]:
    """The tests' files, and the reasons for which their marks leave tests out on Windows."""
    found = set()
    for top in (*chosen("core"), *chosen("long")):
        for path in Path(PROJECT / top).rglob("*.py") if Path(PROJECT / top).is_dir() else [PROJECT / top]:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.skipif":
                    reason = next(one.value for one in node.keywords if one.arg == "reason")
                    if isinstance(reason, ast.Constant) and re.match(TRUE_ON_WINDOWS, ast.unparse(node.args[0])):
                        found.add((path.name, str(reason.value)))
    return found


def test_each_mark_that_leaves_a_test_out_has_a_row() -> None:
    known = {entry.reason for entry in entries()}
    marks = skipped_on_windows()
    assert len(marks) > 20
    assert {(path, reason) for path, reason in marks if reason not in known} == set()


@pytest.mark.parametrize(
    ("test", "covered"),
    [("t/a.py::f", True), ("t/a.py::f[1]", True), ("t/a.py::fg", False), ("t/b/c.py::x", True), ("t/bc.py::x", False)],
)
def test_an_entry_covers_a_test_and_what_belongs_to_it(test: str, covered: bool) -> None:
    assert Entry("why", 1, ("t/a.py::f", "t/b")).covers(test) == covered


def test_more_than_the_table_allows_is_said() -> None:
    table = [Entry("no cat", 2), Entry("no dog", 1)]
    assert too_many(Counter({"no cat": 2, "no dog": 1}), table) == []
    assert len(too_many(Counter({"no cat": 3, "no bird": 1}), table)) == 2


class LostError(OSError):
    """As Windows has it."""

    def __init__(self, winerror: int) -> None:
        self.winerror = winerror


@pytest.mark.parametrize(("fails", "starts"), [([1359], 2), ([1359, 1359], 2), ([2], 1), ([], 1)])
def test_a_program_is_started_once_more_where_wine_lost_it(fails: list[int], starts: int) -> None:
    left, started = [*fails], []

    def start(name: str) -> str:
        started.append(name)
        if left:
            raise LostError(left.pop(0))
        return name

    with pytest.raises(LostError) if len(fails) == starts else nullcontext():
        assert starting_again(start)("a.exe") == "a.exe"
    assert started == ["a.exe"] * starts
