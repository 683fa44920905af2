"""A commit that ends a merge with conflicts: the hook judges all that it changes, as ``--staged`` does."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from pre_commit.git import get_conflicted_files  # type: ignore[import-untyped]

from syntax_guard.config.settings import load
from syntax_guard.gates.hook import check_for_hook
from syntax_guard.gates.staged import check_staged
from syntax_guard.sources.staged_index import Index

from ..targets.test_by_change import MATCH, NEW, OLD, PYPROJECT, committed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from ..conftest import Folder

    Merged: TypeAlias = Callable[[Folder], tuple[list[str], list[str]]]
    Side: TypeAlias = dict[str, str | None]

pytestmark = pytest.mark.skipif(sys.version_info < (3, 10), reason="the host has to accept the newer syntax")
DEMANDING, MODEST = PYPROJECT.format(NEW, "a"), PYPROJECT.format(OLD, "a")
ENCODED = "*.py working-tree-encoding=UTF-16LE\n"
CASES: dict[str, tuple[Side, Side, Side, list[str]]] = {
    # what both have, what theirs adds, what ours adds (None: it is deleted), and what is refused
    "a floor is lowered": ({"pyproject.toml": DEMANDING}, {"m.py": MATCH}, {"pyproject.toml": MODEST}, ["m.py"]),
    "their floor is lower": ({"pyproject.toml": DEMANDING}, {"pyproject.toml": MODEST}, {"m.py": MATCH}, ["m.py"]),
    "they delete the floor": (
        {"pyproject.toml": MODEST, "app/pyproject.toml": DEMANDING},
        {"app/pyproject.toml": None}, {"app/m.py": MATCH}, ["app/m.py"],
    ),
    "what their link leads to": (
        {"prose.txt": "x=1\n"}, {"app.py": "-> prose.txt"}, {"prose.txt": "no Python"}, ["app.py"],
    ),
    "their attributes": ({}, {".gitattributes": ENCODED}, {"b.py": "x=1\n"}, ["b.py"]),
    "their file, which passed no hook": ({}, {"b.py": "def f(:\n"}, {}, ["b.py"]),
    "nothing": ({"pyproject.toml": DEMANDING}, {"m.py": MATCH}, {"n.py": MATCH}, []),
}  # fmt: skip


def change(repository: Folder, side: Side, notes: str) -> None:
    for name, content in side.items():
        if content is None:
            repository.git("rm", "-q", name)
        elif content.startswith("-> "):
            (repository.path / name).symlink_to(content[3:])
    files = {name: content for name, content in side.items() if content and not content.startswith("-> ")}
    committed(repository, {**files, "notes.txt": notes})


def merge_with_a_conflict(repository: Folder, both: Side, theirs: Side, ours: Side) -> None:
    """Leave `repository` as a person does who has resolved the conflict in ``notes.txt``."""
    change(repository, both, "both")
    repository.git("checkout", "-qb", "topic")
    change(repository, theirs, "theirs")
    repository.git("checkout", "-q", "main")
    change(repository, ours, "ours")
    assert repository.run("git", "merge", "topic").code == 1
    repository.write("notes.txt", "resolved")
    repository.git("add", "notes.txt")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Merged:
    """The files that the hook refuses for the names that pre-commit gives it, and those that ``--staged`` refuses."""

    def check(repository: Folder) -> tuple[list[str], list[str]]:
        monkeypatch.chdir(repository.path)
        settings = load({"cache_dir": str(tmp_path_factory.getbasetemp() / "pythons")}, {}, ".")
        by_hook = check_for_hook([name for name in get_conflicted_files() if os.path.lexists(name)], settings)
        with Index(".") as index:
            by_staged = check_staged(index, settings)
        return [one.path for one in by_hook.diagnostics], [one.path for one in by_staged.diagnostics]

    return check


@pytest.mark.parametrize("case", CASES)
def test_the_hook_refuses_what_staged_refuses(repository: Folder, refused: Merged, case: str) -> None:
    *sides, broken = CASES[case]
    merge_with_a_conflict(repository, *sides)
    assert refused(repository) == (broken, broken)


def test_a_linked_work_tree(repository: Folder, refused: Merged, tmp_path: Path) -> None:
    *sides, broken = CASES["a floor is lowered"]
    merge_with_a_conflict(repository, *sides)
    repository.git("reset", "-q", "--hard")
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    linked = type(repository)(tmp_path / "linked", repository.environment)
    assert linked.run("git", "merge", "topic").code == 1
    linked.write("notes.txt", "resolved")
    linked.git("add", "notes.txt")
    assert refused(linked) == (broken, broken)


@pytest.mark.parametrize("work_tree", [None, "."])
def test_a_repository_that_variables_name(
    repository: Folder, refused: Merged, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work_tree: str | None
) -> None:
    *sides, broken = CASES["their file, which passed no hook"]
    merge_with_a_conflict(repository, *sides)
    git_dir = (repository.path / ".git").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_DIR", str(git_dir))
    if work_tree:
        monkeypatch.setenv("GIT_WORK_TREE", work_tree)
    assert refused(repository) == (broken, broken)


def test_a_file_that_git_keeps_off_the_disk(repository: Folder, refused: Merged) -> None:
    merge_with_a_conflict(repository, {"app/a.py": "x = 1\n"}, {"app/b.py": "def f(:\n"}, {})
    repository.git("sparse-checkout", "set", "--no-cone", "/*", "!/app/")
    assert not (repository.path / "app").exists()
    assert refused(repository) == (["app/b.py"], ["app/b.py"])


def test_a_folder_below_the_top(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    merge_with_a_conflict(repository, {"pyproject.toml": DEMANDING}, {"app/m.py": MATCH}, {"pyproject.toml": MODEST})
    monkeypatch.chdir(repository.path / "app")
    result = check_for_hook(["../notes.txt"], load({}, {}, "."))
    assert {one.path for one in result.diagnostics} == {"m.py"}
