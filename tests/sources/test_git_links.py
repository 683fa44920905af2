"""Symbolic links in git's objects: each gate follows them in the tree, and judges what they hold by their names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..conftest import Folder, Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
BROKEN = "def f(:\n"
NEW = "match 1:\n    case 1:\n        pass\n"
"""Broken for Python 3.9."""


def add(repository: Folder, files: Mapping[str, str], links: Mapping[str, str] | None = None) -> None:
    for name, content in files.items():
        repository.write(name, content)
    for name, target in (links or {}).items():
        at = repository.path / name
        at.parent.mkdir(parents=True, exist_ok=True)
        at.symlink_to(target)
    repository.git("add", "--all")


def add_ended(repository: Folder, links: Mapping[str, str]) -> None:
    """Add links whose content goes on behind a zero byte, at which the system of a checkout ends a path."""
    for name, target in links.items():
        repository.write("content", f"{target}\0{'more' * 2000}")
        blob = repository.git("hash-object", "-w", "content")
        repository.git("update-index", "--add", "--cacheinfo", f"120000,{blob},{name}")


def answers(repository: Folder) -> Iterator[tuple[str, Run]]:
    """What each gate says of what is staged; the last ones, once it is committed and the work tree has gone."""
    yield "staged", repository.check("--staged")
    repository.git("commit", "-qm", "more")
    before, tip = repository.git("rev-parse", "HEAD~1"), repository.git("rev-parse", "HEAD")
    repository.git("rm", "-rqf", "--ignore-unmatch", ".")
    yield "commits", repository.check("--commits", "HEAD")
    yield "merge", repository.check("--merge", "HEAD~1...HEAD")
    repository.git("update-ref", "HEAD", before)
    for hook, line in (
        ("pre-push", f"refs/heads/main {tip} refs/heads/main {before}"),
        ("pre-receive", f"{before} {tip} refs/heads/main"),
    ):
        yield hook, repository.guard(hook, "--output-format=json", "-v", stdin=f"{line}\n".encode())


@pytest.fixture
def repository(repository: Folder) -> Folder:
    add(repository, {"ok.py": "x = 1\n"})
    repository.git("commit", "-qm", "first")
    return repository


def test_each_gate_judges_what_a_link_leads_to(repository: Folder) -> None:
    add(
        repository,
        {"data.txt": BROKEN, "real/deep/text": BROKEN, "new/.python-version": "3.10\n", "new/a.py": NEW,
         "old/.python-version": "3.9\n", "tool.txt": f"#!/usr/bin/env python3\n{BROKEN}",
         ".tox/pkg/notes.txt": ""},
        {"m.py": "data.txt", "app/chain.py": "../m.py", "folder": "real/deep", "app/through.py": "../folder/text",
         "old/a.py": "../new/a.py", "out.py": "../outside.py", "far.py": "/etc/passwd", "dead.py": "nothing",
         "circle.py": "around.py", "around.py": "circle.py", "real/up": "..", "node_modules/n.py": "../data.txt",
         "notes.md": "data.txt", "tools": ".tox/pkg"},
    )  # fmt: skip
    add_ended(repository, {"ended.py": "data.txt"})
    repository.write("../outside.py", BROKEN)
    for gate, run in answers(repository):
        assert run.code == 1, (gate, run.err)
        found = {one["path"] for one in run.json["diagnostics"]}
        assert found == {"m.py", "app/chain.py", "app/through.py", "old/a.py", "ended.py"}, gate
        assert {one["path"]: one["reason"] for one in run.json["skipped"]} == {
            "out.py": "link", "far.py": "link", "dead.py": "dead-link", "circle.py": "dead-link",
            "around.py": "dead-link", "folder/": "same-file", "real/up/": "link", "node_modules/n.py": "tool-folder",
            "tools/": "tool-folder",
        }, gate  # fmt: skip


def test_a_declaration_may_be_a_link(repository: Folder) -> None:
    said = {
        ".python-version": "3.9\n",
        "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.9"\n',
        "Dockerfile": "FROM python:3.9\n",
    }
    files = {f"conf/{name}.txt": content for name, content in said.items()}
    files |= {f"{name}.d/a.py": NEW for name in said}
    files |= {f"{name}.d/compose.yaml": "services: {a: {build: .}}\n" for name in said}
    add(repository, files, {f"{name}.d/{name}": f"../conf/{name}.txt" for name in said})
    for gate, run in answers(repository):
        found = {one["path"] for one in run.json["diagnostics"]}
        assert (run.code, found) == (1, {f"{name}.d/a.py" for name in said}), (gate, run.err)


def test_a_target_that_changes_alone(repository: Folder) -> None:
    links = {"m.py": "data.txt", ".python-version": "conf/pin"}
    add(repository, {"data.txt": "x = 1\n", "conf/pin": "3.10\n", "a.py": NEW}, links)
    repository.git("commit", "-qm", "links")
    add(repository, {"data.txt": BROKEN, "conf/pin": "3.9\n"})
    found = {gate: {one["path"] for one in run.json["diagnostics"]} for gate, run in answers(repository)}
    for gate in ("staged", "commits", "merge", "pre-push", "pre-receive"):
        assert found[gate] == {"a.py", "m.py"}, gate


NEWER, OLDER = '[project]\nrequires-python = ">=3.10"\n', '[project]\nrequires-python = ">=3.9"\n'


@pytest.mark.grid
@pytest.mark.parametrize(
    ("files", "links", "changed", "refused"),
    [
        ({"1/n.txt": "x = 1\n", "2/n.txt": BROKEN}, {"d": "1", "app.py": "d/n.txt"}, {"d": "2"}, "app.py"),
        ({"1.py": "x = 1\n", "2.txt": BROKEN}, {"d": "1.py", "e": "d", "app.py": "e"}, {"d": "2.txt"}, "app.py"),
        ({"c/p.toml": NEWER, "a.py": NEW}, {"pyproject.toml": "c/p.toml"}, {"c/p.toml": OLDER}, "a.py"),
        ({"1/p.toml": NEWER, "2/p.toml": OLDER, "a.py": NEW}, {"d": "1", "pyproject.toml": "d/p.toml"}, {"d": "2"},
         "a.py"),
        ({"p.toml": NEWER, "in/a.py": NEW}, {"in/pyproject.toml": "../p.toml"}, {"p.toml": OLDER}, "in/a.py"),
        ({"in/pyproject.toml": OLDER, "a.py": "x = 1\n"}, {"in/b.py": "../a.py"}, {"a.py": NEW}, "in/b.py"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("below", [".", "below"])
def test_the_hook_follows_links_over_what_changes_as_the_index_does(
    repository: Folder, files: dict[str, str], links: dict[str, str], changed: dict[str, str], refused: str, below: str
) -> None:
    add(repository, {**files, "below/x": ""}, links)
    repository.git("commit", "-qm", "valid")
    for name, target in changed.items():
        if name in links:
            (repository.path / name).unlink()
            add(repository, {}, {name: target})
        else:
            add(repository, {name: target})
    named = [os.path.relpath(name, below) for name in repository.git("diff", "--cached", "--name-only").splitlines()]
    hook = repository.guard("check", "--hook", "--output-format=json", "--", *named, cwd=below)
    assert (hook.code, [one["path"] for one in hook.json["diagnostics"]]) == (1, [os.path.relpath(refused, below)])
    assert [one[0] for one in repository.check("--staged").found] == [refused]


def red(repository: Folder, asked: str) -> list[tuple[str, str]]:
    """The subject of the commit and the path of each finding."""
    run = repository.check("--commits", asked)
    assert run.code == bool(run.json["diagnostics"]), run.err
    return [(repository.git("log", "-1", "--format=%s", one["commit"]), one["path"]) for one in run.json["diagnostics"]]


def step(repository: Folder, subject: str, files: Mapping[str, str], links: Mapping[str, str] | None = None) -> None:
    add(repository, files, links)
    repository.git("commit", "-qm", subject)


def test_each_commit_that_changes_what_a_link_leads_to_is_named(repository: Folder) -> None:
    """A link in the middle that is turned, an end that is missing at first, a folder that becomes a link."""
    step(repository, "links", {"v1": "x = 1\n", "v2": BROKEN, "lib/text": "x = 1\n", "new/text": BROKEN + "\n"},
         {"now": "v1", "a.py": "now", "sub/b.py": "../later/deep", "c.py": "lib/text", "notes.md": "v1"})  # fmt: skip
    (repository.path / "now").unlink()
    step(repository, "turned", {}, {"now": "v2"})
    step(repository, "made", {"later/deep": BROKEN})
    step(repository, "same", {"other.py": "y = 1\n"})
    repository.git("rm", "-rqf", "lib")
    step(repository, "moved", {}, {"lib": "new"})
    repository.git("rm", "-qf", "v2")
    step(repository, "gone", {"later/deep": "x = 1\n"})
    step(repository, "back", {"v2": f"\n{BROKEN}"})
    expected = [("turned", "a.py"), ("made", "sub/b.py"), ("moved", "c.py"), ("back", "a.py")]
    assert sorted(red(repository, "HEAD~7..HEAD")) == sorted(expected)
    alone = [red(repository, f"HEAD~{number}") for number in range(6)]
    assert alone == [[expected[3]], [], [expected[2]], [], [expected[1]], [expected[0]]]


def test_a_merge_that_brings_a_link_and_what_it_leads_to_together(repository: Folder) -> None:
    """One side adds a link to a text, the other makes the text no Python: only the merge holds a broken file."""
    step(repository, "text", {"text": "x = 1\n", "fine": "x = 1\n"})
    repository.git("checkout", "-qb", "side")
    step(repository, "broken text", {"text": BROKEN})
    repository.git("checkout", "-q", "main")
    step(repository, "link", {"y.py": "y = 1\n"}, {"m.py": "text", "n.py": "fine"})
    for first, second in (("main", "side"), ("side", "main")):
        repository.git("checkout", "-q", "--detach", first)
        repository.git("merge", "-q", "--no-edit", "-m", "merged", second)
        assert red(repository, "main~1..HEAD") == [("merged", "m.py")], first


def test_a_baseline_counts_where_what_it_leads_to_is_tracked(repository: Folder) -> None:
    repository.write(".git/info/exclude", "loose\n")
    repository.write("bad.py", BROKEN)
    repository.guard("baseline", "bad.py")
    (baseline,) = [path for path in repository.path.iterdir() if "baseline" in path.name]
    baseline.rename(repository.path / "loose")
    add(repository, {}, {baseline.name: "loose"})
    assert repository.check("bad.py").code == 1
    repository.git("add", "--force", "loose")
    assert repository.check("bad.py").code == 0
