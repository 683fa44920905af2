"""``check --merge``: what a merge button would make, from git's objects."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.main import main
from syntax_guard.sources import git_merge

from ..conftest import Folder, new_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = "x = = 1\n"
BODY = "".join(f"    x = {number}\n" for number in range(9))


def commit(repository: Folder, files: dict[str, str]) -> None:
    for name, content in files.items():
        repository.write(name, content)
    repository.git("add", "--all")
    repository.git("commit", "-qm", "more")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Branches that are whole; `main` with `parameter` merged into it holds what no Python accepts."""
    home = tmp_path_factory.mktemp("home")
    repository = Folder(tmp_path_factory.mktemp("model"), new_home(home))
    repository.git("init", "-q", "-b", "main")
    commit(repository, {"a.py": f"def f(a):\n{BODY}", "other.py": "x = 1\n"})
    for branch, start, files in (
        ("parameter", "main", {"a.py": f"def f(a, b):\n{BODY}"}),
        ("floor", "parameter", {"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n'}),
        ("harmless", "main", {"a.py": f"def f(a):\n{BODY}\n\nx = 1\n", "n.py": "match x:\n    case 1: pass\n"}),
        ("conflict", "main", {"a.py": f"def f(a):\n{BODY}    nonsense = 1\n"}),
        ("old", "main", {"old.py": BROKEN}),
    ):
        repository.git("checkout", "-qb", branch, start)
        commit(repository, files)
    repository.git("checkout", "-q", "--orphan", "island")
    commit(repository, {"i.py": "x = 1\n"})
    repository.git("checkout", "-q", "main")
    commit(repository, {"a.py": f"def f(a):\n{BODY}    global b\n"})
    return repository


@pytest.fixture
def repository(model: Folder, tmp_path: Path) -> Folder:
    """A repository for this test alone."""
    at = tmp_path / "repository"
    shutil.copytree(model.path, at, symlinks=True)
    return Folder(at, model.environment)


def state(repository: Folder) -> list[object]:
    """All that a check could leave behind: objects, refs, the index, the work tree."""
    git = repository.git("rev-parse", "--absolute-git-dir")
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(git) for name in names)
    others = {file: os.stat(file).st_mtime_ns for file in files if "objects" not in file.split(os.sep)}
    return [files, others, sorted(os.listdir(repository.path))]


def asked(repository: Folder, base: str, *arguments: str) -> list[tuple[str, str, int | None]]:
    before = state(repository)
    run = repository.check("--merge", base, *arguments)
    assert state(repository) == before
    assert run.code == bool(run.found), run.err
    assert [one["commit"] for one in run.json["diagnostics"]] == [None] * len(run.found)
    return run.found


def test_two_whole_branches_whose_merge_is_broken(repository: Folder) -> None:
    broken = [("a.py", "syntax-error", 11)]
    assert asked(repository, "main...parameter") == broken
    repository.git("checkout", "-q", "parameter")
    assert asked(repository, "main") == broken
    repository.write("a.py")  # in the work tree alone
    assert asked(repository, "main") == broken


def test_what_can_be_merged_goes_through(repository: Folder) -> None:
    for base in ("parameter...harmless", "main...main", "main...main~1", "main~1"):  # the last are no merges
        assert asked(repository, base) == []


def test_all_of_the_merged_tree_is_judged(repository: Folder) -> None:
    assert asked(repository, "old...harmless") == [("old.py", "syntax-error", 1)]


def test_conflicts_are_named(model: Folder) -> None:
    run = model.check("--merge", "main...conflict")
    assert (run.code, run.out, run.err.count("\n"), "conflicts: a.py" in run.err) == (2, "", 1, True), run.err


def test_settings_and_targets_are_those_of_the_merge(repository: Folder) -> None:
    repository.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')  # in the work tree alone
    assert asked(repository, "parameter...harmless") == []
    assert asked(repository, "floor...harmless") == [("n.py", "unsupported-syntax", 1)]


def bare(repository: Folder, at: Path) -> Folder:
    repository.git("clone", "-q", "--bare", ".", at)
    return Folder(at, repository.environment)


def shallow(repository: Folder, at: Path) -> Folder:
    repository.git("clone", "-q", "--bare", "--depth=2", "--no-single-branch", f"file://{repository.path}", at)
    return Folder(at, repository.environment)


def linked(repository: Folder, at: Path) -> Folder:
    repository.git("worktree", "add", "-q", "--detach", at)
    return Folder(at, repository.environment)


def borrowing(repository: Folder, at: Path) -> Folder:
    """A repository that has its objects elsewhere, in a folder whose name has what separates such folders."""
    objects = at.with_name("o;b'jects" if os.name == "nt" else 'o:b"j\\ects')
    os.rename(repository.path / ".git" / "objects", objects)
    quoted = str(objects).replace("\\", "\\\\").replace('"', '\\"')
    own = repository.path / ".git" / "objects"
    own.mkdir()
    (own / "pack").mkdir()
    return Folder(repository.path, {**repository.environment, "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{quoted}"'})


@pytest.mark.parametrize("made", [bare, shallow, linked, borrowing])
def test_kinds_of_repositories(repository: Folder, tmp_path: Path, made: Callable[[Folder, Path], Folder]) -> None:
    other = made(repository, tmp_path / f"oth{os.pathsep}er")
    assert asked(other, "main...parameter") == [("a.py", "syntax-error", 11)]
    named = {"GIT_DIR": other.git("rev-parse", "--absolute-git-dir")}
    run = other.check("--merge", "main...parameter", environment=named)
    assert [one[0] for one in run.found] == ["a.py"]


def grown(repository: Folder, branch: str, start: str, *parents: str, **files: str) -> None:
    """A new branch from `start`, with a commit that merges `parents`."""
    repository.git("checkout", "-qb", branch, start)
    for name, content in files.items():
        repository.write(f"{name}.py", content)
    repository.git("add", "--all")
    made = [option for parent in ("HEAD", *parents) for option in ("-p", parent)]
    repository.git(
        "reset", "-q", "--hard", repository.git("commit-tree", repository.git("write-tree"), *made, "-m", "m")
    )


@pytest.mark.parametrize("asked", ["near...far", "far...near"])
def test_a_shallow_clone_in_which_the_nearest_base_cannot_be_seen(
    repository: Folder, tmp_path: Path, asked: str
) -> None:
    """`far` builds on `near`, and breaks a file again. The clone ends in between, and holds an older base of both: to
    that, `near` alone has changed the file."""
    grown(repository, "older", "main", m=BROKEN)
    grown(repository, "near", "older", m="x = 1\n")
    grown(repository, "step", "near", a="x = 1\n")
    grown(repository, "step2", "step", b="x = 1\n")
    grown(repository, "far", "step2", "older", m=BROKEN)
    for depth, code, said in (("2", 2, "--unshallow"), ("4", 1, "")):
        at = tmp_path / depth
        repository.git("init", "-q", "--bare", at)
        clone = Folder(at, repository.environment)
        clone.git("fetch", "-q", f"--depth={depth}", f"file://{repository.path}", "near:near", "far:far")
        run = clone.check("--merge", asked)
        assert (run.code, said in run.err) == (code, True), (depth, run.out, run.err)


def test_a_sha256_repository(repository: Folder, tmp_path: Path) -> None:
    at = tmp_path / "sha256"
    at.mkdir()
    other = Folder(at, repository.environment)
    other.git("init", "-q", "--object-format=sha256", "-b", "main")
    commit(other, {"a.py": "x = 1\n"})
    other.git("checkout", "-qb", "topic")
    commit(other, {"b.py": BROKEN})
    assert asked(other, "main") == [("b.py", "syntax-error", 1)]


def test_no_merge_driver_of_the_repository_is_run(repository: Folder, tmp_path: Path) -> None:
    mark = tmp_path / "sprung"
    commit(repository, {".gitattributes": "*.py merge=trap\n"})
    repository.git("config", "merge.trap.driver", f"touch '{mark}'")
    repository.git("config", "merge.default", "trap")
    repository.git("config", "core.fsmonitor", f"touch '{mark}'")
    assert asked(repository, "main...parameter") == [("a.py", "syntax-error", 11)]
    assert not mark.exists()


def test_a_partial_clone_fetches_nothing(repository: Folder, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    at = tmp_path / "clone"
    repository.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repository.path}", at)
    run = Folder(at, repository.environment).check("--merge", "main...parameter")
    assert (run.code, run.out, run.err.count("\n"), "git merge-tree failed" in run.err) == (2, "", 1, True), run.err


def test_a_git_that_is_too_old_is_named(
    repository: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository.path)
    monkeypatch.setattr(git_merge, "OLDEST", (99, 0))
    assert main(["check", "--merge", "main...parameter"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), "git 99.0" in err, repository.git("version") in err) == ("", 1, True, True), err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--merge", "nowhere"), "no commit called nowhere"),
        (("--merge", ""), "no two commits to merge"),
        (("--merge", "main...nowhere"), "no commit called nowhere"),
        (("--merge", "main", "a.py"), "does not go with a.py"),
        (("--merge", "main", "--commits", "HEAD"), "--merge"),
        (("--merge", "main", "--staged"), "--merge"),
        (("--merge", "main", "--installed"), "--installed"),
        (("--merge", "island"), "unrelated histories"),
    ],
)
def test_what_cannot_be_asked(model: Folder, arguments: tuple[str, ...], said: str) -> None:
    run = model.check(*arguments)
    assert (run.code, said in run.err, run.err.count("\n")) == (2, True, 1), run.err
