"""Messages name files as findings do: from the current folder, wherever the file lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Folder

BROKEN = "def f(:\n"
FOLDERS = {".": "apps/", "apps": "", "apps/web": "../", "docs": "../apps/"}
"""Folders of a repository, and what they call ``apps``."""
QUESTIONS = (("check", "--staged"), ("check", "../REPOSITORY"), ("targets", "../REPOSITORY/apps"))


@pytest.fixture
def apps(repository: Folder) -> Folder:
    for folder in FOLDERS:
        repository.write(f"{folder}/a.py")
    repository.git("add", ".")
    return repository


def asked(apps: Folder, arguments: tuple[str, ...], cwd: str) -> str:
    """What a run in the folder `cwd` says on standard error; it names the repository as seen from there."""
    up = "../" * len([part for part in cwd.split("/") if part != "."])
    words = [word.replace("../REPOSITORY", up.rstrip("/") or ".") for word in arguments]
    return apps.guard(*words, cwd=cwd).err


@pytest.mark.parametrize("cwd", FOLDERS)
@pytest.mark.parametrize("arguments", QUESTIONS)
def test_a_mistake_in_settings(apps: Folder, arguments: tuple[str, ...], cwd: str) -> None:
    apps.write("apps/pyproject.toml", "[tool.syntax-guard]\nexclud = []\n")
    apps.git("add", ".")
    assert f"syntax-guard: {FOLDERS[cwd]}pyproject.toml:2: tool.syntax-guard.exclud" in asked(apps, arguments, cwd)


@pytest.mark.grid
@pytest.mark.parametrize("cwd", FOLDERS)
@pytest.mark.parametrize("arguments", QUESTIONS)
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mise.toml", "[tools\n", " is ignored: line 1: "),
        ("pyproject.toml", '[project]\nrequires-python = "2.x.y"\n', ":2: requires-python 2.x.y is ignored"),
        ("pyproject.toml", "[project]\nrequires-python = 3\n", " is ignored: line 2: "),
        (".python-version", ">=3.9\n", " is ignored: "),
        ("syntax-guard-baseline.json", "{}", ": not a baseline of version 1"),
        ("pyproject.toml", '[tool.syntax-guard]\nexclude = ["!"]\n', ":2: tool.syntax-guard.exclude: "),
        ("pyproject.toml", '[tool.syntax-guard]\nexpected-broken = ["!"]\n', ":2: tool.syntax-guard.expected-broken: "),
    ],
)
def test_a_declaration(apps: Folder, arguments: tuple[str, ...], cwd: str, name: str, content: str, said: str) -> None:
    apps.write(f"apps/{name}", content)
    apps.git("add", ".")
    assert f"syntax-guard: {FOLDERS[cwd]}{name}{said}" in asked(apps, arguments, cwd)


@pytest.mark.parametrize("cwd", FOLDERS)
def test_what_git_does_not_track(apps: Folder, cwd: str) -> None:
    apps.write("apps/pyproject.toml", '[project]\nrequires-python = ">=3.9"\n')
    name = f"{FOLDERS[cwd]}pyproject.toml"
    assert f"{name} is ignored until git tracks it (git add {name})" in asked(apps, ("check", "../REPOSITORY"), cwd)


@pytest.mark.parametrize("cwd", FOLDERS)
def test_a_finding_of_what_is_staged_and_what_asked(apps: Folder, cwd: str) -> None:
    apps.write("apps/.python-version", "3.9\n")
    apps.write("apps/a.py", BROKEN)
    apps.git("add", ".")
    found = apps.guard("check", "--staged", "--output-format=concise", cwd=cwd).out
    assert found.startswith(f"{FOLDERS[cwd]}a.py:1:")
    assert f"in {FOLDERS[cwd]}.python-version:1" in found
    apps.write("apps/.python-version", "3.10\n")
    name = f"{FOLDERS[cwd]}.python-version"
    assert f"{name} has changes that are not staged; what is staged counts (git add {name})" in (
        apps.guard("check", "--staged", cwd=cwd).err
    )


@pytest.mark.parametrize("declares", [True, False])
@pytest.mark.parametrize(("cwd", "code"), [("apps", 0), (".", 1)])
def test_a_pattern_of_a_flag_counts_from_there(apps: Folder, cwd: str, code: int, *, declares: bool) -> None:
    if declares:
        apps.write(".python-version", "3.11\n")
    apps.write("apps/a.py", BROKEN)
    apps.git("add", ".")
    for option in ("--exclude", "--expected-broken"):
        assert apps.guard("check", "--staged", f"{option}=/a.py", cwd=cwd).code == code


def test_what_a_commit_holds_is_named_as_git_does(apps: Folder) -> None:
    apps.write("apps/pyproject.toml", "[tool.syntax-guard]\nexclud = []\n")
    apps.git("add", ".")
    apps.git("commit", "-q", "-m", "x")
    apps.git("commit", "-q", "--allow-empty", "-m", "y")
    said = apps.guard("check", "--commits=HEAD~", cwd="docs").err
    commit = apps.git("rev-parse", "--short=12", "HEAD~")
    assert f"syntax-guard: commit {commit}: apps/pyproject.toml:2: tool.syntax-guard.exclud" in said
