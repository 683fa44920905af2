"""A repository whose configuration names programs: `--staged` runs none of them, and fetches nothing."""

from __future__ import annotations

import os
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.changed import changed
from syntax_guard.sources.checkout import Checkout
from syntax_guard.sources.staged import tracked
from syntax_guard.sources.staged_index import Index

from ..conftest import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder, Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
TRAP = "sprung"
HOOKS = (
    "pre-commit",
    "post-index-change",
    "fsmonitor-watchman",
    "post-checkout",
    "reference-transaction",
    "pre-auto-gc",
)
CONFIGURATION = (
    *("core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.gitProxy"),
    *("diff.external", "core.alternateRefsCommand", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean"),
    *("filter.evil.smudge", "filter.evil.process", "merge.evil.driver", "pager.diff"),
    *("pager.cat-file", "credential.helper", "gpg.program"),
    *("interactive.diffFilter", "sequence.editor", "remote.origin.uploadpack", "trailer.x.command", "web.browser"),
)  # fmt: skip
VARIABLES = (
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "PAGER",
    "GIT_EDITOR",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
)


def springs(folder: Folder) -> Path:
    """A program that leaves its mark when it is run."""
    program = folder.write("../trap.sh", f'#!/bin/sh\necho "$0 $*" >>"{folder.path.parent / TRAP}"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def rigged(repository: Folder) -> Folder:
    """A repository with a broken and a good file staged, and every setting that can name a program set to a trap."""
    program = springs(repository)
    repository.write("bad.py", "x = (\n")
    repository.write("good.py")
    repository.write(".gitattributes", "*.py diff=evil filter=evil merge=evil\n")
    repository.git("add", ".")
    for name in CONFIGURATION:
        repository.git("config", name, str(program))
    repository.write(
        "../included", f"[core]\n\tfsmonitor = {program}\n[alias]\n\tdiff = !{program}\n\trev-parse = !{program}\n"
    )
    repository.git("config", "includeIf.gitdir:/.path", str(repository.path.parent / "included"))
    for hook in HOOKS:
        (repository.path / ".git/hooks").mkdir(exist_ok=True)
        (repository.path / ".git/hooks" / hook).symlink_to(program)
    (repository.path.parent / TRAP).unlink(missing_ok=True)
    return repository


def sprung(folder: Folder) -> str:
    path = folder.path.parent / TRAP
    return path.read_text() if path.exists() else ""


def test_no_program_of_the_configuration_is_run(rigged: Folder) -> None:
    run = rigged.check("--staged")
    assert run.found == [("bad.py", "syntax-error", 1)]
    assert not sprung(rigged)


def test_the_hook_of_an_agent_runs_no_program_of_the_configuration(rigged: Folder) -> None:
    """git compares the content of a file that is as young as the index, and hands it to a filter before."""
    os.utime(rigged.path / "good.py", (4e9, 4e9))
    harmless = ("core.hooksPath=", "core.fsmonitor=", "filter.evil.clean=", "filter.evil.process=")
    rigged.git(*(word for setting in harmless for word in ("-c", setting)), "add", "good.py")
    rigged.git("config", "filter.evil.required", "true")
    (rigged.path.parent / TRAP).unlink(missing_ok=True)
    assert {"bad.py", "good.py"} <= {*changed(str(rigged.path))}
    assert not sprung(rigged)


def test_the_traps_are_set(rigged: Folder) -> None:
    rigged.run("git", "diff", "--cached")
    rigged.run("git", "status")
    assert sprung(rigged)


def test_no_program_of_the_environment_is_run(rigged: Folder) -> None:
    run = rigged.check("--staged", environment=dict.fromkeys(VARIABLES, str(rigged.path.parent / "trap.sh")))
    assert run.found == [("bad.py", "syntax-error", 1)]
    assert not sprung(rigged)


@pytest.mark.slow
@pytest.mark.parametrize("path", [".{rest}", "{rest}:", "bin{rest}", "..{rest}"])
def test_no_program_of_the_tree_is_run_where_path_leads_into_it(path: str, rigged: Folder) -> None:
    """Which ``.``, an empty entry and every other that is relative does."""
    for folder in (".", "bin", ".."):
        for name in ("git", "python3", "python3.9", "python3.12", "identify"):
            rigged.write(f"{folder}/{name}", (rigged.path.parent / "trap.sh").read_bytes()).chmod(0o755)
    rest = os.pathsep + rigged.environment["PATH"]
    environment = {"PATH": path.format(rest=rest)}
    assert rigged.check("--staged", environment=environment).found == [("bad.py", "syntax-error", 1)]
    versions = "--target-version=3.9,3.12"
    assert rigged.check(versions, "--no-cache", "bad.py", environment=environment).code != 0
    assert rigged.guard("targets", versions, environment=environment).code in (0, 2)
    assert not sprung(rigged)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["literal", "glob", "noglob", "icase"])
def test_how_a_user_s_git_reads_paths_is_none_of_ours(repository: Folder, how: str) -> None:
    """``git --literal-pathspecs commit`` tells the hooks; with an index of version 4, git is asked about each path."""
    repository.write("pyproject.toml", "[project]\nrequires-python = '>=3.9'\n")
    repository.write("BAD.py", "match x:\n    case 1: pass\n")
    repository.git("update-index", "--index-version", "4")
    repository.git("add", ".")
    repository.write("bad.py", "match x:\n    case 1: pass\n")
    hook = repository.write(".git/hooks/pre-commit", "#!/bin/sh\nexec syntax-guard check --staged\n")
    hook.chmod(0o755)
    commit = repository.run("git", f"--{how}-pathspecs", "commit", "-qm", "x")
    assert (commit.code, "BAD.py:1" in commit.out + commit.err) == (1, True), commit.err
    environment = {f"GIT_{how.upper()}_PATHSPECS": "1"}
    for arguments in (["--tracked"], ["--hook", "BAD.py"], ["--staged"]):
        run = repository.check(*arguments, environment=environment)
        assert [path for path, _, _ in run.found] == ["BAD.py"], arguments
    run = repository.check(".", environment=environment)
    assert {one["path"]: one["untracked"] for one in run.json["diagnostics"]} == {"BAD.py": False, "bad.py": True}


def test_what_git_traces_is_no_answer(repository: Folder) -> None:
    repository.write("bad.py", "def f(:\n")
    repository.git("add", ".")
    for one in ("--staged", "--tracked"):
        run = repository.check(one, environment={"GIT_TRACE": "/dev/stdout", "GIT_TRACE2": "/dev/stdout"})
        assert run.found == [("bad.py", "syntax-error", 1)], run.err


def test_a_git_that_says_nothing_is_an_error(repository: Folder) -> None:
    """A stand-in on PATH whose silence would read as "nothing is staged"."""
    repository.write("../first/git", "#!/bin/sh\n").chmod(0o755)
    first = str(repository.path.parent / "first")
    run = repository.check("--staged", environment={"PATH": first + os.pathsep + repository.environment["PATH"]})
    assert run.code == 2
    assert len(run.err.splitlines()) == 1


def test_nothing_is_written_into_the_repository(rigged: Folder) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            os.path.join(root, name): (
                os.lstat(os.path.join(root, name)).st_mtime_ns,
                os.lstat(os.path.join(root, name)).st_size,
            )
            for root, _, names in os.walk(rigged.path)
            for name in names
        }

    before = state()
    rigged.check("--staged")
    assert state() == before


