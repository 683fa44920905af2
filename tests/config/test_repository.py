"""A folder is the top of a work tree where git says so, whatever lies under ``.git``."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.repository import is_top, top_of

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


@pytest.mark.parametrize("ways", [["--hook", "app/new.py"], ["--staged"], ["--tracked"], ["app/new.py"], ["."]])
def test_an_empty_git_folder_hides_no_declaration(ways: list[str], repository: Folder) -> None:
    repository.write("pyproject.toml", '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.9"\n')
    repository.write("app/new.py", "match a:\n    case 1:\n        pass\n")
    repository.git("add", ".")
    (repository.path / "app/.git").mkdir()
    run = repository.check("--output-format=json", *ways)
    assert (run.code, [found[:2] for found in run.found]) == (1, [("app/new.py", "unsupported-syntax")])
