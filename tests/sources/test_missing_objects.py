"""Commits and folders that a clone lacks: what cannot be looked at is not green, and nothing is fetched for it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ..conftest import Folder, Run, new_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    Gate: TypeAlias = Callable[[Folder], Run]

BROKEN = "x = = 1\n"
ZERO = "0" * 40


def commit(repository: Folder, name: str, content: str = "x = 1\n") -> None:
    repository.write(name, content)
    repository.git("add", "--all")
    repository.git("commit", "-qm", name)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """`main` is whole; `topic`, which is checked out, adds a broken file. Each object is a file of its own."""
    folder = Folder(tmp_path_factory.mktemp("model"), new_home(tmp_path_factory.mktemp("home")))
    folder.git("init", "-q", "-b", "main")
    folder.git("config", "uploadpack.allowFilter", "true")
    commit(folder, "in/a.py")
    commit(folder, "other/b.py")
    folder.git("checkout", "-qb", "topic", "main~1")
    commit(folder, "in/bad.py", BROKEN)
    commit(folder, "notes.txt")
    return folder


@pytest.fixture
def repository(model: Folder, tmp_path: Path) -> Folder:
    shutil.copytree(model.path, tmp_path / "repository")
    return Folder(tmp_path / "repository", model.environment)


def merge(repository: Folder) -> Run:
    return repository.guard("check", "--merge", "main...topic")


def commits(repository: Folder) -> Run:
    return repository.guard("check", "--commits", "main..topic")


def one_commit(repository: Folder) -> Run:
    return repository.guard("check", "--commits", "topic~1")


def pre_push(repository: Folder) -> Run:
    tip = repository.git("rev-parse", "topic")
    return repository.guard("pre-push", stdin=f"topic {tip} refs/heads/topic {ZERO}\n".encode())


def pre_receive(repository: Folder) -> Run:
    tip, base = (repository.git("rev-parse", name) for name in ("topic", "main~1"))
    repository.git("checkout", "-q", "--detach", "main~1") if repository.path.joinpath("in").exists() else None
    repository.git("update-ref", "-d", "refs/heads/topic")
    return repository.guard("pre-receive", stdin=f"{base} {tip} refs/heads/topic\n".encode())


GATES = pytest.mark.parametrize("gate", [merge, commits, one_commit, pre_push, pre_receive])


@GATES
def test_in_a_whole_clone_the_broken_file_is_found(repository: Folder, gate: Gate) -> None:
    run = gate(repository)
    assert (run.code, "in/bad.py:1:5" in run.out) == (1, True), run.err


def refused(run: Run) -> None:
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), run.err
    assert "hint:" not in run.err


def lose(repository: Folder, name: str) -> None:
    """Remove the object `name`, which git writes as read-only: on Windows such a file stays."""
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o600)
    path.unlink()


@GATES
@pytest.mark.parametrize("kind", ["tree:0", "tree:1"])
def test_a_clone_without_folders(repository: Folder, tmp_path: Path, gate: Gate, kind: str) -> None:
    clone = Folder(tmp_path / "clone", repository.environment)
    repository.git("clone", "-q", "--bare", f"--filter={kind}", f"file://{repository.path}", clone.path)
    before = clone.git("rev-list", "--objects", "--all", "--missing=print")
    run = gate(clone)
    refused(run)
    assert "nothing is fetched here" in run.err
    clone.git("update-ref", "refs/heads/topic", repository.git("rev-parse", "topic"))
    assert clone.git("rev-list", "--objects", "--all", "--missing=print") == before


@pytest.mark.parametrize(
    ("gate", "lost"),
    [
        (merge, "topic^{tree}"), (merge, "topic:in"), (merge, "main^{tree}"), (merge, "main:other"),
        (merge, "main~1^{tree}"), (merge, "main~1:in"), (merge, "main~1"),
        (commits, "topic~1^{tree}"), (commits, "topic~1:in"), (commits, "topic^{tree}"), (commits, "topic~1"),
        (one_commit, "topic~1^{tree}"), (one_commit, "topic~1:in"), (one_commit, "main~1^{tree}"),
        (pre_push, "topic^{tree}"), (pre_push, "topic:in"),
        (pre_receive, "topic^{tree}"), (pre_receive, "topic:in"), (pre_receive, "topic"),
        (pre_receive, "main~1^{tree}"),
    ],
)  # fmt: skip
def test_an_object_that_is_lost(repository: Folder, gate: Gate, lost: str) -> None:
    name = repository.git("rev-parse", lost)
    repository.git("checkout", "-q", "--detach")
    shutil.rmtree(repository.path / "in")
    lose(repository, name)
    refused(gate(repository))


def test_what_is_staged_where_the_last_commit_is_lost(repository: Folder) -> None:
    repository.write("new.py", BROKEN)
    repository.git("add", "new.py")
    name = repository.git("rev-parse", "HEAD^{tree}")
    lose(repository, name)
    refused(repository.guard("check", "--staged"))


def test_several_bases_of_a_merge_are_looked_at(repository: Folder) -> None:
    for branch, other in (("left", "topic"), ("right", "main")):
        repository.git("checkout", "-qb", branch, "main" if branch == "left" else "topic")
        repository.git("merge", "-q", "-m", branch, other)
        commit(repository, f"{branch}.py")
    repository.git("rm", "-q", "in/bad.py")
    repository.git("commit", "-qm", "gone")
    assert len(repository.git("merge-base", "--all", "left", "right").split()) == 2
    assert repository.guard("check", "--merge", "left...right").code == 0
    name = repository.git("rev-parse", "main~1^{tree}")  # the base of those two
    lose(repository, name)
    refused(repository.guard("check", "--merge", "left...right"))


@pytest.mark.parametrize(
    ("depth", "asked", "code"),
    [
        (1, "HEAD", 0),  # as its parents are not here, all that it holds
        (2, "HEAD~1", 1),
        (1, "refs/remotes/origin/main..HEAD", 2),
        (2, "refs/remotes/origin/main..HEAD", 2),
        (3, "refs/remotes/origin/main..HEAD", 1),
        (1, "refs/remotes/origin/main...HEAD", 2),
        (2, "HEAD~1..HEAD", 0),
    ],
)
def test_a_range_that_a_shallow_clone_cuts(
    repository: Folder, tmp_path: Path, depth: int, asked: str, code: int
) -> None:
    repository.write("in/bad.py")
    commit(repository, "in/good.py") if asked == "HEAD" else None
    clone = Folder(tmp_path / "clone", repository.environment)
    repository.git(
        "clone", "-q", f"--depth={depth}", "--no-single-branch", "-b", "topic", f"file://{repository.path}", clone.path
    )
    run = clone.guard("check", "--commits", asked)
    assert run.code == code, run.err
    if code == 2:
        refused(run)
        assert "fetch" in run.err


@pytest.mark.parametrize(
    "asked", ["", "main..topic", "main...", "...topic", "...", "..", "main...topic...main", "main....topic"]
)
def test_what_is_no_merge(model: Folder, asked: str) -> None:
    run = model.guard("check", f"--merge={asked}")
    refused(run)
    assert f"--merge {asked}" in run.err
    assert "BASE...TOPIC" in run.err


@pytest.mark.parametrize("asked", ["^main", "main topic", "main^@", "main^!", "--all", "main:in", "main^{tree}"])
def test_what_is_no_commit_to_merge(model: Folder, asked: str) -> None:
    run = model.guard("check", f"--merge={asked}")
    refused(run)
    assert f"no commit called {asked} " in run.err
