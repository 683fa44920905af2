"""The table of what is left out on Windows: each test in it is there, has a reason, and they do not become more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ..conftest import PROJECT
from .left_out import Entry, chosen, entries, too_many

MOST = 1100
"""Tests that may be left out on Windows. Lower it when more of them run there; to raise it is to give one up."""


def test_they_do_not_become_more() -> None:
    assert sum(entry.most for entry in entries()) <= MOST


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
