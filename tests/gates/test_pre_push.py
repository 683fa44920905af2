"""``pre-push``: real pushes from a clone that has the plain hook."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND, PROJECT, Folder
from .pushes import BROKEN, commit, install, push

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="docs/ is not beside the tests")


@pytest.fixture
def clone(repository: Folder) -> Folder:
    """A repository with the hook, a remote repository, and a commit without any Python file."""
    at = repository.path.parent / "remote.git"
    repository.git("init", "-q", "--bare", at)
    repository.git("remote", "add", "origin", at)
    run = "syntax-guard pre-push"
    install(repository.path / ".git" / "hooks" / "pre-push", ".git/hooks/pre-push", run, run)
    repository.git("checkout", "-q", "-B", "main")
    commit(repository, "readme.txt", BROKEN)
    return repository


def test_each_of_several_refs_is_judged(clone: Folder) -> None:
    clone.git("branch", "good")
    commit(clone, "a.py", BROKEN)
    clone.git("branch", "bad")
    clone.git("reset", "-q", "--hard", "good")
    for refs in (("good", "bad"), ("bad", "good"), ("bad",)):
        passed, said = push(clone, *refs)
        assert (passed, "a.py:1:7" in said, "refs/heads/bad is not pushed" in said) == (False, True, True), said
    assert push(clone, "good")[0]
    assert push(clone, "--delete", "good")[0]


def test_what_is_not_in_the_pushed_commits_changes_nothing(clone: Folder) -> None:
    commit(clone, "a.py", BROKEN)
    clone.write("a.py")
    clone.git("add", "a.py")
    assert not push(clone, "main")[0], "it is fixed in the index alone"
    clone.git("commit", "-qm", "fixed")
    clone.write("a.py", BROKEN)
    clone.write("scratch.py", BROKEN)
    passed, said = push(clone, "main")
    assert passed, said


@pytest.mark.parametrize("ref", ["HEAD:refs/heads/new", "light", "v1", "HEAD:refs/elsewhere/x"])
def test_kinds_of_refs(clone: Folder, ref: str) -> None:
    commit(clone, "a.py", BROKEN)
    clone.git("tag", "light")
    clone.git("tag", "-a", "-m", "a release", "v1")
    assert not push(clone, ref)[0]


@pytest.mark.parametrize("verb", ["pre-push", "pre-receive"])
def test_a_closed_standard_input_is_no_push_of_nothing(repository: Folder, verb: str) -> None:
    run = repository.run("sh", "-c", f"'{COMMAND}' {verb} <&-")
    assert (run.code, run.err.count("\n"), "standard input is closed" in run.err) == (2, 1, True)


def test_lines_that_git_does_not_write(clone: Folder) -> None:
    run = clone.guard("pre-push", stdin=b"a b c\n")
    assert (run.code, "no update of a ref" in run.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "cwd", "found"),
    [
        ((), ".", ["in/a.py"]),
        ((".",), ".", ["in/a.py"]),
        (("in",), ".", ["in/a.py"]),
        (("other",), ".", []),
        ((), "in", ["scratch.py"]),  # not where pre-commit runs hooks
        (("../in",), "other", ["../in/scratch.py"]),
    ],
)
def test_what_another_program_asks_about_during_a_push(
    clone: Folder, arguments: tuple[str, ...], cwd: str, found: list[str]
) -> None:
    """pre-commit's variables reach whatever its hooks start."""
    commit(clone, "in/a.py", BROKEN)
    commit(clone, "other/b.py")
    clone.write("in/a.py")
    clone.write("in/scratch.py", BROKEN)
    environment = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_TO_REF": "HEAD"}
    run = clone.check(*arguments, cwd=cwd, environment=environment)
    assert [one[0] for one in run.found] == found


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("gen/api.py",), 1, "gen/api.py is not in the pushed commit, so it is judged as it stands here"),
        (("gen",), 1, "gen is not in the pushed commit"),
        (("in", "gen/api.py"), 1, "gen/api.py is not in the pushed commit"),
        (("in", "nowhere.py"), 2, "no such path: nowhere.py"),
        (("nowhere",), 2, "no such path: nowhere"),
        (("--tracked", "nowhere.py"), 2, "no such path: nowhere.py"),
    ],
)
def test_a_path_that_the_pushed_commit_does_not_hold(
    clone: Folder, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """What is named is always checked, or refused: another hook of pre-commit may name it."""
    commit(clone, "in/a.py")
    clone.write("gen/api.py", BROKEN)
    environment = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_TO_REF": "HEAD"}
    run = clone.guard("check", *arguments, environment=environment)
    assert (run.code, said in run.err) == (code, True), run.err


def test_a_push_from_a_linked_work_tree(clone: Folder) -> None:
    at = clone.path.parent / "linked"
    clone.git("worktree", "add", "-q", "-b", "side", at)
    linked = Folder(at, clone.environment)
    commit(linked, "a.py", BROKEN)
    passed, said = push(linked, "side")
    assert (passed, "a.py:1:7" in said) == (False, True), said
    commit(linked, "a.py")
    assert push(linked, "side")[0]


def test_a_name_that_is_not_utf8(clone: Folder) -> None:
    clone.write(b"\xe9.py", BROKEN)
    clone.git("add", "--all")
    clone.git("commit", "-qm", "odd")
    passed, said = push(clone, "main")
    assert (passed, ".py:1:7: syntax-error" in said) == (False, True), said


def test_a_sha256_repository(clone: Folder, tmp_path: Path) -> None:
    other, remote = tmp_path / "sha256", tmp_path / "sha256.git"
    clone.git("init", "-q", "--object-format=sha256", "-b", "main", other)
    clone.git("init", "-q", "--object-format=sha256", "--bare", remote)
    repository = Folder(other, clone.environment)
    shutil.copytree(clone.path / ".git" / "hooks", other / ".git" / "hooks", dirs_exist_ok=True)
    repository.git("remote", "add", "origin", remote)
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "main")
    assert (passed, "a.py:1:7" in said) == (False, True), said
    commit(repository, "a.py")
    assert push(repository, "main")[0]
    assert push(repository, "main:side")[0]
    assert push(repository, "--delete", "side")[0]
