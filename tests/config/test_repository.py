"""A folder is the top of a work tree where git says so, whatever lies under ``.git``."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.repository import is_top, top_of
from syntax_guard.sources.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Folder


def _made(here: Folder, *words: str) -> None:
    assert subprocess.run(words, cwd=here.path, check=False).returncode == 0, words


BELOW: dict[str, Callable[[Folder], object]] = {
    "nothing": lambda here: (here.path / "app").mkdir(),
    "an empty folder": lambda here: (here.path / "app/.git").mkdir(parents=True),
    "a folder with other files": lambda here: (here.write("app/.git/config"), here.write("app/.git/hooks/a")),
    "a link to nothing": lambda here: _made(here, "sh", "-c", "mkdir app && ln -s nowhere app/.git"),
    "a link to an empty folder": lambda here: _made(here, "sh", "-c", "mkdir app e && ln -s ../e app/.git"),
    "a repository": lambda here: here.git("init", "-q", "app"),
    "a link to the folder of a repository": lambda here: _made(here, "sh", "-c", "mkdir app && ln -s ../.git app/.git"),
    "a work tree of a repository": lambda here: here.git("worktree", "add", "-q", "app"),
}


@pytest.mark.parametrize("below", BELOW)
def test_the_top_is_the_one_that_git_names(below: str, repository: Folder) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", "a")
    if os.name == "nt" and "link" in below:
        pytest.skip("needs symbolic links")
    BELOW[below](repository)
    app = os.path.realpath(repository.path / "app")
    said = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], cwd=app, env=repository.environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert top_of(app) == os.path.normpath(said.stdout.rstrip("\n"))
    assert is_top(app) == (top_of(app) == app)


def _head(said: str, *parts: str) -> Callable[[Folder], object]:
    """What makes ``app/.git`` with those parts of a repository, and a HEAD."""

    def make(here: Folder) -> None:
        for part in parts:
            (here.path / "app/.git" / part).mkdir(parents=True)
        here.write("app/.git/HEAD", said)

    return make


BRANCH, WHOLE = "ref: refs/heads/main\n", ("objects", "refs")
BEGINS: dict[str, tuple[bool, Callable[[Folder], object]]] = {
    "a HEAD alone": (False, _head(BRANCH)),
    "a HEAD and refs": (False, _head(BRANCH, "refs")),
    "a HEAD and objects": (False, _head(BRANCH, "objects")),
    "all three": (True, _head(BRANCH, *WHOLE)),
    "a HEAD that names no ref": (False, _head("ref: heads/main\n", *WHOLE)),
    "a HEAD with more spaces": (True, _head("ref:\t refs/x\n", *WHOLE)),
    "a HEAD that says something else": (False, _head("bogus\n", *WHOLE)),
    "an empty HEAD": (False, _head("", *WHOLE)),
    "a commit as HEAD": (True, _head("0123456789abcdefABCDEF0123456789abcdef01\n", *WHOLE)),
    "most of a commit as HEAD": (False, _head("0123456789abcdef0123456789abcdef0123456\n", *WHOLE)),
    "a file that is empty": (False, lambda here: here.write("app/.git", "")),
    "a file that names nothing": (False, lambda here: here.write("app/.git", "x = 1\n")),
    "a file that names what is not there": (False, lambda here: here.write("app/.git", "gitdir: ../gone\n")),
    "a file that names a folder": (False, lambda here: here.write("app/.git", "gitdir: .\n")),
    "a file that names a repository": (True, lambda here: here.write("app/.git", "gitdir: ../.git\n")),
    "a file that names one without a space": (False, lambda here: here.write("app/.git", "gitdir:../.git\n")),
    "a repository of its own": (True, lambda here: here.git("init", "-q", "app")),
    "a work tree": (True, lambda here: here.git("worktree", "add", "-q", "app")),
    "a work tree whose repository is gone": (
        False, lambda here: (here.git("worktree", "add", "-q", "app"), here.write("app/.git", "gitdir: ../.git/x\n")),
    ),
}  # fmt: skip
"""Whether git takes it for a repository, and what makes it."""


@pytest.mark.parametrize("below", BEGINS)
def test_a_repository_begins_where_git_looks_no_deeper(below: str, repository: Folder) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", "a")
    begins, make = BEGINS[below]
    make(repository)
    repository.write("app/new.py")
    listed = repository.git("ls-files", "--others").split()
    assert (listed == ["app/"]) == begins, "git takes it so"
    assert is_top(str(repository.path / "app")) == begins


WORK_TREES: dict[str, list[list[str]]] = {
    "nothing": [],
    "a folder below": [["core.worktree", "../app"]],
    "itself": [["core.worktree", ".."]],
    "a folder beside": [["core.worktree", "../../beside"]],
    "none": [["core.bare", "true"]],
    "none, and a folder": [["core.bare", "true"], ["core.worktree", "../app"]],
    "another section": [["core.x.worktree", "../app"], ["other.worktree", "../app"]],
    "a folder for this work tree alone": [
        ["extensions.worktreeConfig", "true"], ["--worktree", "core.worktree", "../app"],
    ],
    "a name in quotes": [["core.worktree", "../ap;p"]],
    "the last of two": [["core.worktree", "../app"], ["--add", "core.worktree", ".."]],
}  # fmt: skip


@pytest.mark.parametrize("said", WORK_TREES)
def test_the_work_tree_is_where_its_configuration_says(said: str, repository: Folder) -> None:
    for folder in ("app/deep", "ap;p", "other", "../beside"):
        (repository.path / folder).mkdir(parents=True)
    for setting in WORK_TREES[said]:
        repository.git("config", *setting)
    for folder in (".", "app", "app/deep", "ap;p", "other", "../beside"):
        real = os.path.realpath(repository.path / folder)
        asked = ["git", "rev-parse", "--is-inside-work-tree", "--show-toplevel"]
        run = subprocess.run(asked, cwd=real, env=repository.environment, capture_output=True, text=True, check=False)
        inside, _, top = run.stdout.rstrip("\n").partition("\n")
        expected = os.path.normpath(top) if inside == "true" else None
        assert top_of(real) == Places(real, ()).top() == expected, folder


LINES = (
    "worktree=../app", "WorkTree  =  ../app", "worktree = ../app # here", 'worktree = "../app" ; here', "BARE = true",
    "bare", "bare =", "bare = yes ; no tree", "bare=false", "# worktree = ../app", "worktreex = ../app",
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_the_work_tree_is_where_a_line_says_however_it_is_written(line: str, repository: Folder) -> None:
    (repository.path / "app").mkdir()
    repository.write(".git/config", f"[core]\n\trepositoryformatversion = 0\n\t{line}\n")
    for folder in (".", "app"):
        real = os.path.realpath(repository.path / folder)
        asked = ["git", "rev-parse", "--is-inside-work-tree", "--show-toplevel"]
        run = subprocess.run(asked, cwd=real, env=repository.environment, capture_output=True, text=True, check=False)
        inside, _, top = run.stdout.rstrip("\n").partition("\n")
        assert top_of(real) == (os.path.normpath(top) if inside == "true" else None), folder


@pytest.mark.parametrize("ways", [["--hook", "a.py"], ["--staged"], ["--tracked"], ["a.py"], ["."]])
def test_what_a_work_tree_below_its_repository_tracks_counts(ways: list[str], repository: Folder) -> None:
    repository.git("config", "core.worktree", "../app")
    repository.write("app/pyproject.toml", '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.9"\n')
    repository.write("app/a.py", "match a:\n    case 1:\n        pass\n")
    assert repository.run("git", "-C", "app", "add", ".").code == 0
    run = repository.check(*ways, cwd="app")
    assert (run.code, [found[:2] for found in run.found], run.err) == (1, [("a.py", "unsupported-syntax")], "")


HALF_MADE: dict[str, Callable[[Folder], object]] = {
    "an empty folder": lambda here: (here.path / "app/.git").mkdir(),
    "a HEAD alone": _head(BRANCH),
    "a HEAD that says something else": _head("bogus\n", *WHOLE),
    "an empty file": lambda here: here.write("app/.git", ""),
}


@pytest.mark.parametrize("half", HALF_MADE)
@pytest.mark.parametrize("ways", [["--hook", "app/new.py"], ["--staged"], ["--tracked"], ["app/new.py"], ["."]])
def test_what_is_no_repository_hides_no_declaration(half: str, ways: list[str], repository: Folder) -> None:
    repository.write("pyproject.toml", '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.9"\n')
    repository.write("app/new.py", "match a:\n    case 1:\n        pass\n")
    repository.git("add", ".")
    HALF_MADE[half](repository)
    run = repository.check("--output-format=json", *ways)
    assert (run.code, [found[:2] for found in run.found]) == (1, [("app/new.py", "unsupported-syntax")])
