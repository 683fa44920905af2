"""``check --commits``: what each commit of a range adds or changes, from git's objects."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from ..conftest import PROJECT, Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BROKEN = "x = = 1\n"
BODY = "".join(f"    x = {number}\n" for number in range(9))


@pytest.fixture
def repository(repository: Folder) -> Folder:
    return commit(repository, {"old.py": "x = 1\n"}, "first")


def commit(repository: Folder, files: dict[str, str], message: str = "more") -> Folder:
    for name, content in files.items():
        repository.write(name, content)
    repository.git("add", "--all")
    repository.git("commit", "-qm", message)
    return repository


def found(repository: Folder, asked: str, *arguments: str, stdin: bytes = b"") -> list[tuple[str, str, str]]:
    """Path, code and the subject of the commit of each finding."""
    run = repository.check("--commits", asked, *arguments, stdin=stdin)
    assert run.code in (0, 1), run.err
    findings = run.json["diagnostics"]
    assert run.code == bool(findings)
    return [(one["path"], one["code"], repository.git("log", "-1", "--format=%s", one["commit"])) for one in findings]


def history(repository: Folder) -> Folder:
    """Broken, then fixed: a tip that is whole."""
    commit(repository, {"a.py": BROKEN}, "break")
    commit(repository, {"a.py": "x = 1\n"}, "fix")
    return commit(repository, {"notes.txt": BROKEN}, "last")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("HEAD~3..HEAD", ["break"]),
        ("HEAD~3..", ["break"]),
        ("HEAD~2..HEAD", []),
        ("HEAD~2", ["break"]),
        ("HEAD", []),
        ("HEAD~3", []),
        ("HEAD...HEAD~3", ["break"]),
        ("HEAD..HEAD", []),
        ("broken", ["break"]),  # an annotated tag
    ],
)
def test_ranges(repository: Folder, asked: str, expected: list[str]) -> None:
    history(repository)
    repository.git("tag", "-a", "-m", "a tag", "broken", "HEAD~2")
    assert found(repository, asked) == [("a.py", "syntax-error", subject) for subject in expected]


def test_a_list_on_standard_input(repository: Folder) -> None:
    history(repository)
    assert found(repository, "-", stdin=b"HEAD\nHEAD~2\n\n") == [("a.py", "syntax-error", "break")]
    assert found(repository, "-", stdin=b"HEAD\n") == []
    assert found(repository, "-") == []


def test_the_first_commit_of_all(folder: Folder) -> None:
    folder.git("init", "-q")
    commit(folder, {"a.py": BROKEN}, "root")
    assert found(folder, "HEAD") == [("a.py", "syntax-error", "root")]


def test_the_same_content_is_judged_once_and_the_first_commit_is_named(repository: Folder) -> None:
    for subject, content in (("break", BROKEN), ("fix", "x = 1\n"), ("revert", BROKEN)):
        commit(repository, {"a.py": content}, subject)
    run = repository.check("--commits", "HEAD~3..HEAD")
    assert run.json["summary"]["checked"] == 2
    assert found(repository, "HEAD~3..HEAD") == [("a.py", "syntax-error", "break")]


def test_the_targets_are_those_of_the_commit(repository: Folder) -> None:
    match = "match x:\n    case 1:\n        pass\n"
    commit(repository, {"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n', "a.py": match}, "old floor")
    commit(repository, {"pyproject.toml": '[project]\nrequires-python = ">=3.10"\n', "b.py": match}, "new floor")
    repository.write("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n')  # in the work tree alone
    assert found(repository, "HEAD~2..HEAD") == [("a.py", "unsupported-syntax", "old floor")]


def test_the_settings_are_those_of_the_commit(repository: Folder) -> None:
    table = "[tool.syntax-guard]\n"
    commit(repository, {"pyproject.toml": f'{table}exclude = ["a.py"]\n', "a.py": BROKEN}, "excluded")
    commit(repository, {"pyproject.toml": f'{table}expected-broken = ["b.py"]\n', "b.py": BROKEN}, "expected")
    commit(repository, {"pyproject.toml": table, "c.py": BROKEN}, "neither")
    expected = {("a.py", "expected"), ("b.py", "neither"), ("c.py", "neither")}
    assert {(path, subject) for path, _, subject in found(repository, "HEAD~3..HEAD")} == expected


MATCH = "match x:\n    case 1:\n        pass\n"
OLD, NEW = '[project]\nrequires-python = ">=3.8"\n', '[project]\nrequires-python = ">=3.10"\n'


def declarations(repository: Folder) -> list[str]:
    """Commits that change which Python is asked, each in another way; returns the subjects of those refused."""
    for subject, files in (
        ("none", {}), ("old", {"pyproject.toml": OLD}), ("still old", {}), ("new", {"pyproject.toml": NEW}),
        ("sub old", {"sub/pyproject.toml": OLD}), ("no longer", {"sub/pyproject.toml": NEW}),
        ("compose", {"compose.yaml": "services: {a: {build: {context: sub, dockerfile: ../other}}}\n",
                     "other": "FROM python:3.12\n", "sub/pyproject.toml": "\n"}),
        ("image", {"other": "FROM python:3.8\n"}), ("image again", {"other": "FROM python:3.12\n"}),
    ):  # fmt: skip
        commit(repository, {**files, f"sub/{subject}.py": MATCH}, subject)
    repository.git("rm", "-q", "pyproject.toml", "compose.yaml", "sub/pyproject.toml")
    commit(repository, {"sub/last.py": MATCH}, "last")
    return ["old", "still old", "sub old", "image"]


@pytest.mark.parametrize("newest_first", [False, True])
def test_each_commit_is_asked_as_it_declares_itself(repository: Folder, *, newest_first: bool) -> None:
    refused = declarations(repository)
    names = repository.git("rev-list", "HEAD~10..HEAD", *([] if newest_first else ["--reverse"])).encode()
    own = [subject for path, _, subject in found(repository, "-", stdin=names) if path == f"sub/{subject}.py"]
    assert sorted(own) == sorted(refused)


def test_a_merge_brings_the_declarations_of_a_side_along(repository: Folder) -> None:
    repository.git("checkout", "-qb", "side")
    commit(repository, {"pyproject.toml": OLD}, "floor")
    repository.git("checkout", "-q", "main")
    commit(repository, {"a.py": MATCH}, "before")
    repository.git("merge", "-qm", "the merge", "side")
    commit(repository, {"b.py": MATCH}, "after")
    expected = [("a.py", "unsupported-syntax", "the merge"), ("b.py", "unsupported-syntax", "after")]
    assert found(repository, "HEAD~3..HEAD") == expected


def test_a_merge_asks_its_own_targets_about_what_either_side_brings(repository: Folder) -> None:
    commit(repository, {"pyproject.toml": NEW, "before.py": MATCH}, "base")
    repository.git("checkout", "-qb", "side")
    commit(repository, {"theirs.py": MATCH}, "theirs")
    repository.git("checkout", "-q", "main")
    commit(repository, {"pyproject.toml": OLD, "before.py": "x = 1\n"}, "lower")
    repository.git("merge", "-qm", "the merge", "side")
    assert found(repository, "HEAD^2") == found(repository, "HEAD^1") == []
    assert found(repository, "HEAD^1..HEAD") == [("theirs.py", "unsupported-syntax", "the merge")]
    run = repository.check("--commits", "HEAD")
    assert run.json["summary"]["checked"] == 1, "old.py and before.py are as the first parent has them"
    assert "1 file judged again" in repository.guard("check", "--commits", "HEAD").err


def test_what_either_side_brings_is_asked_nothing_where_it_was_asked_all(repository: Folder) -> None:
    commit(repository, {"pyproject.toml": NEW}, "base")
    repository.git("checkout", "-qb", "side")
    commit(repository, {"theirs.py": "x = 1\n"}, "theirs")
    repository.git("checkout", "-q", "main")
    commit(repository, {"pyproject.toml": NEW.replace("[project]", "[project]\ndependencies = []")}, "a dependency")
    repository.git("merge", "-qm", "the merge", "side")
    assert repository.check("--commits", "HEAD").json["summary"]["checked"] == 0


def merged(repository: Folder) -> None:
    """Two branches that are whole, and their merge without a conflict, which is not."""
    commit(repository, {"a.py": f"def f(a):\n{BODY}"}, "base")
    repository.git("checkout", "-qb", "other")
    commit(repository, {"a.py": f"def f(a, b):\n{BODY}", "theirs.py": "x = 1\n"}, "a parameter")
    repository.git("checkout", "-q", "main")
    commit(repository, {"a.py": f"def f(a):\n{BODY}    global b\n"}, "a global")
    repository.git("merge", "-qm", "the merge", "other")


def test_a_merge_is_judged_by_what_it_changed_itself(repository: Folder) -> None:
    merged(repository)
    assert found(repository, "HEAD") == [("a.py", "syntax-error", "the merge")]
    assert found(repository, "HEAD^1..HEAD") == [("a.py", "syntax-error", "the merge")]
    run = repository.check("--commits", "HEAD")
    assert run.json["summary"]["checked"] == 1, "theirs.py is as one of the parents has it"


def test_an_octopus_merge_that_adds_a_file_of_its_own(repository: Folder) -> None:
    for branch in ("one", "two", "three"):
        repository.git("checkout", "-qb", branch, "main")
        commit(repository, {f"{branch}.py": "x = 1\n"}, branch)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-commit", "one", "two", "three")
    commit(repository, {"evil.py": BROKEN}, "octopus")
    assert len(repository.git("rev-list", "--parents", "-n1", "HEAD").split()) == 4
    assert found(repository, "HEAD") == [("evil.py", "syntax-error", "octopus")]


def test_neither_the_work_tree_nor_the_index_counts(repository: Folder) -> None:
    commit(repository, {"a.py": BROKEN}, "break")
    repository.write("a.py", "x = 1\n")
    repository.write("new.py", BROKEN)
    repository.git("add", "--all")
    assert found(repository, "HEAD") == [("a.py", "syntax-error", "break")]


def test_deletions_links_submodules_and_other_files(repository: Folder) -> None:
    repository.git("rm", "-q", "old.py")
    (repository.path / "link.py").symlink_to("no Python")
    commit(repository, {"node_modules/a.py": BROKEN, "readme.txt": BROKEN}, "no source of ours")
    run = repository.check("--commits", "HEAD")
    assert (run.code, run.json["summary"]["checked"]) == (0, 0)
    assert run.json["skipped"] == [
        {"path": "link.py", "reason": "dead-link"},
        {"path": "node_modules/a.py", "reason": "tool-folder"},
    ]


def test_scripts_by_their_shebang(repository: Folder) -> None:
    for name, mode in (("script", 0o755), ("plain", 0o644)):
        repository.write(name, f"#!/usr/bin/env python3\n{BROKEN}").chmod(mode)
    commit(repository, {}, "scripts")
    scripts = ("plain", "script") if os.name == "nt" else ("script",)  # as in a search and in what is staged
    assert found(repository, "HEAD") == [(name, "syntax-error", "scripts") for name in scripts]


NO_PYTHON, FLOOR = "", '# requires-python = ">=3.8"\n'


@pytest.mark.parametrize("asked", [("--commits", "HEAD"), ("--merge", "HEAD~1"), ("--staged",)])
def test_scripts_with_a_block_of_their_own(repository: Folder, asked: tuple[str, ...]) -> None:
    commit(repository, {"pyproject.toml": NEW, "old.py": "x = 2\n"}, "base")
    for name, said, code in (("any", NO_PYTHON, MATCH), ("floor", FLOOR, "x = 1\n"), ("low", FLOOR, MATCH)):
        repository.write(f"{name}.py", f"# /// script\n{said}# dependencies = []\n# ///\n{code}")
    repository.git("add", "--all")
    if asked != ("--staged",):
        repository.git("commit", "-qm", "scripts")
    run = repository.check(*asked)
    (one,) = run.json["diagnostics"]
    assert (one["path"], one["code"], one["targets"]) == ("low.py", "unsupported-syntax", ["3.8"])
    assert one.get("commit") == (repository.git("rev-parse", "HEAD") if "--commits" in asked else None)


def test_a_script_in_cells_keeps_what_its_cells_say_beside_a_block(repository: Folder) -> None:
    block = "# /// script\n# dependencies = []\n# ///\n"
    repository.write("pyproject.toml", '[tool.syntax-guard]\npercent-scripts = ["a.py"]\n')
    commit(repository, {"a.py": f'{block}# %%\nx = 1\n# %% tags=["raises-exception"]\n{block}{BROKEN}'}, "cells")
    for asked in (("--commits", "HEAD"), ("a.py",)):
        run = repository.check(*asked)
        assert (run.code, [one["severity"] for one in run.json["diagnostics"]]) == (0, ["warning"]), run.out


DEEP = "d/" * 1500
"""More folders in each other than Python allows calls."""


@pytest.mark.slow
def test_folders_deep_in_each_other(repository: Folder) -> None:
    entry = f"100644 {repository.git('rev-parse', 'HEAD:old.py')}\t{DEEP}a.py\n".encode()
    assert repository.run("git", "update-index", "--add", "--index-info", stdin=entry).code == 0
    repository.git("commit", "-qm", "deep")
    repository.write(".python-version", "3.8\n")
    repository.git("add", ".python-version")
    for asked in (("--commits", "HEAD"), ("--merge", "HEAD~1"), ("--staged",)):
        run = repository.check(*asked)
        assert (run.code, run.json["summary"]["checked"] > 0) == (0, True), run.err


@pytest.mark.parametrize(
    "name", ["-x.py", "with space.py", "quo'te\".py", "ünï.py", "tab\t.py", "line\nend.py", b"\xe9.py"]
)
def test_names(repository: Folder, name: str | bytes) -> None:
    repository.write(name, BROKEN)
    commit(repository, {}, "odd")
    assert len(found(repository, "HEAD")) == 1


def bare(repository: Folder, at: Path) -> Folder:
    repository.git("clone", "-q", "--bare", ".", at)
    return Folder(at, repository.environment)


def shallow(repository: Folder, at: Path) -> Folder:
    repository.git("clone", "-q", "--depth=3", f"file://{repository.path}", at)
    return Folder(at, repository.environment)


def sha256(repository: Folder, at: Path) -> Folder:
    at.mkdir()
    other = Folder(at, repository.environment)
    other.git("init", "-q", "--object-format=sha256", "-b", "main")
    commit(other, {"old.py": "x = 1\n"}, "first")
    return history(other)


def linked(repository: Folder, at: Path) -> Folder:
    repository.git("worktree", "add", "-q", "--detach", at)
    return Folder(at, repository.environment)


@pytest.mark.parametrize("made", [bare, shallow, sha256, linked])
def test_kinds_of_repositories(
    repository: Folder, tmp_path_factory: pytest.TempPathFactory, made: Callable[[Folder, Path], Folder]
) -> None:
    other = made(history(repository), tmp_path_factory.mktemp("other") / "clone")
    assert found(other, "HEAD~2") == [("a.py", "syntax-error", "break")]
    assert found(other, "HEAD~2..HEAD") == []


def test_what_a_partial_clone_lacks_is_unreadable_and_not_fetched(
    repository: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    history(repository)
    repository.git("config", "uploadpack.allowFilter", "true")
    at = tmp_path_factory.mktemp("other") / "clone"
    repository.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repository.path}", at)
    clone = Folder(at, repository.environment)
    before = clone.git("rev-list", "--objects", "--all", "--missing=print")
    assert "?" in before
    assert found(clone, "HEAD~3..HEAD") == [("a.py", "unreadable", "break"), ("a.py", "unreadable", "fix")]
    assert clone.git("rev-list", "--objects", "--all", "--missing=print") == before


def test_a_declaration_that_a_partial_clone_lacks_is_not_taken_for_none(
    repository: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit(repository, {"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n', "a.py": "x = 1\n"})
    repository.git("config", "uploadpack.allowFilter", "true")
    at = tmp_path_factory.mktemp("other") / "clone"
    repository.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repository.path}", at)
    run = Folder(at, repository.environment).check("--commits", "HEAD")
    assert (run.code, "pyproject.toml" in run.err) == (2, True), run.err


def test_a_replaced_object_is_judged_as_it_is_pushed(repository: Folder) -> None:
    commit(repository, {"a.py": BROKEN}, "break")
    repository.write("whole", "x = 1\n")
    whole = repository.git("hash-object", "-w", "whole")
    repository.git("replace", repository.git("rev-parse", "HEAD:a.py"), whole)
    assert found(repository, "HEAD") == [("a.py", "syntax-error", "break")]


def test_a_graft_hides_no_commit(repository: Folder) -> None:
    """It gives a commit other parents, in this clone alone."""
    history(repository)
    last, first = repository.git("rev-parse", "HEAD"), repository.git("rev-parse", "HEAD~3")
    repository.write(".git/info/grafts", f"{last} {first}\n")
    assert found(repository, f"{first}..{last}") == [("a.py", "syntax-error", "break")]
    assert repository.git("rev-list", "--count", f"{first}..{last}") == "1"


def test_a_pointer_to_a_submodule_is_no_file(repository: Folder) -> None:
    inner = Folder(repository.path / "inner.py", repository.environment)
    inner.path.mkdir()
    inner.git("init", "-q")
    commit(inner, {"a.py": BROKEN})
    repository.git("-c", "advice.addEmbeddedRepo=false", "add", "inner.py")
    commit(repository, {"b.py": BROKEN}, "a submodule")
    assert "160000 commit" in repository.git("ls-tree", "HEAD", "inner.py")
    assert found(repository, "HEAD") == [("b.py", "syntax-error", "a submodule")]
    for asked in (("--commits", "HEAD"), ("--merge", "HEAD~1")):
        assert repository.check(*asked).json["skipped"] == [{"path": "inner.py/", "reason": "submodule"}]


def test_git_bisect_finds_the_commit_that_does_not_parse(repository: Folder) -> None:
    (line,) = re.findall(r"`(git bisect run [^`]*)`", (PROJECT / "docs" / "commit.md").read_text(encoding="utf-8"))
    commit(repository, {"b.py": "x = 1\n"}, "good")
    good = repository.git("rev-parse", "HEAD")
    commit(repository, {"a.py": BROKEN}, "break")
    commit(repository, {"c.py": "x = 1\n"}, "later")
    repository.git("bisect", "start", "HEAD", good)
    run = repository.run(*line.split())
    assert "break" in repository.git("log", "-1", "--format=%s", "refs/bisect/bad"), run.out + run.err


def test_more_commits_than_one_process_of_git_is_handed(repository: Folder) -> None:
    lines = ["commit refs/heads/many\ncommitter A <a@example.org> 0 +0000\ndata 0\n"]
    for number in range(250):
        content = BROKEN if number == 7 else f"x = {number}\n"
        lines.append(f"M 100644 inline a.py\ndata {len(content)}\n{content}\n")
        lines.append("commit refs/heads/many\ncommitter A <a@example.org> 0 +0000\ndata 0\n")
    done = repository.run("git", "fast-import", "--quiet", stdin="".join(lines).encode())
    assert done.code == 0, done.err
    run = repository.check("--commits", "many~250..many")
    assert (run.code, run.json["summary"]["checked"], len(run.found)) == (1, 249, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--commits", "nowhere"), "no commit called nowhere"),
        (("--commits", "nowhere..HEAD"), "no commit called nowhere"),
        (("--commits", "--all"), "--commits"),
        (("--commits=--all",), "no commit called --all"),
        (("--commits", ""), "no range of commits"),
        (("--commits", ".."), "no range of commits"),
        (("--commits", "..HEAD"), "no range of commits"),
        (("--commits", "..."), "no range of commits"),
        (("--commits", "HEAD..HEAD..HEAD"), "no range of commits"),
        (("--commits", "HEAD^{tree}"), "no commit called HEAD^{tree}"),
        (("--commits", "HEAD", "old.py"), "does not go with old.py"),
        (("--commits", "HEAD", "--staged"), "--commits"),
        (("--commits", "HEAD", "--installed"), "--installed"),
    ],
)
def test_what_cannot_be_asked(repository: Folder, arguments: tuple[str, ...], said: str) -> None:
    run = repository.check(*arguments)
    assert (run.code, said in run.err, run.err.count("\n")) == (2, True, 1), run.err


def test_outside_of_a_repository(folder: Folder) -> None:
    run = folder.check("--commits", "HEAD")
    assert (run.code, "not a git repository" in run.err) == (2, True)


def test_in_a_repository_without_a_commit(folder: Folder) -> None:
    folder.run("git", "init", "-q")
    run = folder.check("--commits", "HEAD")
    assert (run.code, "has no commit yet" in run.err) == (2, True)
