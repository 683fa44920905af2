"""The gates at merges and pushes, with each way to install them: real git, real pre-commit, real prek."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ..documents.pages import run_by
from .written import TOOLS, Project, environment, published

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow
BROKEN = "a = (\n"
BODY = "".join(f"    x = {number}\n" for number in range(9))


def page(title: str) -> str:
    (text,) = [block.text for block in run_by(".ci/ecosystem") if block.title == title]
    return text


class Home:
    """The tool as a repository, and what the runners keep for all projects."""

    def __init__(self, folder: Path) -> None:
        self.environment = environment(folder)
        self.tool = published(folder)
        self.config = f"""\
default_install_hook_types: [pre-commit, pre-merge-commit, pre-push]
repos:
  - repo: {self.tool}
    rev: v0.1.0
    hooks:
      - id: syntax-guard
      - id: syntax-guard-tree
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


def plain(project: Project, _: Home) -> None:
    for name in ("pre-commit", "pre-merge-commit"):
        project.write(f".git/hooks/{name}", "#!/bin/sh\nexec syntax-guard check --staged\n").chmod(0o755)
    project.write(".git/hooks/pre-push", page(".git/hooks/pre-push")).chmod(0o755)


def pre_commit(project: Project, home: Home) -> None:
    project.write(".pre-commit-config.yaml", home.config)
    project.run("pre-commit", "install")


def prek(project: Project, home: Home) -> None:
    if shutil.which("prek", path=TOOLS) is None:
        pytest.skip("prek is not installed (extra ecosystem)")
    project.write(".pre-commit-config.yaml", home.config)
    project.run("prek", "install")


@pytest.fixture(params=[plain, pre_commit, prek])
def project(request: pytest.FixtureRequest, tmp_path: Path, home: Home) -> Project:
    """A project with all three hooks, a remote repository, and two branches whose merge is broken."""
    project = Project(tmp_path)
    project.environment = home.environment
    install: Callable[[Project, Home], None] = request.param
    install(project, home)
    project.run("git", "init", "-q", "--bare", str(tmp_path / "remote.git"))
    project.run("git", "remote", "add", "origin", str(tmp_path / "remote.git"))
    unseen(project, {"f.py": f"def f(a):\n{BODY}"})
    for branch, files in (
        ("parameter", {"f.py": f"def f(a, b):\n{BODY}"}),
        ("conflict", {"f.py": f"def f(a):\n{BODY}    nothing = 1\n"}),
        ("other", {"other.py": "x = 1\n"}),
        ("bad", {"bad.py": BROKEN}),
    ):
        project.run("git", "checkout", "-q", "-b", branch, "main")
        unseen(project, files)
    project.run("git", "checkout", "-q", "main")
    project.run("git", "push", "-q", "--no-verify", "origin", "main")
    project.run("git", "checkout", "-q", "-b", "topic")
    unseen(project, {"f.py": f"def f(a):\n{BODY}    global b\n"})
    return project


def unseen(project: Project, files: dict[str, str], message: str = "more") -> None:
    """A commit that no hook sees."""
    for name, text in files.items():
        project.write(name, text)
    project.run("git", "add", "--all")
    project.run("git", "commit", "-q", "--no-verify", "-m", message)


def refused(project: Project, named: str, *command: str) -> None:
    """git refuses `command`, and says where the file `named` is broken."""
    before = project.run("git", "rev-parse", "HEAD").stdout
    done = project.run("git", *command, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode != 0, f"{named}:" in said, "Traceback" in said) == (True, True, False), said
    assert project.run("git", "rev-parse", "HEAD").stdout == before


def passes(project: Project, *command: str) -> None:
    done = project.run("git", *command, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_merges(project: Project) -> None:
    refused(project, "f.py", "merge", "--no-edit", "parameter")
    project.run("git", "merge", "--abort")
    refused(project, "f.py", "merge", "--no-edit", "other", "parameter")  # an octopus
    project.run("git", "reset", "-q", "--hard")
    passes(project, "merge", "--no-edit", "other")
    refused(project, "bad.py", "merge", "--no-ff", "--no-edit", "bad")
    project.run("git", "merge", "--abort")
    project.run("git", "merge", "--squash", "bad")
    refused(project, "bad.py", "commit", "-m", "squashed")
    project.run("git", "reset", "-q", "--hard")
    assert project.run("git", "merge", "--no-edit", "conflict", check=False).returncode != 0
    project.write("f.py", BROKEN)
    project.run("git", "add", "f.py")
    refused(project, "f.py", "commit", "--no-edit")
    project.write("f.py", "x = 1\n")
    project.run("git", "add", "f.py")
    passes(project, "commit", "--no-edit")


def test_what_passes_the_commit_hook_by_is_refused_at_the_push(project: Project) -> None:
    """A rebase of ten commits, onto a branch with which they are broken; a fast-forward; a cherry-pick."""
    for number in range(9):
        unseen(project, {f"new{number}.py": "x = 1\n"}, f"commit {number}")
    passes(project, "rebase", "-q", "parameter")
    assert project.run("git", "rev-list", "--count", "parameter..").stdout.strip() == "10"
    refused(project, "f.py", "push", "origin", "topic")
    found = project.run("syntax-guard", "check", "--commits", "parameter..", check=False)
    first = project.run("git", "rev-list", "--reverse", "parameter..").stdout.split()[0]
    assert (found.returncode, first[:12] in found.stdout) == (1, True), found.stdout
    project.run("git", "checkout", "-q", "-B", "forward", "main")
    passes(project, "merge", "-q", "bad")  # forwards
    refused(project, "bad.py", "push", "origin", "forward")
    project.run("git", "checkout", "-q", "-B", "picked", "other")
    passes(project, "cherry-pick", "bad")
    refused(project, "bad.py", "push", "origin", "picked")


def test_each_kind_of_ref(project: Project) -> None:
    project.run("git", "tag", "-a", "-m", "a release", "v1", "bad")
    project.run("git", "tag", "light", "bad")
    for ref in ("bad", "bad:refs/heads/renamed", "v1", "light"):
        refused(project, "bad.py", "push", "origin", ref)
    passes(project, "push", "origin", "topic", "other")  # several at once
    passes(project, "push", "origin", "--delete", "other")
    project.run("git", "checkout", "-q", "-B", "topic", "bad")
    refused(project, "bad.py", "push", "--force", "origin", "topic")
    unseen(project, {"bad.py": "x = 1\n"})
    passes(project, "push", "--force", "origin", "topic")
    passes(project, "push", "origin", "topic:refs/tags/v2")


def test_several_refs_at_once_of_which_one_is_broken(project: Project, request: pytest.FixtureRequest) -> None:
    """pre-commit and prek show a hook the first of them alone, and keep the plain hook beside theirs, as docs/push.md
    says: that one sees all."""
    refused(project, "bad.py", "push", "origin", "bad", "other", "topic")
    runner = request.node.callspec.params["project"]
    if runner is not plain:
        project.write(".git/hooks/pre-push", page(".git/hooks/pre-push")).chmod(0o755)
        project.run(runner.__name__.replace("_", "-"), "install")
        assert (project.folder / ".git/hooks/pre-push.legacy").exists()
    for refs in (["other", "topic", "bad"], ["other", "topic", "bad:refs/heads/zzz"]):
        refused(project, "bad.py", "push", "origin", *refs)
    assert project.run("git", "ls-remote", "origin", "refs/heads/*").stdout.count("\n") == 1
    passes(project, "push", "origin", "other", "topic")
