"""Odd ways to keep a declaration in git: the gates of the disk, the index and commits give one answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from syntax_guard.model import this_interpreter

if TYPE_CHECKING:
    from ..conftest import Folder, Run

MATCH = "match x:\n    case 1: pass\n"
OLD, NEW = "3.8\n", "3.12\n"
needs_links = pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")


def gates(repository: Folder, name: str = "m.py", *, hook_alone: bool = False) -> list[Run]:
    """What each gate says of a staged file, and of the commit with it."""
    repository.write(name, MATCH)
    repository.git("--literal-pathspecs", "add", "--", name)
    disk = [] if hook_alone else [repository.guard("check", "."), repository.guard("check", "--", name)]
    runs = [*disk, repository.guard("check", "--hook", "--", name), repository.guard("check", "--staged")]
    repository.git("commit", "-qm", "m", "--no-verify")
    return [*runs, repository.guard("check", "--commits", "HEAD")]


def committed(repository: Folder) -> None:
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")


@pytest.mark.grid
@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("index", ["2", "4"])
@pytest.mark.parametrize("name", [".python-version", pytest.param("conf/pv", marks=needs_links)])
def test_the_hook_asks_what_is_staged_where_git_does_not_look(
    repository: Folder, name: str, mark: str, index: str
) -> None:
    repository.write(name, OLD)
    if name != ".python-version":
        (repository.path / ".python-version").symlink_to(name)
    committed(repository)
    repository.git("update-index", "--index-version", index)
    repository.git("update-index", mark, name)
    repository.write(name, NEW)
    runs = gates(repository, hook_alone=True)
    assert [run.code for run in runs] == [1, 1, 1]
    assert not any("not staged" in run.err for run in runs)


@needs_links
def test_an_absolute_link_leads_out_of_the_repository(repository: Folder) -> None:
    repository.write("conf/pv", OLD)
    (repository.path / ".python-version").symlink_to(repository.path / "conf" / "pv")
    committed(repository)
    note = ".python-version is ignored: it is a link out of the repository"
    runs = [*gates(repository), repository.guard("targets")]
    asked = f"syntax-guard: {note}, so {this_interpreter().name} is asked\n"
    assert [(run.code, run.err.startswith(asked)) for run in runs] == [(0, True)] * 6
    repository.write("m.py", "x = (\n")
    repository.git("add", "m.py")
    assert "not staged" not in repository.guard("check", "--staged").err


@needs_links
@pytest.mark.parametrize("target", ["/gone/pv", "../gone"])
def test_a_link_to_what_is_not_there_leads_out_of_the_repository(repository: Folder, target: str) -> None:
    (repository.path / ".python-version").symlink_to(target)
    committed(repository)
    note = f".python-version is ignored: it is a link out of the repository, so {this_interpreter().name} is asked"
    runs = [*gates(repository), repository.guard("targets")]
    assert [(run.code, run.err) for run in runs] == [(0, f"syntax-guard: {note}\n")] * 6


@pytest.mark.grid
@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("index", ["2", "4"])
@pytest.mark.parametrize("name", [".python-version", "app/.python-version"])
def test_what_git_does_not_look_for_on_the_disk_counts_as_it_is_staged(
    repository: Folder, name: str, mark: str, index: str
) -> None:
    repository.write(name, OLD)
    repository.write("app/m.py", MATCH)
    committed(repository)
    repository.git("update-index", "--index-version", index)
    repository.git("update-index", mark, name)
    (repository.path / name).unlink()
    repository.write("app/m.py", MATCH + "\n")
    repository.git("add", "app/m.py")
    ways = [["."], ["app/m.py"], ["--hook", "--", "app/m.py"], ["--tracked"], ["--staged"]]
    assert [(run.code, run.err) for run in (repository.guard("check", *way) for way in ways)] == [(1, "")] * 5
    assert f".python-version 3.8 in {name}:1" in repository.guard("targets", "app/m.py").out


ENCODED = {
    "UTF-16": (".python-version", OLD),
    "UTF-16LE-BOM": (".python-version", OLD),
    "UTF-32BE": (".python-version", OLD),
    "UTF-7": ("setup.cfg", "[options]\npython_requires = ~=3.8\n"),
    "ISO-8859-1": ("setup.cfg", "[metadata]\nauthor = \xe9\n[options]\npython_requires = >=3.8\n"),
    "IBM037": ("Dockerfile", "FROM python:3.8\n"),
    "ISO-2022-JP": ("setup.cfg", "[metadata]\nauthor = \u65e5\n[options]\npython_requires = >=3.8\n"),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_declaration_counts_as_git_stores_it(repository: Folder, encoding: str) -> None:
    name, content = ENCODED[encoding]
    repository.write("app/.gitattributes", f"{name} working-tree-encoding={encoding}\n")
    mark = "\ufeff" if "BOM" in encoding else ""
    (repository.path / "app" / name).write_bytes((mark + content).encode(encoding.removesuffix("-BOM")))
    committed(repository)
    assert repository.git("cat-file", "blob", f":app/{name}").strip() == content.strip()
    runs = gates(repository, "app/m.py")
    assert [(run.code, run.err) for run in runs] == [(1, "")] * 5


@pytest.mark.parametrize("index", ["2", "4"])
def test_what_is_only_intended_to_be_added_is_not_tracked(repository: Folder, index: str) -> None:
    repository.write(".python-version", OLD)
    repository.git("add", "-N", ".python-version")
    repository.git("update-index", "--index-version", index)
    runs = gates(repository)
    assert [run.code for run in runs] == [0] * 5
    note = ".python-version is ignored until git tracks it (git add .python-version)"
    assert [note in run.err for run in runs] == [True, True, True, False, False]


@needs_links
def test_a_compose_file_names_an_image_below_a_link(repository: Folder) -> None:
    repository.write("d/Dockerfile", "FROM python:3.8\n")
    (repository.path / "l").symlink_to("d")
    repository.write("compose.yaml", "services: {a: {build: {context: ., dockerfile: l/Dockerfile}}}\n")
    committed(repository)
    runs = gates(repository)
    assert [(run.code, run.err, "l/Dockerfile:1" in run.out) for run in runs] == [(1, "", True)] * 5


def test_a_damaged_index_is_named(repository: Folder) -> None:
    repository.write(".python-version", OLD)
    repository.write("m.py", MATCH)
    committed(repository)
    (repository.path / ".git" / "index").write_bytes(b"not an index")
    for words in (["check"], ["check", "m.py"], ["targets"], ["check", "--staged"], ["check", "--tracked"]):
        run = repository.guard(*words)
        assert (run.code, "index file" in run.err) == (2, True)
