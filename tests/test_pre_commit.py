"""The hooks, as pre-commit runs them: real git, real pre-commit, this repository by path and commit."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from .conftest import PROJECT, Folder, clean_environment

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = "def f(:\n    pass\n"
PACKAGED = ("src", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
pytestmark = pytest.mark.skipif(
    not (PROJECT / ".pre-commit-hooks.yaml").exists(), reason="the hook manifest is not beside the tests"
)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One home for all, so that pre-commit installs the hook once; pip's own configuration stays."""
    home = tmp_path_factory.mktemp("home")
    return {
        **clean_environment(home),
        "HOME": os.environ.get("HOME", str(home)),
        "PRE_COMMIT_HOME": str(home / "store"),
    }


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Folder:
    """This project as a repository of its own: what lies beside the tests, committed or not."""
    hooks = Folder(tmp_path_factory.mktemp("syntax-guard"), environment)
    for name in PACKAGED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, hooks.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, hooks.path / name)
    hooks.git("init", "-q", "-b", "main")
    hooks.git("add", "--all")
    hooks.git("commit", "-qm", "as it is")
    return hooks


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str], hooks: Folder) -> Folder:
    """A repository that uses both hooks, with its git hook installed."""
    project = Folder(tmp_path, environment)
    project.git("init", "-q", "-b", "main")
    config = f"""\
repos:
  - repo: {hooks.path}
    rev: {hooks.git("rev-parse", "HEAD")}
    hooks:
      - id: syntax-guard
      - id: syntax-guard-tree
"""
    project.write(".pre-commit-config.yaml", config)
    project.git("add", ".pre-commit-config.yaml")
    installed = project.run(sys.executable, "-m", "pre_commit", "install")
    assert installed.code == 0, installed.out + installed.err
    return project


def pre_commit(project: Folder, *arguments: str) -> tuple[int, str]:
    run = project.run(sys.executable, "-m", "pre_commit", *arguments)
    return run.code, run.out + run.err


def commit(project: Folder) -> tuple[int, str]:
    run = project.run("git", "commit", "-m", "a commit")
    return run.code, run.out + run.err


def test_a_broken_file_is_refused_and_a_mended_one_goes_through(project: Folder) -> None:
    project.write("app/main.py", BROKEN)
    project.git("add", "app/main.py")
    code, said = commit(project)
    assert code == 1
    assert "app/main.py:1:7: syntax-error" in said
    assert project.run("git", "rev-parse", "--verify", "-q", "HEAD").code != 0, "something was committed"
    project.write("app/main.py", "def f():\n    pass\n")
    project.git("add", "app/main.py")
    code, said = commit(project)
    assert code == 0, said
    assert project.git("ls-tree", "-r", "--name-only", "HEAD").splitlines() == [
        ".pre-commit-config.yaml",
        "app/main.py",
    ]


@pytest.mark.parametrize(
    ("index", "work_tree", "code"),
    [(BROKEN, "x = 1\n", 1), ("x = 1\n", BROKEN, 0)],
    ids=["broken in the index", "broken in the work tree"],
)
def test_partial_staging(project: Folder, index: str, work_tree: str, code: int) -> None:
    project.write("a.py", index)
    project.git("add", "a.py")
    project.write("a.py", work_tree)
    assert commit(project)[0] == code
    assert (project.path / "a.py").read_text() == work_tree


@pytest.mark.parametrize("name", ["a.pyi", "-x.py", "with space.py", "quo'te\".py", "ünï.py", "--quiet.py"])
def test_staged_names(project: Folder, name: str) -> None:
    project.write(name, BROKEN)
    project.git("add", "--", name)
    code, said = commit(project)
    assert code == 1
    assert f"{name}:1:7" in said


def test_a_script_by_its_shebang(project: Folder) -> None:
    project.write("script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    project.git("add", "script")
    code, said = commit(project)
    assert (code, "script:2:7" in said) == (1, True)


def test_other_files_do_not_start_the_hook(project: Folder) -> None:
    project.write("notes.txt", BROKEN)
    project.git("add", "notes.txt")
    code, said = commit(project)
    assert (code, "no files to check" in said) == (0, True)


@pytest.mark.parametrize("skipped", ["__pycache__", ".venv", "node_modules", "environment"])
def test_skipped_folders_are_skipped_when_staged(project: Folder, skipped: str) -> None:
    project.write(f"{skipped}/a.py", BROKEN)
    if skipped == "environment":
        project.write("environment/pyvenv.cfg")
    project.git("add", "--force", "--all")
    code, said = commit(project)
    assert code == 0, said


def test_renames_and_deletions(project: Folder) -> None:
    project.write("a.py")
    project.write("b.py")
    project.git("add", "--all")
    assert commit(project)[0] == 0
    project.git("mv", "a.py", "c.py")
    project.git("rm", "-q", "b.py")
    code, said = commit(project)
    assert code == 0, said


def test_run_all_files(project: Folder) -> None:
    project.write("good.py")
    project.write("deep/bad.py", BROKEN)
    project.git("add", "--all")
    code, said = pre_commit(project, "run", "--all-files")
    assert (code, "deep/bad.py:1:7" in said, "good.py" in said) == (1, True, False)


def test_the_tree_hook_at_the_manual_stage_sees_what_is_not_staged(project: Folder) -> None:
    project.write("good.py")
    project.git("add", "--all")
    assert pre_commit(project, "run", "syntax-guard-tree", "--hook-stage", "manual", "--all-files")[0] == 0
    project.write("untracked.py", BROKEN)
    code, said = pre_commit(project, "run", "syntax-guard-tree", "--hook-stage", "manual")
    assert (code, "untracked.py:1:7" in said) == (1, True)


def test_the_tree_hook_runs_before_a_push_and_not_before_a_commit(project: Folder) -> None:
    project.write("a.py")
    project.git("add", "--all")
    assert "whole tree" not in commit(project)[1]
    project.git("init", "-q", "--bare", "remote.git")
    project.git("remote", "add", "origin", str(project.path / "remote.git"))
    assert pre_commit(project, "install", "--hook-type", "pre-push")[0] == 0
    project.write("untracked.py", BROKEN)
    pushed = project.run("git", "push", "-q", "origin", "main")
    assert (pushed.code != 0, "untracked.py:1:7" in pushed.out + pushed.err) == (True, True)


def test_settings_reach_the_hook(project: Folder) -> None:
    project.write("a.py", "x = '\\d'\n")
    project.write("generated.py", BROKEN)
    project.write("pyproject.toml", '[tool.syntax-guard]\nexclude = ["generated.py"]\nwarnings = "error"\n')
    project.git("add", "--all")
    code, said = commit(project)
    assert (code, "a.py:1" in said, "generated.py" in said) == (1, True, False)


def test_try_repo(project: Folder, hooks: Folder) -> None:
    project.write("a.py", BROKEN)
    project.git("add", "--all")
    code, said = pre_commit(project, "try-repo", str(hooks.path), "syntax-guard", "--files", "a.py")
    assert (code, "a.py:1:7" in said) == (1, True)


def test_the_floor_of_requires_python_is_judged_without_language_version(project: Folder) -> None:
    project.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    project.write("app.py", "match x:\n    case 1:\n        pass\n")
    project.git("add", "app.py", "pyproject.toml")
    code, said = commit(project)
    assert code == 1
    assert "app.py:1:" in said
    assert "3.8" in said
