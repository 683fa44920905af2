"""A changed declaration is a change of its files: they are judged again, for the targets that are new."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import BASELINE, load
from syntax_guard.gates.commits import check_commits
from syntax_guard.gates.hook import check_for_hook
from syntax_guard.gates.push import Update, check_received
from syntax_guard.gates.staged import check_staged
from syntax_guard.sources.git_history import History
from syntax_guard.sources.staged_index import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from syntax_guard.config.settings import Settings
    from syntax_guard.model import Result

    from ..conftest import Folder

    Staged: TypeAlias = Callable[[dict[str, str], str], Result]

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
MATCH = "match x:\n    case 1: pass\n"
"""Refused before 3.10."""
WALRUS = "(a := 1)\ndef f(a, /): pass\nwith (a as b, c as d): pass\n"
"""Refused by 3.8."""
PYPROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">={}"\ndependencies = ["{}"]\n'
HOOK, STAGED, COMMITS, RECEIVED, EACH = "hook", "staged", "commits", "received", "each commit received"
IN_HISTORY = (COMMITS, RECEIVED, EACH)
WAYS = (HOOK, STAGED, *IN_HISTORY)
pytestmark = pytest.mark.skipif(sys.version_info < (3, 10), reason="the host has to accept the newer syntax")


def committed(repository: Folder, files: dict[str, str]) -> None:
    for name, content in files.items():
        repository.write(name, content)
    repository.git("add", "--all")
    repository.git("commit", "-qm", "a commit")


@pytest.fixture
def staged(repository: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """What is said of a commit that changes some files; asked in this process, which is many times as fast."""

    def check(files: dict[str, str], way: str) -> Result:
        for name, content in files.items():
            repository.write(name, content)
        repository.git("add", "--all")
        monkeypatch.chdir(repository.path)
        settings = load({"cache_dir": str(tmp_path_factory.getbasetemp() / "pythons")}, {}, ".")
        if way in IN_HISTORY:
            return of_commit(repository, way, settings)
        if way == STAGED:
            with Index(".") as index:
                return check_staged(index, settings)
        return check_for_hook(repository.git("diff", "--cached", "--name-only").splitlines(), settings)

    return check


def of_commit(repository: Folder, way: str, settings: Settings) -> Result:
    """What is said of what is staged, when it has been committed on another branch."""
    repository.git("checkout", "-qb", "topic")
    repository.git("commit", "-qm", "the change")
    commit, old = repository.git("rev-parse", "topic", "main").split()
    with History(".") as history:
        if way == COMMITS:
            return check_commits(history, [commit], settings)
        repository.git("checkout", "-q", "--detach")
        repository.git("branch", "-qD", "topic")
        update = Update("refs/heads/main", old, commit)
        ((_, result),) = check_received(history, [update], settings, every_commit=way == EACH)
        return result


def refused(result: Result) -> set[tuple[str, tuple[str, ...]]]:
    return {(one.path, tuple(target.label for target in one.targets)) for one in result.diagnostics}


OLD, NEW = "3.9", "3.10"
COMPOSED = "services: {a: {build: {context: ., dockerfile: app/Dockerfile, args: {V: '%s'}}}}\n"
CHANGES: dict[str, tuple[dict[str, str], dict[str, str], set[str]]] = {
    "a floor": (
        {"app/pyproject.toml": PYPROJECT.format(NEW, "a")}, {"app/pyproject.toml": PYPROJECT.format(OLD, "a")}, {"app"},
    ),
    "a bumped dependency": (
        {"app/pyproject.toml": PYPROJECT.format(OLD, "a")}, {"app/pyproject.toml": PYPROJECT.format(OLD, "b")}, set(),
    ),
    "an image": ({"app/Dockerfile": "FROM python:3.10\n"}, {"app/Dockerfile": "FROM python:3.9\n"}, {"app"}),
    "another digest": (
        {"app/Dockerfile": "FROM python:3.9\n"}, {"app/Dockerfile": f"FROM python:3.9@sha256:{'0' * 64}\n"}, set(),
    ),
    "a pin": ({"app/.python-version": "3.10\n"}, {"app/.python-version": "3.9\n"}, {"app"}),
    "one more pin": ({"app/.python-version": "3.10\n"}, {"app/.python-version": "3.10\n3.9\n"}, {"app"}),
    "mise": ({"app/mise.toml": '[tools]\npython = "3.10"\n'}, {"app/mise.toml": '[tools]\npython = "3.9"\n'}, {"app"}),
    "mise's folder": (
        {"app/mise/config.toml": '[tools]\npython = "3.10"\n'}, {"app/mise/config.toml": '[tools]\npython = "3.9"\n'},
        {"app"},
    ),
    "mise's file among others": (
        {"app/.config/mise.toml": '[tools]\npython = "3.10"\n'},
        {"app/.config/mise.toml": '[tools]\npython = "3.9"\n'}, {"app"},
    ),
    "a new declaration": ({}, {"app/.tool-versions": "python 3.9\n"}, {"app"}),
    "at the top": ({}, {"setup.cfg": "[options]\npython_requires = >=3.9\n"}, {"app", "other"}),
    "a nearer one stands between": (
        {"app/.python-version": "3.10\n"}, {"Pipfile": '[requires]\npython_version = "3.9"\n'}, {"other"},
    ),
    "our own table": (
        {"pyproject.toml": "[tool.syntax-guard]\n"},
        {"pyproject.toml": '[tool.syntax-guard]\ntarget-version = ["3.9"]\n'}, {"app", "other"},
    ),
    "what a compose file builds": (
        {"compose.yaml": "services:\n  a:\n    build: {context: app, dockerfile: ../docker/x.Dockerfile}\n",
         "docker/x.Dockerfile": "FROM python:3.10\n"},
        {"docker/x.Dockerfile": "FROM python:3.9\n"}, {"app"},
    ),
    "what builds a Dockerfile for a folder above it": (
        {"compose.yaml": COMPOSED % "3.10", "app/Dockerfile": "ARG V=3.10\nFROM python:$V\n",
         "other/.python-version": "3.10\n"},
        {"compose.yaml": COMPOSED % "3.9"}, {"app"},
    ),
    "excluded": (
        {"pyproject.toml": '[tool.syntax-guard]\nexclude = ["/app/"]\n'}, {".python-version": "3.9\n"}, {"other"},
    ),
    "a table that was of no use before": (
        {"pyproject.toml": "[tool.syntax-guard]\ntarget-version = 3\n"},
        {"pyproject.toml": '[tool.syntax-guard]\ntarget-version = ["3.9"]\n'}, {"app", "other"},
    ),
    "an image of a name that says nothing": (
        {"compose.yaml": "services:\n  a:\n    build: {context: app, dockerfile: ../images/shop}\n",
         "images/shop": "FROM python:3.10\n"},
        {"images/shop": "FROM python:3.9\n"}, {"app"},
    ),
    "no longer excluded": (
        {"pyproject.toml": '[tool.syntax-guard]\nexclude = ["/app/"]\n', ".python-version": "3.9\n",
         "other/.python-version": "3.10\n"},
        {"pyproject.toml": "[tool.syntax-guard]\n"}, {"app"},
    ),
    "no longer expected to be broken": (
        {"pyproject.toml": '[tool.syntax-guard]\nexpected-broken = ["/app/"]\n', ".python-version": "3.9\n",
         "other/.python-version": "3.10\n"},
        {"pyproject.toml": '[tool.syntax-guard]\nexpected-broken = ["/fixtures/"]\n'}, {"app"},
    ),
}  # fmt: skip
"""What a commit changes, and the folders whose files are then asked about 3.9."""


@pytest.mark.grid
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CHANGES)
def test_files_that_a_commit_leaves_alone_are_asked_about_new_targets(
    name: str, way: str, repository: Folder, staged: Staged
) -> None:
    before, change, folders = CHANGES[name]
    files = {f"{folder}/{file}": MATCH for folder in ("app", "other") for file in ("main.py", "deep/er/a.py")}
    committed(repository, {**files, **before})
    run = staged(change, way)
    expected = {(path, ("3.9",)) for path in files if path.split("/")[0] in folders}
    assert refused(run) == expected
    assert run.summary.checked == len(expected), "nothing else is judged"


@pytest.mark.parametrize("name", [".config/mise.toml", ".config/mise/config.toml"])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_of_mise_that_speaks_for_two_folders_is_a_change_of_both(
    way: str, name: str, repository: Folder, staged: Staged
) -> None:
    files = dict.fromkeys(("a.py", ".config/b.py", ".config/mise/c.py"), MATCH)
    committed(repository, {**files, ".tool-versions": "python 3.10\n"})
    run = staged({name: '[tools]\npython = "3.9"\n'}, way)
    assert refused(run) == {(path, ("3.9",)) for path in files if path != "a.py"}


LISTED = "[tool.syntax-guard]\nexpected-broken = [{}]\ntarget-version = [{}]\n"
VALID_NOW = {
    "a target that goes": (LISTED.format('"a.py"', f'"3.9", "{HERE}"'), LISTED.format('"a.py"', f'"{HERE}"')),
    "another target": (LISTED.format('"a.py"', '"3.9"'), LISTED.format('"a.py"', f'"{HERE}"')),
    "a new entry": (LISTED.format("", f'"{HERE}"'), LISTED.format('"a.py"', f'"{HERE}"')),
}


@pytest.mark.parametrize("change", VALID_NOW)
@pytest.mark.parametrize("way", WAYS)
def test_what_is_listed_as_broken_and_is_no_longer_so_is_a_change(
    way: str, change: str, repository: Folder, staged: Staged
) -> None:
    before, after = VALID_NOW[change]
    committed(repository, {"pyproject.toml": before, "a.py": MATCH, "b.py": "x = 1\n"})
    run = staged({"pyproject.toml": after}, way)
    assert [(one.path, one.code) for one in run.diagnostics] == [("a.py", "unexpectedly-valid")]


TABLE = "[tool.syntax-guard]\ntarget-version = [{}]\n"
LINE = "#!/usr/bin/env python3.10\n"
OF_SCRIPTS = {
    "a table comes": ({}, {"pyproject.toml": TABLE.format('"3.9"')}, ("3.9",)),
    "a table comes that asks what the folder asked": (
        {".python-version": "3.9\n"}, {"pyproject.toml": TABLE.format('"3.9"')}, ("3.9",),
    ),
    "a table changes": (
        {"pyproject.toml": TABLE.format('"3.10"')}, {"pyproject.toml": TABLE.format('"3.9", "3.10"')}, ("3.9",),
    ),
    "another declaration comes": ({}, {".python-version": "3.9\n"}, ()),
}  # fmt: skip
"""What a commit changes beside a script for 3.10, and what that script is refused by."""


@pytest.mark.parametrize("change", OF_SCRIPTS)
@pytest.mark.parametrize("way", WAYS)
def test_a_script_is_asked_what_decides_after_the_commit(
    way: str, change: str, repository: Folder, staged: Staged
) -> None:
    before, after, targets = OF_SCRIPTS[change]
    repository.write("tool", LINE + MATCH).chmod(0o755)
    repository.git("add", "--chmod=+x", "tool")
    committed(repository, before)
    assert refused(staged(after, way)) == ({("tool", targets)} if targets else set())


@pytest.mark.parametrize("way", WAYS)
def test_a_script_that_was_broken_for_its_own_python_is_no_matter_of_another_declaration(
    way: str, repository: Folder, staged: Staged
) -> None:
    block = '# /// script\n# requires-python = ">=3.10"\n# ///\n'
    repository.write("tool", f"{LINE}x = (\n").chmod(0o755)
    repository.git("add", "--chmod=+x", "tool")
    committed(repository, {"b.py": f"{block}x = (\n", "plain.py": MATCH})
    assert refused(staged({".python-version": "3.9\n"}, way)) == {("plain.py", ("3.9",))}


@pytest.mark.parametrize("way", WAYS)
def test_only_the_new_targets_are_asked(way: str, repository: Folder, staged: Staged) -> None:
    committed(repository, {".python-version": "3.9\n", "a.py": MATCH, "b.py": WALRUS, "c.py": "x = 1\n"})
    run = staged({".python-version": "3.9\n3.8\n", "c.py": MATCH}, way)
    assert refused(run) == {("a.py", ("3.8",)), ("b.py", ("3.8",)), ("c.py", ("3.8", "3.9"))}


@pytest.mark.parametrize("floor", ["3.99", "3.100", "4.0"])
@pytest.mark.parametrize("way", WAYS)
def test_a_floor_that_nobody_here_has_leaves_its_files_undecided(
    way: str, floor: str, repository: Folder, staged: Staged
) -> None:
    committed(repository, {"pyproject.toml": PYPROJECT.format(OLD, "a"), "a.py": "x = 1\n"})
    run = staged({"pyproject.toml": PYPROJECT.format(floor, "a")}, way)
    assert [(one.path, one.code) for one in run.diagnostics] == [("a.py", "no-interpreter")]


@pytest.mark.parametrize("way", WAYS)
def test_a_floor_that_nobody_here_has_either_asks_nothing_new(way: str, repository: Folder, staged: Staged) -> None:
    committed(repository, {"pyproject.toml": PYPROJECT.format("3.99", "a"), "a.py": "x = 1\n"})
    assert staged({"pyproject.toml": PYPROJECT.format("3.99", "b")}, way).ok


@pytest.mark.parametrize("way", [STAGED, *IN_HISTORY])
def test_a_declaration_that_goes_is_a_change(way: str, repository: Folder, staged: Staged) -> None:
    committed(repository, {"app/.python-version": "3.10\n", "app/a.py": MATCH, ".python-version": "3.9\n"})
    repository.git("rm", "-q", "app/.python-version")
    assert refused(staged({}, way)) == {("app/a.py", ("3.9",))}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_baseline_no_longer_lets_pass_is_judged(way: str, repository: Folder, staged: Staged) -> None:
    committed(repository, {"a.py": MATCH, "b.py": MATCH, ".python-version": "3.9\n"})
    assert repository.guard("baseline").code == 0
    committed(repository, {})
    lines = (repository.path / BASELINE).read_text().splitlines()
    change = {BASELINE: "\n".join(line for line in lines if "a.py" not in line)}
    assert refused(staged(change, way)) == {("a.py", ("3.9",))}


@pytest.mark.parametrize("way", WAYS)
def test_warnings_that_become_errors_are_judged(way: str, repository: Folder, staged: Staged) -> None:
    table = "[tool.syntax-guard]\nwarnings = '{}'\n"
    committed(repository, {"a.py": "x = '\\d'\n", "pyproject.toml": table.format("ignore")})
    assert not staged({"pyproject.toml": table.format("error")}, way).ok


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_python_or_not_tracked_is_left_alone(way: str, repository: Folder, staged: Staged) -> None:
    repository.write("tool", f"#!/usr/bin/env python3\n{MATCH}").chmod(0o755)
    repository.write("run.sh", "#!/bin/sh\nif (\n").chmod(0o755)
    repository.git("add", "--chmod=+x", "tool", "run.sh")  # on Windows git alone knows
    committed(repository, {"notes.txt": MATCH, ".gitignore": "local.py\n"})
    repository.write("local.py", MATCH)
    run = staged({".python-version": "3.9\n"}, way)
    assert refused(run) == {("tool", ("3.9",))}


def test_the_first_commit_asks_each_file_once(staged: Staged) -> None:
    run = staged({".python-version": "3.9\n", "a.py": MATCH}, HOOK)
    assert (refused(run), run.summary.checked) == ({("a.py", ("3.9",))}, 1)


def test_from_inside_of_the_repository(repository: Folder) -> None:
    committed(repository, {"app/a.py": MATCH, "b.py": MATCH})
    repository.write(".python-version", "3.9\n")
    repository.git("add", ".")
    run = repository.check("--staged", cwd="app")
    assert {path for path, _, _ in run.found} == {"a.py", "../b.py"}
    assert "2 files judged again" in repository.guard("check", "--staged").err
    run = repository.check("--hook", "--", "../.python-version", cwd="app")
    assert {path for path, _, _ in run.found} == {"a.py", "../b.py"}
    for flags in (["--target-version", HERE], ["--isolated"]):
        run = repository.check(*flags, "--hook", "--", "../.python-version", cwd="app")
        assert run.json["summary"]["checked"] == 0, "the flag speaks for all files, before and after"


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_an_old_target_refuses_stays_broken_on_purpose(
    repository: Folder, staged: Staged, way: str
) -> None:
    settings = '[tool.syntax-guard]\nexpected-broken = ["a.py"]\ntarget-version = [{}]\n'
    committed(repository, {"pyproject.toml": settings.format('"3.9"'), "a.py": MATCH, "b.py": "x = 1\n"})
    result = staged({"pyproject.toml": settings.format(f'"3.9", "{HERE}"')}, way)
    assert result.diagnostics == ()
    assert [target.label for target in result.targets] == ["3.9", HERE]


UNSEEN: dict[str, list[tuple[str, ...]]] = {
    "assume-unchanged": [("update-index", "--assume-unchanged", "b/b.py")],
    "skip-worktree": [("update-index", "--skip-worktree", "b/b.py")],
    "a sparse checkout": [("sparse-checkout", "set", "--cone", "a")],
    "a sparse index": [("sparse-checkout", "set", "--cone", "--sparse-index", "a")],
    "index version 4": [("update-index", "--index-version", "4"), ("update-index", "--skip-worktree", "b/b.py")],
    "deleted on the disk alone": [],
}
"""Why the disk does not show what a commit holds, by the commands of git that make it so."""


@pytest.mark.parametrize("why", UNSEEN)
def test_what_the_disk_does_not_show_is_judged_again_as_the_index_has_it(why: str, repository: Folder) -> None:
    repository.write("Dockerfile", "FROM python:3.12\n")
    repository.write("a/a.py")
    repository.write("b/b.py", "type X = int\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    for command in UNSEEN[why]:
        repository.git(*command)
    if "update-index" in str(UNSEEN[why]):
        repository.write("b/b.py")
    elif not UNSEEN[why]:
        (repository.path / "b/b.py").unlink()
    repository.write("Dockerfile", "FROM python:3.8\n")
    repository.git("add", "Dockerfile")
    run = repository.check("--hook", "--", "Dockerfile")
    assert [(one["path"], one["targets"]) for one in run.json["diagnostics"]] == [("b/b.py", ["3.8"])]
    assert run.json["diagnostics"] == repository.check("--staged").json["diagnostics"]


def test_many_files_that_are_judged_again_are_looked_for_in_the_index_at_once(repository: Folder) -> None:
    repository.write("Dockerfile", "FROM python:3.12\n")
    for number in range(200):
        repository.write(f"m{number}.py", "type X = int\n" if number % 50 == 7 else "x = 1\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    repository.git("update-index", "--assume-unchanged", "m7.py", "m8.py")
    repository.write("m7.py")
    repository.write("Dockerfile", "FROM python:3.8\n")
    repository.git("add", "Dockerfile")
    assert repository.check("--hook", "--", "Dockerfile").found == repository.check("--staged").found != []


def test_many_names_need_no_repository(folder: Folder) -> None:
    names = [f"m{number}.py" for number in range(60)]
    for name in names:
        folder.write(name)
    run = folder.guard("check", "--hook", "--", *names)
    assert (run.code, run.err) == (0, "")
