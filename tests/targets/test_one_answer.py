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


def gates(repository: Folder, *, hook_alone: bool = False) -> list[Run]:
    """What each gate says of a staged file, and of the commit with it."""
    repository.write("m.py", MATCH)
    repository.git("add", "m.py")
    disk = [] if hook_alone else [repository.guard("check", "."), repository.guard("check", "m.py")]
    runs = [*disk, repository.guard("check", "--hook", "--", "m.py"), repository.guard("check", "--staged")]
    repository.git("commit", "-qm", "m", "--no-verify")
    return [*runs, repository.guard("check", "--commits", "HEAD")]


def committed(repository: Folder) -> None:
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")


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


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE-BOM", "UTF-32BE"])
def test_a_declaration_counts_as_git_stores_it(repository: Folder, encoding: str) -> None:
    repository.write(".gitattributes", f".python-version working-tree-encoding={encoding}\n")
    mark = "\ufeff" if "BOM" in encoding else ""
    (repository.path / ".python-version").write_bytes((mark + OLD).encode(encoding.removesuffix("-BOM")))
    committed(repository)
    assert repository.git("cat-file", "blob", ":.python-version").strip() == "3.8"
    runs = gates(repository)
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