@pytest.mark.parametrize("address", ["ext::{program} %S", "file://{folder}", "ssh://evil/x"])
def test_a_missing_object_is_not_fetched(address: str, rigged: Folder) -> None:
    """As in a partial clone whose remote is a command (``ext::``), which its configuration allows."""
    blob = rigged.git("ls-files", "-s", "bad.py").split()[1]
    (rigged.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (rigged.path.parent / TRAP).unlink(missing_ok=True)  # the test's own git was not careful
    place = address.format(program=rigged.path.parent / "trap.sh", folder=rigged.path)
    for name, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": place, "protocol.allow": "always", "protocol.ext.allow": "always",
    }.items():  # fmt: skip
        rigged.git("config", name, value)
    run = rigged.check("--staged")
    assert run.code == 2, run.out
    assert len(run.err.splitlines()) == 1
    assert not sprung(rigged)


@pytest.mark.slow
def test_a_large_staged_file_is_not_held(repository: Folder) -> None:
    big = repository.write("big.py", b"")
    os.truncate(big, 65 << 20)
    repository.write("zz.py", "x = (\n")
    repository.git("-c", "core.bigFileThreshold=1m", "add", ".")
    assert repository.check("--staged").found == [("big.py", "too-complex", None), ("zz.py", "syntax-error", 1)]


