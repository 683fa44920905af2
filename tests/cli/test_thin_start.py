"""What a commit waits for: one file named by a hook imports little, and starts nothing."""

from __future__ import annotations

import json
import os
import sys

import pytest

from syntax_guard.__main__ import OF_A_COMMIT, OF_A_HOOK, OF_A_PROJECT, OF_A_TREE, OF_ALL, OF_THE_INDEX

from ..conftest import Folder, python_version


def modules(*groups: tuple[str, ...]) -> set[str]:
    """The full names of the modules in `groups`."""
    return {"syntax_guard." + module for group in groups for module in group}


ALLOWED = {
    "__future__", "gc", "syntax_guard", *modules(OF_ALL, OF_A_COMMIT, OF_A_HOOK, ("targets.same_for_all",)),
}  # fmt: skip
"""Each of these takes 0.1 to 0.3 ms to import. What costs more has no place here: argparse alone takes as long as
Python's own start."""
WITH_SETTINGS = {"_imp", "posixpath", *modules(OF_A_PROJECT)}
"""What a commit imports besides where its project says something. Nothing is parsed: that is remembered."""
NOT_IN_EACH_TREE = modules(
    ("config.pyproject", "config.declarations", "config.declarations.declaration", "config.file_facts")
)
"""What reads declarations, where there are any."""
HOOK = """
import sys
before = set(sys.modules)
from syntax_guard.cli.main import main
code = main(sys.argv[1:])
print(code, *sorted(set(sys.modules) - before))
"""
"""It imports nothing of its own, which would hide that of a commit."""


IN_ORDER = """
import sys
from syntax_guard.__main__ import OF_A_COMMIT, OF_ALL, load_ahead
class ImportsNothing:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("syntax_guard."):
            sys.exit(name)
sys.meta_path.insert(0, ImportsNothing)
load_ahead([*OF_ALL, *OF_A_COMMIT, *sys.argv[1:]])
"""


def hook(folder: Folder, *arguments: str) -> tuple[int, set[str]]:
    """Exit code, and the modules that a hook's process imports for `arguments`."""
    return started(folder, *arguments, environment={"PRE_COMMIT": "1"})


def started(folder: Folder, *arguments: str, environment: dict[str, str] | None = None) -> tuple[int, set[str]]:
    """Exit code, and the modules that a process imports to check `arguments`."""
    run = folder.run(sys.executable, "-c", HOOK, "check", *arguments, environment=environment)
    code, *loaded = run.out.splitlines()[-1].split()
    return int(code), set(loaded)


def test_one_file_imports_only_what_is_listed(folder: Folder) -> None:
    folder.write("a.py", "def f():\n    return (1, [2], {3: 4})\n")
    code, loaded = hook(folder, "--hook", "--", "a.py")
    assert code == 0
    assert loaded - ALLOWED == set()


def test_settings_are_parsed_once(folder: Folder) -> None:
    folder.write("pyproject.toml", f"[tool.syntax-guard]\njobs = 2\ntarget-version = '{python_version()}'\n")
    folder.write("a.py")
    _, first = hook(folder, "--hook", "--", "a.py")
    code, second = hook(folder, "--hook", "--", "a.py")
    assert code == 0
    assert first & {"tomllib", "tomli"}
    looks_for_the_version = {"syntax_guard.targets.resolve", "syntax_guard.config.specifiers"}
    assert second - ALLOWED - WITH_SETTINGS == looks_for_the_version


def test_a_project_for_this_python_imports_nothing_that_looks_for_others(folder: Folder) -> None:
    folder.write("pyproject.toml", f"[project]\nrequires-python = '>={python_version()}'\n")
    folder.write("a.py")
    hook(folder, "--hook", "--", "a.py")
    code, second = hook(folder, "--hook", "--", "a.py")
    assert code == 0
    assert second - ALLOWED - WITH_SETTINGS == set()


def test_what_is_loaded_ahead_is_what_a_commit_of_a_project_needs(folder: Folder) -> None:
    folder.write("pyproject.toml", f"[project]\nrequires-python = '>={python_version()}'\n")
    folder.write("a.py")
    hook(folder, "--hook", "--", "a.py")
    _, loaded = hook(folder, "--hook", "--", "a.py")
    assert modules(OF_ALL, OF_A_COMMIT, OF_A_HOOK, OF_A_PROJECT) - loaded == set()


@pytest.mark.parametrize("group", [OF_A_PROJECT, OF_A_TREE, OF_THE_INDEX], ids=["a project", "a tree", "the index"])
def test_what_is_loaded_ahead_comes_behind_what_it_imports(group: tuple[str, ...], folder: Folder) -> None:
    run = folder.run(sys.executable, "-c", IN_ORDER, *group)
    assert (run.code, run.err) == (0, "")


def test_a_tree_that_is_known_to_be_green_imports_no_large_library(folder: Folder) -> None:
    for number in range(3):
        folder.write(f"{number}.py", f"x = {number}\n" * 30_000)
    hook(folder, ".")
    code, loaded = started(folder, ".")
    assert code == 0
    assert not loaded & {"re", "shutil", "contextlib", "functools", "collections", "array", "json", "importlib.util"}
    assert modules(OF_ALL, OF_A_COMMIT, OF_A_TREE) - loaded - NOT_IN_EACH_TREE == set()


@pytest.mark.parametrize("option", ["--no-cache", "--isolated", f"--target-version={python_version()}"])
def test_an_option_in_one_word_imports_no_parser_and_no_worker(folder: Folder, option: str) -> None:
    folder.write("a.py")
    code, loaded = hook(folder, option, "--hook", "--", "a.py")
    assert code == 0
    assert not loaded & {"argparse", "re", "subprocess", "threading", "tempfile", "syntax_guard.processes.worker"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no posix_spawn")
def test_the_index_is_read_without_subprocess(repository: Folder) -> None:
    repository.write("a.py")
    repository.git("add", "a.py")
    code, loaded = hook(repository, "--staged")
    assert code == 0
    assert not loaded & {"argparse", "subprocess", "threading", "tempfile", "tomllib", "hashlib"}
    assert not loaded & modules(("targets.by_project", "storage", "sources.checkout"))
    assert modules(OF_ALL, OF_A_COMMIT, OF_THE_INDEX) - loaded == set()


def test_an_edit_of_an_agent_imports_no_parser_and_nothing_that_asks_git(repository: Folder) -> None:
    path = str(repository.write("a.py"))
    event = {"hook_event_name": "PostToolUse", "cwd": str(repository.path), "tool_input": {"file_path": path}}
    run = repository.run(sys.executable, "-c", HOOK, "agent-hook", stdin=json.dumps(event).encode())
    code, *loaded = run.out.split()
    assert code == "0"
    assert "syntax_guard.gates.agent" in loaded
    assert not {"argparse", "shutil", "subprocess", "hashlib"} & {*loaded}
    needed_later = ("sources.git", "sources.git_history", "sources.changed", "storage.store", "reports.neutral")
    assert not modules(needed_later) & {*loaded}
