"""Each gate reads a notebook as it reads a file: what is broken in a cell, what is no notebook, what is let pass."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import BASELINE

from .test_cells import found, notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...conftest import Folder

BROKEN = notebook("a = 1", "%time\nb = = 1\n")
CONFLICT = b'{\n"cells": [\n<<<<<<< HEAD\n]}\n=======\n]}\n>>>>>>> topic\n'
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"


def by_name(folder: Folder, data: bytes) -> Sequence[str]:
    folder.write("n.ipynb", data)
    return ("n.ipynb",)


def by_search(folder: Folder, data: bytes) -> Sequence[str]:
    folder.write("n.ipynb", data)
    return ("--notebooks", ".")


def staged(folder: Folder, data: bytes) -> Sequence[str]:
    folder.git("init", "-q")
    folder.write("n.ipynb", data)
    folder.git("add", "n.ipynb")
    folder.write("n.ipynb", notebook("a = 1"))
    return ("--staged", "--notebooks")


def committed(folder: Folder, data: bytes) -> Sequence[str]:
    folder.git("init", "-q")
    folder.git("commit", "-q", "--allow-empty", "-m", "first")
    folder.write("n.ipynb", data)
    folder.git("add", "n.ipynb")
    folder.git("commit", "-q", "-m", "second")
    folder.write("n.ipynb", notebook("a = 1"))
    return ("--commits", "HEAD~1..HEAD", "--notebooks")


def in_a_wheel(folder: Folder, data: bytes) -> Sequence[str]:
    with zipfile.ZipFile(folder.path / "a.zip", "w") as archive:
        archive.writestr("n.ipynb", data)
    return ("a.zip", "--notebooks")


def in_a_tarball(folder: Folder, data: bytes) -> Sequence[str]:
    with tarfile.open(folder.path / "a-1.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("a-1/n.ipynb")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return ("a-1.tar.gz", "--notebooks")


GATES = [by_name, by_search, staged, committed, in_a_wheel, in_a_tarball]
gates = pytest.mark.parametrize("gate", GATES, ids=[gate.__name__ for gate in GATES])


@gates
def test_a_broken_cell_is_found(gate: Callable[[Folder, bytes], Sequence[str]], folder: Folder) -> None:
    ((name, code, line),) = found(folder, *gate(folder, BROKEN))
    assert (name.endswith("n.ipynb:cell 2"), code, line) == (True, "syntax-error", 2)


@pytest.mark.grid
@gates
@pytest.mark.parametrize(
    ("data", "line", "why"),
    [(CONFLICT, 3, "unresolved merge conflict"), (POINTER, None, "Git LFS pointer")],
    ids=["conflict", "pointer"],
)
def test_what_is_no_notebook_is_named(
    gate: Callable[[Folder, bytes], Sequence[str]], data: bytes, line: int | None, why: str, folder: Folder
) -> None:
    arguments = gate(folder, data)
    ((_, code, at),) = found(folder, *arguments)
    assert (code, at) == ("unreadable", line)
    assert why in folder.guard("check", "--output-format", "concise", *arguments).out


@pytest.mark.grid
@gates
@pytest.mark.parametrize("cell", ["", ":cell 2"])
def test_what_is_broken_on_purpose_passes(
    gate: Callable[[Folder, bytes], Sequence[str]], cell: str, folder: Folder
) -> None:
    arguments = gate(folder, BROKEN)
    ((name, _, _),) = found(folder, *arguments)
    listed = name.removesuffix(":cell 2") + cell
    assert folder.guard("check", "--expected-broken", listed, *arguments).code == 0
    assert folder.guard("check", "--expected-broken", listed.replace("cell 2", "cell 1"), *arguments).code == bool(cell)


@pytest.mark.slow
@gates
def test_what_is_named_by_a_baseline_passes(gate: Callable[[Folder, bytes], Sequence[str]], folder: Folder) -> None:
    arguments = gate(folder, BROKEN)
    ((name, _, _),) = found(folder, *arguments)
    path = name.removesuffix(":cell 2")
    folder.write("n.ipynb", BROKEN)
    assert folder.guard("baseline", "--notebooks", path.partition("/")[0]).code == 0
    if gate in (staged, committed):
        folder.git("add", BASELINE)
    if gate is committed:
        folder.git("commit", "-q", "--amend", "-m", "second")
    assert folder.guard("check", *arguments).code == 0