def test_git_that_says_much_on_its_error_stream_does_not_stall(repository: Folder) -> None:
    for number in range(400):
        repository.write(f"{number}.py", f"x = {number}\n")
    repository.git("add", ".")
    run = repository.check(
        "--staged", environment={"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1", "GIT_TRACE_PERFORMANCE": "1"}
    )
    assert run.code == 0


def test_a_repository_of_somebody_else_is_an_error(rigged: Folder) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    for root, folders, names in os.walk(rigged.path):
        for name in [*folders, *names, "."]:
            os.lchown(os.path.join(root, name), 12345, 12345)
    run = rigged.check("--staged")
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert not sprung(rigged)


@pytest.mark.grid
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("name", ["bad.py", "script", "p/é.py", f"{'n' * 100}/{'x' * 200}.py"])
def test_a_hook_judges_what_is_staged_where_git_does_not_look_at_the_disk(
    repository: Folder, flag: str, name: str
) -> None:
    first = "#!/usr/bin/env python3\n"
    repository.write("good.py")
    repository.write(name, f"{first}x = (\n").chmod(0o755)
    repository.git("add", "--all")
    repository.git("update-index", flag, name)
    repository.write(name, f"{first}x = 1\n")
    run = repository.check("--hook", "--", "good.py", name)
    assert [one[:2] for one in run.found] == [(name, "syntax-error")]
    excluded = repository.guard("check", "--hook", f"--exclude={name}", "--", "good.py", name)
    assert (excluded.code, excluded.err) == (0, "")
    repository.git("commit", "-qm", "first")
    repository.git("worktree", "add", "-q", "--detach", "../other")
    repository.git("-C", "../other", "update-index", flag, name)
    (repository.path.parent / "other" / name).write_text(f"{first}x = 1\n")
    assert repository.guard("check", "--hook", "--", name, cwd="../other").code == 1, "a linked work tree"
    repository.git("update-index", flag.replace("--", "--no-"), name)
    assert repository.check("--hook", "--", "good.py", name).code == 0


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("many", [1, 60])
def test_a_hook_sees_this_however_a_file_is_named(repository: Folder, many: int, flag: str) -> None:
    for number in range(many):
        repository.write(f"p/good{number}.py")
    repository.write("p/bad.py", "x = (\n")
    repository.write("q/a.txt")
    repository.git("add", "--all")
    repository.git("update-index", flag, "p/bad.py")
    repository.write("p/bad.py")
    os.symlink(repository.path, repository.path.parent / "link") if os.name != "nt" else None
    here, above = repository.path, repository.path.name
    ways = [
        (".", "p/"), (".", "./p/"), (".", "q/../p/"), (".", f"../{above}/p/"), (".", f"{here}/p/"),
        ("p", ""), ("q", "../p/"), *([(".", f"{here.parent}/link/p/")] if os.name != "nt" else []),
    ]  # fmt: skip
    for cwd, folder in ways:
        names = [f"{folder}good{number}.py" for number in range(many)]
        run = repository.check("--hook", "--", *names, f"{folder}bad.py", cwd=cwd)
        assert [code for _, code, _ in run.found] == ["syntax-error"], (cwd, folder)


@pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a shebang line")
@pytest.mark.parametrize("more", ["note: a line", "1 2 3\\t", "\\t\\t", ":1 2 3 4 5"])
@pytest.mark.parametrize("way", [["--tracked"], ["--staged"], ["--commits", "HEAD"]])
def test_a_git_that_says_more_than_it_is_asked_ends_the_run(repository: Folder, way: list[str], more: str) -> None:
    repository.write("a.py")
    repository.git("add", "a.py")
    repository.git("commit", "-qm", "first")
    repository.write("bin/git", f"#!/bin/sh\nprintf '{more}\\n'\nexec {shutil.which('git')} \"$@\"\n").chmod(0o755)
    path = os.pathsep.join([str(repository.path / "bin"), repository.environment["PATH"]])
    repository.git("update-index", "--index-version", "4")  # git is asked
    run = repository.run(COMMAND, "check", *way, environment={"PATH": path})
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), run.err


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_declaration_that_git_does_not_look_at_counts_whatever_stands_there(repository: Folder, flag: str) -> None:
    repository.write(".python-version", "3.8\n")
    repository.write("a.py")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")
    repository.git("update-index", flag, ".python-version")
    (repository.path / ".python-version").unlink()
    (repository.path / ".python-version").mkdir()
    repository.write("a.py", "match x:\n    case 1: pass\n")
    repository.git("add", "a.py")
    for way in (["--staged"], ["--hook", "--", "a.py"]):
        assert [one["targets"] for one in repository.check(*way).json["diagnostics"]] == [["3.8"]]


NAMES = ("a\nb", "\nb", "a\n", "a\tb", "0:a", "3:a/b", ":a", ":(top)a", ":!a", "*", "0", "HEAD", "-", "~", "{}")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_be_called_as_git_calls_other_things(repository: Folder, name: str) -> None:
    repository.write(f"{name}/.python-version", "3.12\n")
    repository.write(f"{name}/old.py", "match x:\n    case 1: pass\n")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")
    repository.write(f"{name}/.python-version", "3.8\n")
    repository.git("add", "--all")
    ways = [["."], ["--", f"{name}/old.py"], ["--tracked"], ["--hook", "--", f"{name}/.python-version"], ["--staged"]]
    for version in ("2", "4"):  # of the latter, git is asked
        repository.git("update-index", "--index-version", version)
        for way in ways if version == "2" else ways[-2:]:
            found = [(one["path"], one["targets"]) for one in repository.check(*way).json["diagnostics"]]
            assert found == [(f"{name}/old.py", ["3.8"])], way
    repository.git("commit", "-qm", "older")
    assert repository.guard("check", "--commits", "HEAD").code == 1


INDEXES: dict[str, list[tuple[str, ...]]] = {
    "version 4": [("update-index", "--index-version", "4")],
    "split": [("update-index", "--split-index")],
    "sparse": [("sparse-checkout", "set", "--cone", "--sparse-index", "p")],
}


@pytest.mark.grid
@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("name", ["bad.py", "p/é.py"])
def test_a_hook_sees_this_in_each_form_of_the_index(repository: Folder, flag: str, name: str, index: str) -> None:
    for path in ("p/good.py", "q/good.py", "p/link", name):
        repository.write(path)
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")
    repository.write(name, "x = (\n")
    repository.git("add", "--all")
    for command in INDEXES[index]:
        repository.git(*command)
    # else git takes the mark from a file that is there
    repository.git("config", "--worktree", "core.sparseCheckout", "false")
    repository.git("update-index", flag, name)
    repository.write(name)
    repository.write("../elsewhere.py")
    run = repository.check("--hook", "--", "p/good.py", name, "../elsewhere.py")
    assert [one[:2] for one in run.found] == [(name, "syntax-error")]
    repository.git("update-index", flag.replace("--", "--no-"), name)
    assert repository.check("--hook", "--", "p/good.py", name).code == 0


def hooked(repository: Folder, cwd: str = ".") -> Run:
    """What the hook says of the names that pre-commit passes."""
    names = repository.git("diff", "--cached", "--name-only", "--no-renames", "--diff-filter=ACMRTUXB", "-z")
    here = [os.path.relpath(name, cwd) for name in names.split("\0") if name]
    return repository.check("--hook", "--", *here, cwd=cwd)


