"""Targets as the installed command shows them, and docs/targets.md held to that."""

from __future__ import annotations

import re

import pytest

from ..conftest import PROJECT, Folder
from ..pythons import NAME, program

DOCUMENT = PROJECT / "docs" / "targets.md"
ROW = re.compile(r"\| `(--target-version|--python|requires-python =) (\S+)` \| `([^`…]+)` \|")
ROWS = ROW.findall(DOCUMENT.read_text(encoding="utf-8")) if DOCUMENT.exists() else []


@pytest.mark.skipif(not ROWS, reason="the documentation is not beside the tests")
@pytest.mark.parametrize(("asks", "value", "line"), ROWS, ids=[f"{asks} {value}" for asks, value, _ in ROWS])
def test_a_line_in_the_documentation_is_what_the_command_says(asks: str, value: str, line: str, folder: Folder) -> None:
    folder.write("app.py")
    folder.write(".venv/bin/python").chmod(0o755)
    arguments = [asks, value] if asks.startswith("--") else []
    if not arguments:
        folder.write("pyproject.toml", f"[project]\nrequires-python = {value}\n")
    run = folder.guard("check", "app.py", *arguments)
    assert run.code == (2 if arguments else 0)  # what is inferred stops no run
    assert run.err == f"syntax-guard: {line}\n".replace("CPython 3.13.0", NAME)


def test_there_are_such_lines() -> None:
    if not DOCUMENT.exists():
        pytest.skip("the documentation is not beside the tests")
    assert len(ROWS) >= 7


def test_the_verb_looks_again_each_time_and_says_where(folder: Folder) -> None:
    for _ in range(2):
        run = folder.guard("targets", "--target-version", "3.98")
        assert run.code == 2
        assert "no Python here answers for 3.98" in run.out
        assert "python3.98 was looked for in:" in run.out


def test_an_interpreter_that_is_not_what_it_said_gives_no_verdict(folder: Folder) -> None:
    """What is remembered of an interpreter, or of what a wrapper leads to, may have become wrong."""
    folder.write("app.py")
    code = """
import os, sys
if "-c" in sys.argv:
    sys.version_info, sys.version, sys.executable = (3, 8, 99), "3.8.99", ""
    exec(sys.argv[-1])
else:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
    python = program(folder.path / "python", code)
    run = folder.check("--python", python, "app.py")
    assert run.code == 1
    assert run.found == [("app.py", "crashed", None)]
    assert run.json["diagnostics"][0]["message"] == f"the interpreter is {NAME} and no longer CPython 3.8.99"
