"""A declaration that git tracks and that is not on the disk: left out by a sparse checkout, or deleted alone."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import SPEAKING
from syntax_guard.sources import git
from syntax_guard.sources.work_tree import work_tree

if TYPE_CHECKING:
    from typing import Any

    from ..conftest import Folder

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
FLOOR = '[project]\nrequires-python = ">=3.8"\n'
MATCH = "match x:\n    case 1: pass\n"
WAYS = {
    "a search": (".",), "inside": ("app",), "named": ("app/src/main.py",), "tracked": ("--tracked",),
    "a hook": ("--hook", "--", "app/src/main.py"), "staged": ("--staged",),
}  # fmt: skip
INDEXES: dict[str, list[tuple[str, ...]]] = {
    "version 3": [],
    "version 4": [("update-index", "--index-version", "4")],
    "split": [("update-index", "--split-index")],
    "sparse": [("sparse-checkout", "set", "--cone", "--sparse-index", "app/src")],
    "sparse, version 4": [
        ("sparse-checkout", "set", "--cone", "--sparse-index", "app/src"),
        ("update-index", "--index-version", "4"),
    ],
}
"""How git keeps its index, by the commands that make it do so."""


def refused(repository: Folder, *arguments: str) -> list[tuple[str, str]]:
    said = repository.check(*arguments).json
    return [(one["path"].replace("src/", "app/src/") if one["path"].startswith("src/") else one["path"], target)
            for one in said["diagnostics"] for target in one["targets"]]  # fmt: skip


@pytest.fixture
def sparse(repository: Folder) -> Folder:
    """A floor that is left out, and beside the checkout an image that a compose file builds."""
    repository.write("app/pyproject.toml", FLOOR)
    repository.write("app/src/main.py", MATCH)
    repository.write("built/main.py", MATCH)
    repository.write("docker/api", "FROM python:3.8\n")
    repository.write("compose.yaml", "services: {a: {build: {context: built, dockerfile: ../docker/api}}}\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    return repository


@pytest.mark.grid
@pytest.mark.parametrize("index", ["version 3", "version 4", "split"])
@pytest.mark.parametrize("way", WAYS)
def test_what_a_sparse_checkout_leaves_out_decides(sparse: Folder, way: str, index: str) -> None:
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/app/pyproject.toml")
    assert not (sparse.path / "app" / "pyproject.toml").exists()
    for command in INDEXES[index]:
        sparse.git(*command)
    if way == "staged":
        sparse.write("app/src/main.py", MATCH + "\n")
        sparse.git("add", "app/src/main.py")
    assert ("app/src/main.py", "3.8") in refused(sparse, *WAYS[way])


@pytest.mark.parametrize("index", INDEXES)
def test_an_image_of_a_folder_that_is_left_out_decides(sparse: Folder, index: str) -> None:
    sparse.git("sparse-checkout", "set", "--cone", "built")
    for command in INDEXES[index]:
        sparse.git(*(word.replace("app/src", "built") for word in command))
    assert not (sparse.path / "docker").exists()
    assert (b"sdir\0\0\0\0" in (sparse.path / ".git" / "index").read_bytes()) == ("sparse" in index)
    assert refused(sparse, "built") == [("built/main.py", "3.8")]


def test_a_file_laid_over_a_compose_file_that_is_left_out_decides(sparse: Folder) -> None:
    sparse.write("docker/api", f"FROM python:3.8 AS old\nFROM python:{HERE}\n")
    sparse.write("compose.override.yaml", "services: {a: {build: {target: old}}}\n")
    sparse.git("add", ".")
    sparse.git("sparse-checkout", "set", "--no-cone", "/built")
    assert refused(sparse, "built") == [("built/main.py", "3.8")]


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_that_leads_to_what_is_left_out_decides(sparse: Folder) -> None:
    sparse.write("shared/floor.toml", FLOOR)
    for folder in ("on", "off"):
        sparse.write(f"{folder}/main.py", MATCH)
        (sparse.path / folder / "pyproject.toml").symlink_to("../shared/floor.toml")
    (sparse.path / "off" / "setup.cfg").symlink_to("setup.cfg")
    sparse.git("add", ".")
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/shared", "!/off/pyproject.toml", "!/off/setup.cfg")
    assert refused(sparse, "on", "off") == [("off/main.py", "3.8"), ("on/main.py", "3.8")]


def test_it_is_asked_anew_in_a_warm_tree(sparse: Folder) -> None:
    settle = 1.1  # seconds after which a stamp is believed
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/app/pyproject.toml", "!/compose.yaml")
    blob = sparse.run("git", "hash-object", "-w", "--stdin", stdin=b"[project]\n").out.strip()
    floor = sparse.git("rev-parse", ":app/pyproject.toml")
    for content, found in ((blob, []), (blob, []), (floor, [("app/src/main.py", "3.8")])):
        sparse.git("update-index", "--cacheinfo", f"100644,{content},app/pyproject.toml")
        sparse.git("update-index", "--skip-worktree", "app/pyproject.toml")
        time.sleep(settle)
        assert refused(sparse, "app") == found


@pytest.mark.parametrize("for_commit", [False, True])
@pytest.mark.parametrize("index", INDEXES)
def test_git_is_asked_once_for_all_that_may_be_left_out(
    sparse: Folder, index: str, monkeypatch: pytest.MonkeyPatch, *, for_commit: bool
) -> None:
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/app/pyproject.toml")
    for command in INDEXES[index]:
        sparse.git(*command)
    asked, begin = [], git.begin

    def counted(folder: str, *arguments: str, **more: Any) -> Any:
        asked.append(arguments)
        return begin(folder, *arguments, **more)

    monkeypatch.setattr(git, "begin", counted)
    tree = work_tree(str(sparse.path), for_commit=for_commit)
    for folder in ("", "app/", "app/src/"):
        for name in SPEAKING:
            tree.start(folder + name, 4096)
    listed = Counter(arguments[-1] for arguments in asked if arguments[0] == "ls-files")
    assert set(listed.values()) == {1}
    assert len(listed) <= 1 + 2 + len(["compose.yaml", "app/pyproject.toml"]), (
        "once, for each folder, and what is there"
    )


def test_a_refused_commit_does_not_call_it_a_change(sparse: Folder) -> None:
    sparse.git("sparse-checkout", "set", "--no-cone", "/*", "!/app/pyproject.toml")
    sparse.write("app/src/main.py", "x = (\n")
    sparse.git("add", "app/src/main.py")
    run = sparse.guard("check", "--staged")
    assert (run.code, run.err) == (1, "")


NOTED = {"a search": ".", "below": "app/src", "named": "app/src/main.py", "tracked": "--tracked"}


@pytest.mark.grid
@pytest.mark.parametrize("index", [(), ("update-index", "--index-version", "4")], ids=["version 2", "version 4"])
@pytest.mark.parametrize("way", NOTED)
def test_what_is_deleted_and_not_staged_is_a_note(sparse: Folder, way: str, index: tuple[str, ...]) -> None:
    if index:
        sparse.git(*index)
    (sparse.path / "app" / "pyproject.toml").unlink()
    run = sparse.guard("check", NOTED[way])
    said = "app/pyproject.toml is deleted here and not staged, so "
    assert (run.code, said in run.err) == (0 if way != "tracked" and way != "a search" else 1, True)
    assert "`check --staged` and CI still ask requires-python >=3.8 (git rm app/pyproject.toml)\n" in run.err
    assert "../pyproject.toml is deleted here and not staged, so " in sparse.guard("check", cwd="app/src").err
    sparse.git("rm", "-q", "app/pyproject.toml")
    assert said not in sparse.guard("check", NOTED[way]).err


def test_what_is_deleted_is_no_note_where_it_says_nothing_or_nothing_is_below(sparse: Folder) -> None:
    sparse.write("app/setup.cfg", "[flake8]\n")
    sparse.write("app/syntax-guard-baseline.json", '{"version": 1, "broken": []}\n')
    sparse.git("add", ".")
    (sparse.path / "app" / "setup.cfg").unlink()
    assert "deleted" not in sparse.guard("check", "app").err
    (sparse.path / "app" / "pyproject.toml").unlink()
    assert "deleted" not in sparse.guard("check", "built").err
    assert "deleted" not in sparse.guard("check", "--hook", "--", "app/src/main.py").err, "pre-commit puts it back"
    assert "app/pyproject.toml is deleted" in sparse.guard("targets").err


@pytest.mark.parametrize("would_ask_git", [False, True])
def test_without_git_the_disk_alone_counts(sparse: Folder, *, would_ask_git: bool) -> None:
    (sparse.path / "app" / "pyproject.toml").unlink()
    more = {"GIT_CONFIG_COUNT": "0"} if would_ask_git else {}  # git alone knows what such a variable means
    run = sparse.guard("check", "app", environment={"PATH": str(sparse.path), **more})
    assert run.code == 0
    assert "app/pyproject.toml is deleted here and not staged, so " in run.err