@pytest.mark.parametrize("place", ["", "in/"])
def test_what_a_commit_of_attributes_alone_has_checked_out_is_judged(repository: Folder, place: str) -> None:
    repository.write(f"{place}a.py", "x = 'é'\n")
    repository.write("other.txt", "é\n")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "valid")
    repository.write(f"{place}.gitattributes", "*.py text\n")
    repository.git("add", "--all")
    for run in (repository.check("--staged"), hooked(repository)):
        assert run.json["summary"]["checked"] == 0
    repository.git("commit", "-qm", "no encoding")
    repository.write(f"{place}.gitattributes", "*.py working-tree-encoding=latin-1\n")
    repository.git("add", f"{place}.gitattributes")
    for run in (repository.check("--staged"), hooked(repository)):
        assert (run.code, [one[0] for one in run.found]) == (1, [f"{place}a.py"])
    repository.write("sub/b.txt")
    assert [one[0] for one in hooked(repository, cwd="sub").found] == [os.path.relpath(f"{place}a.py", "sub")]
    repository.git("commit", "-qm", "an encoding")
    repository.write(f"{place}a.py", "# coding: latin-1\nx = '\\x81'\n")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "valid")
    repository.write(f"{place}.gitattributes", "*.py text\n")
    repository.git("add", "--all")
    assert hooked(repository).json["summary"]["checked"] == 1, "an encoding that goes"
    repository.git("rm", "-qf", f"{place}.gitattributes")
    assert repository.check("--staged").json["summary"]["checked"] == 1, "and its file with it"


class TestTheHookAndAttributes:
    """What differs from the disk is what git would check out; each other file is judged once, as the disk has it."""

    def test_a_staged_file_whose_encoding_changes_in_the_same_commit(self, repository: Folder) -> None:
        repository.write("a.py", "x = 'é'\n")
        repository.write("good.py")
        repository.write("bad.py", "x = (\n")
        repository.git("add", "--all")
        repository.write(".gitattributes", "*.py working-tree-encoding=latin-1\n")
        repository.git("add", ".gitattributes")
        run = hooked(repository)
        assert [one[0] for one in run.found] == ["a.py", "bad.py"]
        assert run.json["summary"]["checked"] == 4, "a.py on the disk is valid"

    def test_attributes_that_no_commit_changes(self, repository: Folder) -> None:
        """As ``pre-commit run --all-files`` passes all names: what is on the disk counts."""
        repository.write(".gitattributes", "*.py working-tree-encoding=latin-1\n")
        repository.write("a.py", "# coding: latin-1\nx = 'e'\n")
        repository.git("add", "--all")
        repository.git("commit", "-qm", "first")
        repository.write("a.py", "x = (\n")
        run = repository.check("--hook", "--", ".gitattributes", "a.py")
        assert (run.found, run.json["summary"]["checked"]) == ([("a.py", "syntax-error", 1)], 1)

    def test_a_macro_that_names_the_encoding(self, repository: Folder) -> None:
        repository.write(".gitattributes", "[attr]western working-tree-encoding=latin-1\n")
        repository.write("in/a.py", "x = 'é'\n")
        repository.git("add", "--all")
        repository.git("commit", "-qm", "first")
        repository.write("in/.gitattributes", "*.py western\n")
        repository.git("add", "in/.gitattributes")
        for run in (repository.check("--staged"), hooked(repository)):
            assert [one[0] for one in run.found] == ["in/a.py"]

    def test_settings_and_targets_are_those_of_each_file(self, repository: Folder) -> None:
        for name in ("a.py", "b/c.py", "skipped.py"):
            repository.write(name, "match x:\n    case 1: pass\n")
        repository.write("b/pyproject.toml", "[project]\nrequires-python = '>=3.9'\n")
        repository.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['skipped.py']\n")
        repository.git("add", "--all")
        repository.git("commit", "-qm", "first")
        repository.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['skipped.py']\n# changed\n")
        repository.write(".gitattributes", "*.py working-tree-encoding=UTF-8\n")
        repository.git("add", "--all")
        for run in (repository.check("--staged"), hooked(repository)):
            assert [one[0] for one in run.found] == ["b/c.py"]
            assert {one["path"]: one["reason"] for one in run.json["skipped"]}["skipped.py"] == "excluded"

    def test_a_filter_that_the_user_lets_run(self, repository: Folder) -> None:
        repository.write("a.py", "x = 1 if y else 2\n")
        repository.git("add", "--all")
        repository.git("commit", "-qm", "first")
        repository.write(".gitattributes", "*.py filter=rot\n")
        repository.git("add", "--all")
        repository.git("config", "filter.rot.smudge", TestWhatIsCheckedOut.ROT)
        asked = {"SYNTAX_GUARD_RUN_FILTERS": "1"}
        for arguments in (["--staged"], ["--hook", "--", ".gitattributes"]):
            assert repository.check(*arguments).found == []
            assert [one[0] for one in repository.check(*arguments, environment=asked).found] == ["a.py"]


