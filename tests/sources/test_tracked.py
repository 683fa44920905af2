"""What git tracks: ``check --tracked``, and the word beside a finding in a file that it does not track."""

from __future__ import annotations

import os

import pytest

from syntax_guard.sources.tracked import untracked

from ..conftest import COMMAND, Folder, new_home

BROKEN = "x = (\n"


NO_UTF_8: list[bytes] = [] if os.name == "nt" else [b"\xe9.py"]
"""Names that Windows does not have."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A work tree with files of each kind; each Python file in it is broken."""
    folder = Folder(tmp_path_factory.mktemp("repository"), new_home(tmp_path_factory.mktemp("home")))
    folder.git("init", "-q")
    folder.write(".gitignore", "ignored.py\n")
    for name in (
        "a.py",
        "sub/b.py",
        "sub/-x.py",
        "ünï [1].py",
        *map(os.fsdecode, NO_UTF_8),
        "gone.py",
        "notes.txt",
        "node_modules/n.py",
    ):
        folder.write(name, BROKEN)
    folder.write("script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    folder.git("add", "--all")
    folder.git("commit", "-qm", "tracked")
    (folder.path / "gone.py").unlink()
    for name in ("scratch.py", "sub/scratch.py", "ignored.py"):
        folder.write(name, BROKEN)
    inner = Folder(folder.path / "inner", folder.environment)
    inner.path.mkdir()
    inner.git("init", "-q")
    for name in ("kept.py", "scratch.py"):
        inner.write(name, BROKEN)
    inner.git("add", "kept.py")
    return folder


TRACKED = {"a.py", "sub/b.py", "sub/-x.py", "ünï [1].py", "script", *map(os.fsdecode, NO_UTF_8)}


def names(folder: Folder, *arguments: str, cwd: str = ".") -> set[str]:
    run = folder.check(*arguments, cwd=cwd)
    assert run.code == 1, run.err
    return {one["file"] for one in run.json["diagnostics"]}


def test_what_git_tracks_is_judged_and_nothing_else(repository: Folder) -> None:
    found = names(repository, "--tracked")
    assert len(found) == len(TRACKED)
    assert found >= {name for name in TRACKED if name.isascii()}
    assert names(repository, "--tracked", "sub") == {"sub/b.py", "sub/-x.py"}
    assert names(repository, "--tracked", cwd="sub") == {"b.py", "-x.py"}
    assert names(repository, "--tracked", "../a.py", cwd="sub") == {"../a.py"}


def test_a_finding_says_that_git_does_not_track_its_file(repository: Folder) -> None:
    report = repository.check().json["diagnostics"]
    said = {one["file"]: one["untracked"] for one in report}
    expected = {"scratch.py", "sub/scratch.py", "ignored.py", "inner/scratch.py"}
    assert {name for name, untracked in said.items() if untracked} == expected
    assert {name for name, untracked in said.items() if not untracked} >= {
        "a.py", "sub/b.py", "sub/-x.py", "script", "inner/kept.py",
    }  # fmt: skip
    text = repository.guard("check", "--output-format=concise").out
    assert "scratch.py:1:5: syntax-error: '(' was never closed (untracked; CPython" in text
    assert "sub/b.py:1:5: syntax-error: '(' was never closed (CPython" in text
    absolute = repository.check(repository.path, cwd="sub").json["diagnostics"]
    assert sum(one["untracked"] for one in absolute) == len(expected)


def test_each_path_of_an_untracked_file_is_untracked(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.path)
    paths = {"scratch.py", "./scratch.py", "sub/../scratch.py"}
    assert untracked({*paths, "a.py", "./a.py"}) == paths


def test_outside_of_a_repository_nothing_is_untracked(folder: Folder) -> None:
    folder.write("a.py", BROKEN)
    assert [one["untracked"] for one in folder.check(".").json["diagnostics"]] == [False]
    run = folder.check("--tracked")
    assert (run.code, run.err.count("\n"), "not a git repository" in run.err) == (2, 1, True)
    assert "`syntax-guard check PATH`" in run.err
    assert folder.check("a.py").code == 1, "the advice helps"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scratch.py",), "skipped: scratch.py (untracked)"),
        (("nowhere.py", "a.py"), "no such path: nowhere.py"),
        (("a.py", "nowhere/"), "no such path: nowhere/"),
        (("gone.py", "a.py"), "no such path: gone.py"),
        (("",), "a path that is named is empty"),
        (("--commits", "HEAD"), "--tracked"),
        (("--merge", "HEAD"), "--tracked"),
        (("--staged",), "--tracked"),
        (("--installed",), "--installed"),
        (("--archives", "."), "--archives"),
        (("--hook",), "--hook"),
    ],
)
def test_what_cannot_be_asked(repository: Folder, arguments: tuple[str, ...], said: str) -> None:
    run = repository.check("--tracked", *arguments)
    assert (run.code, said in run.err, run.err.count("\n")) == (2, True, 1), run.err


