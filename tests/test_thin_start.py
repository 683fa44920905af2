"""What a commit waits for: one file named by a hook imports little, and starts nothing."""

from __future__ import annotations

import json
import os
import sys

import pytest

from .conftest import Folder, python_version

ALLOWED = {
    "__future__", "errno", "gc", "warnings",
    *("syntax_guard" + room for room in (
        "", ".answers", ".check", ".cli", ".errors", ".judge", ".model", ".options", ".patterns", ".python_files",
        ".questions", ".reading", ".settings", ".sources", ".store", ".targets", ".versions", "._probe",
    )),
}  # fmt: skip
"""Each of these takes 0.1 to 0.3 ms to import. What costs more has no place here: argparse alone takes as long as
Python's own start."""
WITH_SETTINGS = {"_imp", "syntax_guard.pyproject"}
HOOK = """
import json, sys
before = set(sys.modules)
from syntax_guard.cli import main
code = main(sys.argv[1:])
loaded = sorted(set(sys.modules) - before)
print(json.dumps([code, loaded]))
"""


def hook(folder: Folder, *arguments: str) -> tuple[int, set[str]]:
    """Exit code, and the modules that a hook's process imports for `arguments`."""
    run = folder.run(sys.executable, "-c", HOOK, "check", *arguments, environment={"PRE_COMMIT": "1"})
    code, loaded = json.loads(run.out)
    return code, set(loaded)


def test_one_file_imports_only_what_is_listed(folder: Folder) -> None:
    folder.write("a.py", "def f():\n    return (1, [2], {3: 4})\n")
    code, loaded = hook(folder, "a.py")
    assert code == 0
    assert loaded - ALLOWED == set()


def test_settings_are_parsed_once(folder: Folder) -> None:
    folder.write("pyproject.toml", f"[tool.syntax-guard]\njobs = 2\ntarget-version = '{python_version()}'\n")
    folder.write("a.py")
    _, first = hook(folder, "a.py")
    code, second = hook(folder, "a.py")
    assert code == 0
    assert first & {"tomllib", "tomli"}
    assert second - ALLOWED - WITH_SETTINGS == set()


@pytest.mark.parametrize("arguments", [["--no-cache"], ["--isolated"]], ids=" ".join)
def test_an_option_costs_its_parser_and_no_worker(folder: Folder, arguments: list[str]) -> None:
    folder.write("a.py")
    code, loaded = hook(folder, *arguments, "a.py")
    assert code == 0
    assert not loaded & {"subprocess", "threading", "tempfile", "syntax_guard.worker"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no posix_spawn")
def test_the_index_is_read_without_subprocess(repository: Folder) -> None:
    repository.write("a.py")
    repository.git("add", "a.py")
    run = repository.run(sys.executable, "-c", HOOK, "check", "--staged", environment={"PRE_COMMIT": "1"})
    code, loaded = json.loads(run.out)
    assert code == 0
    assert not set(loaded) & {"argparse", "subprocess", "threading", "tempfile", "tomllib", "hashlib"}