def test_commits_are_judged_as_git_stores_them(repository: Folder) -> None:
    repository.write(".gitattributes", "*.py working-tree-encoding=UTF-16LE\n")
    repository.write("a.py", "x = 1\n".encode("utf-16-le"))
    repository.git("add", "--all")
    assert [one[0] for one in repository.check("--staged").found] == ["a.py"]
    repository.git("commit", "-qm", "first")
    assert repository.check("--commits", "HEAD").found == []


class TestWhatIsCheckedOut:
    """The index may hold other bytes than a checkout: what counts is what Python would read."""

    def test_an_object_that_was_replaced_here_is_judged_as_others_will_get_it(self, repository: Folder) -> None:
        repository.write("bad.py", "x = (\n")
        repository.git("add", "bad.py")
        blob = repository.git("rev-parse", ":bad.py")
        repository.write("good.py")
        good = repository.git("hash-object", "-w", "good.py")
        repository.git("replace", blob, good)
        assert repository.git("cat-file", "blob", blob) == "x = 1", "the trap is not set"
        assert repository.check("--staged").found == [("bad.py", "syntax-error", 1)]

    @pytest.mark.grid
    @pytest.mark.parametrize(
        ("encoding", "code"), [("UTF-16", 1), ("UTF-16LE-BOM", 1), ("UTF-32", 1), ("UTF-8", 0), ("ISO-8859-15", 1)]
    )
    @pytest.mark.parametrize("place", [".gitattributes", "app/.gitattributes", ".git/info/attributes"])
    def test_a_file_that_is_written_in_another_encoding(
        self, repository: Folder, encoding: str, code: int, place: str
    ) -> None:
        repository.write("app/a.py", "x = '\u20ac'\n".encode(encoding.removesuffix("LE-BOM")))
        repository.write(place, f"*.py working-tree-encoding={encoding}\n")
        repository.git("add", "--all")
        assert repository.check("--staged").code == repository.check("app/a.py").code == code

    @pytest.mark.parametrize("committed", [False, True])
    @pytest.mark.parametrize("version", ["2", "4"])
    def test_attributes_that_only_the_index_has(self, repository: Folder, version: str, *, committed: bool) -> None:
        repository.git("update-index", "--index-version", version)
        repository.write(".gitattributes", "*.py working-tree-encoding=UTF-16\n")
        repository.git("add", "--all")
        if committed:
            repository.git("commit", "-qm", "attributes")
        repository.write("a.py", "x = 1\n".encode("utf-16"))
        repository.git("add", "a.py")
        (repository.path / ".gitattributes").unlink()
        assert repository.check("--staged").code == 1

    @pytest.mark.parametrize("kept", [True, False])
    @pytest.mark.parametrize("new", [True, False])
    def test_attributes_in_the_path_that_a_link_holds(self, repository: Folder, *, kept: bool, new: bool) -> None:
        """Git reads no link on the disk, and in the index the path itself."""
        repository.write("a.py", "x = 'é'\n")
        repository.git("add", "--all")
        if not new:
            repository.git("commit", "-qm", "valid")
        link = repository.path / ".gitattributes"
        link.symlink_to("*.py working-tree-encoding=latin-1")
        repository.git("add", ".gitattributes")
        if not kept:
            link.unlink()
        assert [one[0] for one in repository.check("--staged").found] == ["a.py"]
        repository.git("commit", "-qm", "a link")
        repository.git("clone", "-q", ".", "../clone")
        assert (repository.path.parent / "clone/a.py").read_bytes() == "x = 'é'\n".encode("latin-1"), "as git has it"

    @pytest.mark.parametrize("place", ["config", "included", "home", "variable"])
    def test_attributes_in_a_file_that_the_configuration_names(self, repository: Folder, place: str) -> None:
        file = repository.write("../attributes", "*.py working-tree-encoding=UTF-16\n")
        said = f"[core]\n\tattributesFile = {file}\n"
        variables = {}
        if place == "config":
            repository.git("config", "core.attributesFile", str(file))
        elif place == "included":
            repository.git("config", "include.path", str(repository.write("../more", said)))
        elif place == "home":
            variables = {"HOME": str(repository.write("../other/.gitconfig", said).parent)}
        else:
            variables = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.attributesFile",
                         "GIT_CONFIG_VALUE_0": str(file)}  # fmt: skip
        repository.write("a.py", "x = 1\n".encode("utf-16"))
        assert repository.run("git", "add", "--all", environment=variables).code == 0
        assert repository.check("--staged", environment=variables).code == 1

    ENDS_EARLY = b'x = """$Id:"""#$\ny = 1\n'
    """Valid as it is stored: git writes its name in the place of the three quotes."""

    def test_an_object_that_git_writes_its_name_into(self, repository: Folder) -> None:
        repository.write("a.py", self.ENDS_EARLY)
        repository.write("good.py", "x = '$Id$'  # $Id: other 1.2 $\n")
        repository.git("add", "--all")
        assert repository.check("--staged").found == []
        repository.git("commit", "-qm", "valid")
        repository.write(".gitattributes", "*.py ident\n")
        repository.git("add", ".gitattributes")
        for run in (repository.check("--staged"), hooked(repository)):
            assert run.found == [("a.py", "syntax-error", 1)]
            assert run.json["summary"]["checked"] == 2
        (repository.path / "a.py").unlink()
        repository.git("checkout", "--", "a.py")
        assert repository.check("a.py").found == [("a.py", "syntax-error", 1)], "as git has it"

    @pytest.mark.parametrize("more", ["", " text", " text=auto", " working-tree-encoding=UTF-16LE"])
    def test_a_name_is_written_where_git_writes_it(self, repository: Folder, more: str) -> None:
        chance = random.Random(7)
        pieces = (b"$", b"Id", b"$Id", b":", b" ", b"$Id: ", b"\n", b"x", b"$Id$", b"$Id:", b"\t")
        for number in range(300):
            content = b"".join(chance.choices(pieces, k=chance.randint(2, 12)))
            repository.write(f"{number}.py", content + b"\n")
        repository.git("add", "*.py")
        repository.write(".gitattributes", f"*.py ident{more}\n")
        repository.git("add", ".gitattributes")
        repository.git("checkout-index", "--all", "--prefix=../out/")
        index = Index(str(repository.path))
        with index:
            entries = [entry for entry in tracked(index.top()) if entry.path.endswith(".py")]
            checkout = Checkout(index.top(), [entry.path for entry in entries])
            written = {one.path: checkout.read(index, one.path, one.blob or "", 1 << 20) for one in entries}
        there = {path: (repository.path.parent / "out" / path).read_bytes() for path in written}
        assert written == there
        names = [f"$Id: {one.blob} $".encode(encoding="utf-16-le" if "UTF" in more else "ascii") for one in entries]
        assert sum(name in one for name, one in zip(names, written.values(), strict=True)) > 20

    @pytest.mark.parametrize(("said", "code"), [("working-tree-encoding", 1), ("-working-tree-encoding", 0)])
    def test_an_encoding_without_a_name_is_an_error_as_in_git(self, repository: Folder, said: str, code: int) -> None:
        repository.write("a.py")
        repository.git("add", "--all")
        attributes = repository.write("said", f"*.py {said}\n")
        blob = repository.git("hash-object", "-w", "--no-filters", attributes)
        for name in ("a.py", "said"):
            (repository.path / name).unlink()
        repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},.gitattributes")
        assert repository.check("--staged").found == [("a.py", "unreadable", None)] * code
        assert (repository.run("git", "checkout", "--", "a.py").code != 0) == bool(code)

    def test_an_encoding_that_is_not_known(self, repository: Folder) -> None:
        repository.write("a.py")
        repository.git("add", "--all")
        repository.write(".gitattributes", "*.py working-tree-encoding=KLINGON\n")
        repository.git("add", ".gitattributes")
        assert repository.check("--staged").found == [("a.py", "unreadable", None)]

    def filtered(self, repository: Folder, content: str, **commands: str) -> None:
        repository.write("a.py", content)
        repository.write(".gitattributes", "a.py filter=crypt\n")
        repository.git("add", "--all")
        for name, command in commands.items():
            repository.git("config", f"filter.crypt.{name}", command)

    @pytest.mark.parametrize("kind", ["smudge", "process"])
    def test_a_filter_is_not_run_and_is_named(self, repository: Folder, kind: str) -> None:
        self.filtered(repository, "version https://git-lfs.github.com/spec/v1\n", **{kind: f"touch {TRAP}; cat"})
        run = repository.check("--staged")
        assert run.code == 1
        assert "git's filter 'crypt'" in run.json["diagnostics"][0]["hint"]
        assert not (repository.path / TRAP).exists()
        self.filtered(repository, "x = 1\n")
        assert repository.check("--staged").code == 0, "green stays green"

    @pytest.mark.parametrize("commands", [{"clean": "cat"}, {"smudge": "cat"}, {"clean": "cat", "smudge": ""}])
    def test_a_filter_that_changes_nothing_on_the_way_out(self, repository: Folder, commands: dict[str, str]) -> None:
        self.filtered(repository, "x = (\n", **commands)
        run = repository.check("--staged")
        assert run.found == [("a.py", "syntax-error", 1)]
        assert "filter" not in str(run.json["diagnostics"][0]["hint"])

    ROT = "tr a-zA-Z n-za-mN-ZA-M"

    def scrambled(self, repository: Folder, name: str, content: str, *, required: bool = False) -> None:
        """A file that git stores scrambled, as git-crypt does."""
        repository.git("config", "filter.crypt.clean", self.ROT)
        repository.git("config", "filter.crypt.smudge", self.ROT)
        repository.git("config", "filter.crypt.required", str(required).lower())
        repository.write(".gitattributes", "* filter=crypt\n.gitattributes -filter\n")
        repository.write(name, content).chmod(0o755)
        repository.git("add", "--all")
        assert repository.git("show", f":{name}") != content.strip(), "the filter did nothing"

    @pytest.mark.parametrize("asked", [{}, {"SYNTAX_GUARD_RUN_FILTERS": "1"}])
    @pytest.mark.parametrize(
        ("name", "content", "stored", "run"),
        [
            ("a.py", "x = 1 if y else 2\n", 1, 0),
            ("a.py", "x = (\n", 1, 1),
            ("a.py", "vs k: cnff\n", 0, 1),
            ("script", "#!/usr/bin/env python3\nx = (\n", 0, 1),
        ],
    )
    def test_a_filter_is_run_where_the_user_says_so(
        self, repository: Folder, name: str, content: str, stored: int, run: int, asked: dict[str, str]
    ) -> None:
        self.scrambled(repository, name, content)
        flags = [] if asked else ["--run-filters"]
        assert repository.check("--staged").code == stored
        assert repository.check("--staged", *flags, environment=asked).code == run

    def test_a_filter_that_fails_is_no_verdict(self, repository: Folder) -> None:
        self.scrambled(repository, "a.py", "x = 1\n", required=True)
        repository.git("config", "filter.crypt.smudge", "false")
        assert repository.check("--staged", "--run-filters").found == [("a.py", "unreadable", None)]

    def test_no_file_of_the_repository_has_filters_run(self, repository: Folder) -> None:
        self.scrambled(repository, "a.py", "x = 1 if y else 2\n")
        repository.write("pyproject.toml", "[tool.syntax-guard]\nrun-filters = true\n")
        repository.git("-c", "filter.crypt.clean=cat", "add", "--all")
        assert repository.check("--staged").code == 2

    def test_an_encoding_and_a_filter(self, repository: Folder) -> None:
        repository.write("a.py", "x = 1\n".encode("utf-16"))
        repository.write(".gitattributes", "*.py working-tree-encoding=UTF-16 filter=crypt\n")
        repository.git("add", "--all")
        repository.git("config", "filter.crypt.smudge", f"touch {TRAP}; cat")
        repository.git("config", "filter.crypt.required", "true")
        assert repository.check("--staged").code == 1
        assert not (repository.path / TRAP).exists()


def test_the_remedy_of_git_for_a_repository_of_somebody_else_is_passed_on(repository: Folder) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    for root, folders, names in os.walk(repository.path):
        for name in [*folders, *names, "."]:
            os.lchown(os.path.join(root, name), 12345, 12345)
    run = repository.guard("check", "--staged")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert f"git config --global --add safe.directory {repository.path}" in run.err