def skipped(folder: Folder, *arguments: str) -> dict[str, str]:
    run = folder.check("--tracked", *arguments)
    assert run.code == 1, run.err
    return {one["path"]: one["reason"] for one in run.json["skipped"]}


def test_what_is_not_judged_has_an_account(repository: Folder) -> None:
    found = skipped(repository)
    assert found == {"gone.py": "not-in-work-tree", "node_modules/n.py": "tool-folder"}
    assert skipped(repository, "a.py", "scratch.py", "./sub", "inner", "notes.txt") == {
        "scratch.py": "untracked", "inner": "untracked", "notes.txt": "not-python",
    }  # fmt: skip
    said = repository.guard("check", "--tracked", "--verbose").err
    assert "skipped: gone.py (not-in-work-tree: tracked by git, and not here" in said


def test_a_sparse_checkout_a_submodule_and_a_link_to_a_folder_have_an_account(repository: Folder) -> None:
    other = Folder(repository.path.parent / "sparse", repository.environment)
    repository.git("clone", "-q", repository.path, other.path)
    (other.path / "to-sub").symlink_to("sub")
    (other.path / "outside").symlink_to("/usr")
    other.git("add", "to-sub", "outside")
    commit = other.git("rev-parse", "HEAD")
    other.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module.py")
    other.git("commit", "-qm", "more")
    other.git("sparse-checkout", "set", "--no-cone", "/*", "!/sub/b.py")
    assert skipped(other) == {
        "sub/b.py": "not-in-work-tree", "module.py/": "submodule", "to-sub": "same-file", "outside": "link",
        "node_modules/n.py": "tool-folder",
    }  # fmt: skip


def test_before_a_push_the_commit_that_is_pushed_is_judged_all_the_same(repository: Folder) -> None:
    pushed = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_TO_REF": "HEAD"}
    run = repository.check("--tracked", environment=pushed)
    assert "gone.py" in {one["file"] for one in run.json["diagnostics"]}


@pytest.mark.parametrize("linked", [False, True])
def test_a_hook_of_the_repository_around_a_submodule(folder: Folder, *, linked: bool) -> None:
    """git tells the hook where the index of its own repository is."""
    module, outer = (
        Folder(folder.path / "module", folder.environment),
        Folder(folder.path / "outer", folder.environment),
    )
    for one, name in ((module, "own.py"), (outer, "outer.py")):
        one.path.mkdir()
        one.git("init", "-q", "-b", "main")
        one.write(name, BROKEN)
        one.git("add", "--all")
        one.git("commit", "-qm", "own")
    if linked:
        outer.git("worktree", "add", "-q", folder.path / "linked", "-b", "linked")
        outer = Folder(folder.path / "linked", folder.environment)
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", module.path, "sub")
    outer.write("sub/scratch.py", BROKEN)
    hooks = folder.path / "outer" / ".git" / "hooks"
    install = f"#!/bin/sh\ncd sub && exec '{COMMAND}' check --tracked --output-format=concise\n"
    Folder(hooks).write("pre-commit", install).chmod(0o755)
    run = outer.run("git", "commit", "-m", "a submodule")
    said = run.out + run.err
    found = [name in said for name in ("own.py:1:", "scratch.py", "outer.py")]
    assert (run.code, found) == (1, [True, False, False]), said
