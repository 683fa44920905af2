"""Every hook runner that the documentation names refuses a broken file, lets a fixed one through, and is what doctor
takes it for."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from syntax_guard.doctor.examine import examine
from syntax_guard.doctor.trial import tried

from .written import TOOLS, Project, block, published

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def needs(runner: str) -> None:
    if shutil.which(runner, path=TOOLS) is None:
        pytest.skip(f"{runner} is not installed (extra ecosystem)")


def from_repository(title: str, project: Project, folder: Path) -> None:
    text = block(title).replace("https://github.com/syntax-guard/syntax-guard", published(folder).as_uri())
    project.write(title, text)


def pre_commit(project: Project, folder: Path) -> None:
    needs("pre-commit")
    from_repository(".pre-commit-config.yaml", project, folder)
    project.run("pre-commit", "install")


def prek(project: Project, folder: Path) -> None:
    needs("prek")
    from_repository(".pre-commit-config.yaml", project, folder)
    project.run("prek", "install")


def prek_toml(project: Project, folder: Path) -> None:
    needs("prek")
    from_repository("prek.toml", project, folder)
    project.run("prek", "install")


def lefthook(project: Project, _folder: Path) -> None:
    needs("lefthook")
    project.write("lefthook.yml", block("lefthook.yml"))
    project.run("lefthook", "install")


def husky(project: Project, _folder: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    package = {"private": True, "scripts": {"prepare": "husky"}, "devDependencies": {"husky": "^9"}}
    project.write("package.json", json.dumps(package))
    project.write(".gitignore", "node_modules\npackage-lock.json\n")
    project.write(".husky/pre-commit", block(".husky/pre-commit"))
    project.run("npm", "install", "--no-audit", "--no-fund")


def plain(project: Project, _folder: Path) -> None:
    project.write(".git/hooks/pre-commit", block(".git/hooks/pre-commit")).chmod(0o755)


def shared(project: Project, _folder: Path) -> None:
    project.write(".githooks/pre-commit", block(".git/hooks/pre-commit")).chmod(0o755)
    project.run("git", "config", "core.hooksPath", ".githooks")


NOT_READ = ("prek_toml", "lefthook", "husky")
"""Of these runners doctor cannot tell what they do, but with --try=all."""
FAST = [plain, shared, lefthook]
SLOW = [pytest.param(runner, marks=pytest.mark.slow) for runner in (pre_commit, prek, prek_toml, husky)]


def commit_gate(project: Project) -> list[str]:
    return [finding.state for finding in examine(str(project.folder)) if finding.gate == "commit"]


def gates(project: Project) -> dict[str, str]:
    found = [finding for finding in examine(str(project.folder)) if finding.gate in ("commit", "merge", "push")]
    return {finding.gate: finding.state for finding in found}


def commit_trial(project: Project) -> list[str]:
    found = tried(str(project.folder), project.environment, all_hooks=True)
    return [f"{finding.state} ({finding.how})" for finding in found if finding.gate == "commit"]


@pytest.mark.parametrize("install", [*FAST, *SLOW])
def test_the_hook_refuses_what_is_broken(install: Callable[[Project, Path], None], tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert commit_gate(project) == ["missing"]
    install(project, tmp_path)
    assert commit_gate(project) == ["cannot-tell" if install.__name__ in NOT_READ else "ok"]
    assert commit_trial(project) == ["ok (tried)"]

    project.write("main.py", "a = (\n")
    refused = project.commit()
    assert refused.returncode != 0
    assert "main.py" in refused.stdout + refused.stderr

    project.write("main.py", "a = ()\n")
    passed = project.commit()
    assert passed.returncode == 0, passed.stdout + passed.stderr


@pytest.mark.parametrize("install", [plain, lefthook])
def test_the_index_is_what_counts(install: Callable[[Project, Path], None], tmp_path: Path) -> None:
    project = Project(tmp_path)
    install(project, tmp_path)
    project.write("main.py", "a = (\n")
    project.run("git", "add", "main.py")
    project.write("main.py", "a = ()\n")
    assert project.run("git", "commit", "-q", "-m", "change", check=False).returncode != 0


@pytest.mark.slow
@pytest.mark.parametrize("manager", [pre_commit, prek])
def test_merges_and_pushes_are_refused_as_doctor_says(manager: Callable[[Project, Path], None], tmp_path: Path) -> None:
    project = Project(tmp_path)
    manager(project, tmp_path)
    assert gates(project) == {"commit": "ok", "merge": "ok", "push": "ok"}

    assert project.commit().returncode == 0
    project.run("git", "checkout", "-q", "-b", "side")
    project.write("side.py", "a = (\n")
    project.run("git", "add", "side.py")
    project.run("git", "commit", "-q", "--no-verify", "-m", "side")
    project.run("git", "init", "-q", "--bare", str(tmp_path / "remote.git"))
    push = ("git", "push", "-q", str(tmp_path / "remote.git"), "HEAD:refs/heads/main")
    refused = project.run(*push, check=False)
    assert refused.returncode != 0
    assert "side.py" in refused.stdout + refused.stderr
    project.run("git", "checkout", "-q", "main")
    project.run("git", "commit", "-q", "--no-verify", "--allow-empty", "-m", "other")
    assert project.run(*push, check=False).returncode == 0
    merged = project.run("git", "merge", "--no-ff", "-m", "merge", "side", check=False)
    assert merged.returncode != 0
    assert "side.py" in merged.stdout + merged.stderr
