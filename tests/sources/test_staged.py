"""``check --staged``: what the next commit holds, read from the index, whatever lies in the work tree."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.staged_index import plain_top

from ..conftest import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

BROKEN = "x = = 1\n"


@pytest.fixture
def repository(repository: Folder) -> Folder:
    repository.write("old.py")
    repository.git("add", "old.py")
    repository.git("commit", "-qm", "first")
    return repository


def staged(repository: Folder, *arguments: str, cwd: str = ".") -> list[tuple[str, str, int | None]]:
    run = repository.check("--staged", *arguments, cwd=cwd)
    assert run.code == (1 if run.json["diagnostics"] else 0)
    return run.found


def test_broken_in_the_index_and_mended_in_the_work_tree(repository: Folder) -> None:
    repository.write("a.py", BROKEN)
    repository.git("add", "a.py")
    repository.write("a.py")
    assert staged(repository) == [("a.py", "syntax-error", 1)]


def test_mended_in_the_index_and_broken_in_the_work_tree(repository: Folder) -> None:
    repository.write("a.py")
    repository.git("add", "a.py")
    repository.write("a.py", BROKEN)
    assert staged(repository) == []


def test_what_is_not_staged_is_not_asked_about(repository: Folder) -> None:
    repository.write("new.py", BROKEN)
    repository.write("old.py", BROKEN)
    run = repository.check("--staged")
    assert (run.code, run.json["summary"]["checked"]) == (0, 0)


UNSTAGED = {
    "changed": ("pyproject.toml", "[tool.syntax-guard]\n", "[tool.syntax-guard]\nexclude = ['*.py']\n"),
    "new": ("app/pyproject.toml", None, "[tool.syntax-guard]\nexclude = ['*.py']\n"),
    "gone": ("pyproject.toml", "[tool.syntax-guard]\n", None),
    "another declaration": (".python-version", "3.11\n", "3.12\n"),
}


@pytest.mark.parametrize(("path", "before", "after"), UNSTAGED.values(), ids=UNSTAGED)
def test_a_refusal_names_settings_that_are_not_staged(
    path: str, before: str | None, after: str | None, repository: Folder
) -> None:
    repository.write("app/a.py", "x = (\n")
    if before:
        repository.write(path, before)
    repository.git("add", ".")
    quiet = repository.guard("check", "--staged").err
    if after:
        repository.write(path, after)
    else:
        (repository.path / path).unlink()
    run = repository.guard("check", "--staged")
    note = f"syntax-guard: {path} has changes that are not staged; what is staged counts (git add {path})\n"
    assert (run.code, note in run.err, "not staged" in quiet) == (1, True, False)


def test_the_ends_of_lines_that_git_changes_are_no_change_of_settings(repository: Folder) -> None:
    repository.write("a.py", "x = (\n")
    repository.write(".gitattributes", "* text eol=crlf\n")
    repository.write("pyproject.toml", "[tool.syntax-guard]\r\n")
    repository.git("add", ".")
    assert "not staged" not in repository.guard("check", "--staged").err


@pytest.mark.parametrize(("setting", "stored"), [("true", "lf"), ("input", "lf"), ("false", "crlf")])
def test_all_gates_agree_whatever_git_makes_of_the_ends_of_lines(setting: str, stored: str, repository: Folder) -> None:
    """As users of Windows have it: ``core.autocrlf``, and an editor that ends lines as its system does."""
    broken = [("a.py", "syntax-error", 3)]
    repository.git("config", "core.autocrlf", setting)
    repository.write("a.py", "x = '''a\r\nb'''\r\ndef f(:\r\n")
    repository.write("pyproject.toml", "[tool.syntax-guard]\r\n")
    repository.git("add", ".")
    assert f"i/{stored} " in repository.git("ls-files", "--eol", "a.py")
    assert staged(repository) == broken
    assert "not staged" not in repository.guard("check", "--staged").err
    repository.git("commit", "-q", "-m", "x")
    assert repository.check("--commits", "HEAD~1..HEAD").found == broken
    for _ in range(2):
        assert repository.check(".").found == broken
        (repository.path / "a.py").unlink()
        repository.git("checkout", "-q", "--", "a.py")  # with the ends of lines that git gives it
    assert (repository.path / "a.py").read_bytes().count(b"\r\n") == (0 if setting == "input" else 3)


def test_before_the_first_commit(folder: Folder) -> None:
    folder.git("init", "-q")
    folder.write("a.py", BROKEN)
    folder.git("add", "a.py")
    assert staged(folder) == [("a.py", "syntax-error", 1)]


def test_renamed_and_changed(repository: Folder) -> None:
    repository.git("mv", "old.py", "new.py")
    assert staged(repository) == []
    repository.write("new.py", "x = 1\ny = = 2\n")
    repository.git("add", "new.py")
    assert staged(repository) == [("new.py", "syntax-error", 2)]


def test_deleted(repository: Folder) -> None:
    repository.git("rm", "-q", "old.py")
    run = repository.check("--staged")
    assert (run.code, run.json["summary"]["checked"]) == (0, 0)


def test_intent_to_add_is_not_part_of_the_commit(repository: Folder) -> None:
    repository.write("a.py", BROKEN)
    repository.git("add", "--intent-to-add", "a.py")
    assert staged(repository) == []


def test_an_unmerged_path_is_unreadable(repository: Folder) -> None:
    for branch, content in (("theirs", "x = 2\n"), ("main", "x = 3\n")):
        repository.git("checkout", "-q", *(["-b"] if branch != "main" else []), branch)
        repository.write("old.py", content)
        repository.git("commit", "-qam", branch)
    assert repository.run("git", "merge", "theirs").code != 0
    assert staged(repository) == [("old.py", "unreadable", None)]


def test_submodules_are_their_own_business(repository: Folder) -> None:
    repository.git("init", "-q", "inner.py")
    inner = Folder(repository.path / "inner.py", repository.environment)
    inner.write("a.py", BROKEN)
    inner.git("add", "a.py")
    inner.git("commit", "-qm", "inner")
    repository.git("add", "inner.py")
    assert repository.git("diff", "--cached", "--name-only") == "inner.py"
    for ignored in ("none", "all"):
        repository.git("config", "diff.ignoreSubmodules", ignored)
        run = repository.check("--staged")
        assert (run.found, run.json["skipped"]) == ([], [{"path": "inner.py/", "reason": "submodule"}])


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_symbolic_links_hold_a_path_and_no_source(repository: Folder) -> None:
    (repository.path / "link.py").symlink_to("no such file, and no Python either")
    repository.git("add", "link.py")
    assert staged(repository) == []


def test_scripts_by_their_shebang(repository: Folder) -> None:
    repository.write("script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    repository.write("deploy.sh", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    repository.write("plain", f"#!/usr/bin/env python3\n{BROKEN}")
    repository.git("add", "script", "deploy.sh", "plain")
    scripts = ("deploy.sh", "plain", "script") if os.name == "nt" else ("deploy.sh", "script")
    assert staged(repository) == [(name, "syntax-error", 2) for name in scripts]  # as in a search


def test_a_tracked_file_in_a_folder_of_a_tool_is_counted_as_skipped(repository: Folder) -> None:
    repository.write("node_modules/tool/setup.py", BROKEN)
    repository.write("good.py")
    repository.git("add", "--force", ".")
    assert "1 file is valid, 1 skipped (tool-folder)" in repository.guard("check", "--staged").out


@pytest.mark.parametrize(
    "name",
    ["-x.py", "with space.py", "quo'te\".py", "ünï.py", "tab\t.py", "line\nend.py", b"caf\xe9.py"],
    ids=["dash", "space", "quotes", "unicode", "tab", "line end", "not UTF-8"],
)
def test_odd_names(repository: Folder, name: str | bytes) -> None:
    if sys.platform != "linux" and not isinstance(name, str):
        pytest.skip("other systems demand names that are text")
    repository.write(name, BROKEN)
    repository.git("add", "--all")
    assert len(staged(repository)) == 1


@pytest.mark.parametrize("skipped", ["__pycache__", ".venv", "node_modules"])
def test_skipped_folders_are_skipped_when_staged(repository: Folder, skipped: str) -> None:
    repository.write(f"app/{skipped}/a.py", BROKEN)
    repository.git("add", "--all", "--force")
    run = repository.check("--staged")
    assert (run.code, run.json["skipped"]) == (0, [{"path": f"app/{skipped}/a.py", "reason": "tool-folder"}])
    assert "nothing was checked" in run.err


def test_exclude_holds_for_the_index_and_from_a_folder_below(repository: Folder) -> None:
    repository.write("pyproject.toml", '[tool.syntax-guard]\nexclude = ["/generated/"]\n')
    repository.write("generated/a.py", BROKEN)
    repository.write("app/b.py", BROKEN)
    repository.git("add", "--all")
    assert staged(repository) == [("app/b.py", "syntax-error", 1)]
    assert staged(repository, cwd="app") == [("b.py", "syntax-error", 1)]


def test_declarations_count_in_more_folders_than_git_is_asked_of_at_once(repository: Folder) -> None:
    folders = [f"{number:02}-{'x' * 200}/{'y' * 200}" for number in range(12)]
    for folder in folders:
        repository.write(f"{folder}/a.py", "match x:\n    case 1: pass\n")
    repository.write(f"{folders[7]}/pyproject.toml", "[tool.syntax-guard]\ntarget-version = ['3.8']\n")
    repository.git("add", ".")
    (repository.path / folders[7] / "pyproject.toml").unlink()  # the index alone has a say
    assert staged(repository) == [(f"{folders[7]}/a.py", "unsupported-syntax", 1)]


def test_a_worktree_has_an_index_of_its_own(repository: Folder) -> None:
    repository.git("worktree", "add", "-q", "../other")
    other = Folder(repository.path.parent / "other", repository.environment)
    other.write("a.py", BROKEN)
    other.git("add", "a.py")
    assert staged(other) == [("a.py", "syntax-error", 1)]
    assert staged(repository) == []


def test_a_plain_git_hook_refuses_the_commit(repository: Folder) -> None:
    hook = repository.write(".git/hooks/pre-commit", "#!/bin/sh\nexec syntax-guard check --staged\n")
    hook.chmod(0o755)
    repository.write("a.py", BROKEN)
    repository.git("add", "a.py")
    refused = repository.run("git", "commit", "-m", "broken")
    assert refused.code != 0
    assert "a.py:1:5" in refused.out + refused.err
    repository.write("a.py")
    repository.git("add", "a.py")
    repository.git("commit", "-m", "fixed")


def test_many_staged_files_come_from_one_git(repository: Folder) -> None:
    for number in range(3000):
        repository.write(f"many/{number}.py", f"x = {number}\n" + ("y = = 2\n" if number % 1000 == 7 else ""))
    repository.git("add", "many")
    assert [path for path, _, _ in staged(repository)] == ["many/1007.py", "many/2007.py", "many/7.py"]


LAYOUTS = {
    "plain": (lambda _: ".", True),
    "a folder below": (lambda _: "p", True),
    "a link to it": (lambda here: here.run("ln", "-s", ".", "link") and "link", True),
    "a worktree": (lambda here: here.git("worktree", "add", "-q", "other") or "other", False),
    "a work tree elsewhere": (lambda here: here.git("config", "core.worktree", str(here.path / "p")) or "p", False),
    "a configuration elsewhere": (lambda here: here.git("config", "include.path", "more") or ".", False),
    "a bare one": (lambda here: here.git("config", "core.bare", "true") or ".", False),
    "an empty .git below": (lambda here: here.run("mkdir", "p/.git") and "p", True),
    "a .git below with a torn HEAD": (
        lambda here: here.run("cp", "-r", ".git", "p/.git") and here.write("p/.git/HEAD", "ref") and "p", True
    ),
    "no repository": (lambda _: "..", False),
    "inside .git": (lambda _: ".git/refs", False),
}  # fmt: skip


@pytest.mark.parametrize(("lay", "plain"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_top_is_where_git_says(
    repository: Folder, monkeypatch: pytest.MonkeyPatch, lay: Callable[[Folder], str], plain: bool
) -> None:
    (repository.path / "p").mkdir()
    monkeypatch.chdir(repository.path / lay(repository))
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    found = plain_top(".")
    assert (found is not None) == plain
    if found is not None:
        assert found == subprocess.check_output(["git", "rev-parse", "--show-toplevel"], text=True).strip()
    monkeypatch.setenv("GIT_WORK_TREE", "p")
    assert plain_top(".") is None


def test_the_repository_is_left_as_it_was(repository: Folder) -> None:
    repository.write("a.py", BROKEN)
    repository.git("add", "a.py")
    before = {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")}
    repository.check("--staged")
    assert {path: path.stat().st_mtime_ns for path in repository.path.rglob("*")} == before


def test_configuration_of_the_repository_runs_nothing(repository: Folder) -> None:
    trap = f"touch '{repository.path}/sprung'; cat"
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "filter.trap.smudge",
        "diff.trap.textconv",
        "pager.diff",
    ):
        repository.git("config", key, trap)
    repository.write(".gitattributes", "*.py diff=trap filter=trap\n")
    repository.write("a.py", BROKEN)
    repository.run("git", "-c", "filter.trap.smudge=", "-c", "core.fsmonitor=false", "add", "--all")
    (repository.path / "sprung").unlink(missing_ok=True)
    assert ("a.py", "syntax-error", 1) in staged(repository)
    assert not (repository.path / "sprung").exists()
