"""Each gate judges a percent script that the settings name as IPython runs it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from ..sources.notebooks.test_cells import found
from ..sources.notebooks.test_percent import SCRIPT, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..conftest import Folder


def by_name(_: Folder) -> Sequence[str]:
    return ("cells/a.py",)


def by_search(_: Folder) -> Sequence[str]:
    return (".",)


def by_hook(_: Folder) -> Sequence[str]:
    return ("--hook", "cells/a.py", "pyproject.toml")


def tracked(folder: Folder) -> Sequence[str]:
    folder.git("init", "-q")
    folder.git("add", ".")
    return ("--tracked", ".")


def staged(folder: Folder) -> Sequence[str]:
    tracked(folder)
    folder.write("cells/a.py", b"")
    return ("--staged",)


def committed(folder: Folder) -> Sequence[str]:
    folder.git("init", "-q")
    folder.git("commit", "-q", "--allow-empty", "-m", "first")
    folder.git("add", ".")
    folder.git("commit", "-q", "-m", "second")
    folder.write("cells/a.py", b"")
    return ("--commits", "HEAD~1..HEAD")


def in_a_wheel(folder: Folder) -> Sequence[str]:
    with zipfile.ZipFile(folder.path / "a.zip", "w") as archive:
        archive.writestr("cells/a.py", (folder.path / "cells/a.py").read_bytes())
    return ("a.zip", "--percent-scripts", "cells/*.py")


def in_a_source_distribution(folder: Folder) -> Sequence[str]:
    with tarfile.open(folder.path / "a-1.tar.gz", "w:gz") as archive:
        for name in ("cells/a.py", "pyproject.toml"):
            data = (folder.path / name).read_bytes() if (folder.path / name).exists() else b""
            member = tarfile.TarInfo(f"a-1/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return ("a-1.tar.gz",)


GATES = [by_name, by_search, by_hook, tracked, staged, committed, in_a_wheel, in_a_source_distribution]


@pytest.mark.slow
@pytest.mark.parametrize("gate", GATES, ids=[gate.__name__ for gate in GATES])
def test_each_gate_judges_the_cells(gate: Callable[[Folder], Sequence[str]], folder: Folder) -> None:
    folder.write("cells/a.py", SCRIPT)
    folder.write("pyproject.toml", TABLE.encode())
    arguments = gate(folder)
    ((name, code, line),) = found(folder, *arguments)
    assert (name.endswith("cells/a.py"), code, line) == (True, "syntax-error", 7)
    assert folder.guard("check", "--expected-broken", name, *arguments).code == 0


def test_the_settings_beside_an_archive_say_nothing_of_what_is_in_it(folder: Folder) -> None:
    folder.write("cells/a.py", SCRIPT)
    folder.write("pyproject.toml", TABLE.encode())
    assert [line for _, _, line in found(folder, in_a_wheel(folder)[0])] == [2]


def test_a_commit_that_takes_the_setting_back_asks_again(folder: Folder) -> None:
    folder.write("cells/a.py", b"# %%\n!ls\n")
    folder.write("pyproject.toml", TABLE.encode())
    committed(folder)
    folder.git("checkout", "cells/a.py")
    folder.write("pyproject.toml", b"[tool.syntax-guard]\n")
    folder.git("add", ".")
    assert folder.guard("check", "--staged").code == 1
    assert folder.guard("check", "--hook", "pyproject.toml").code == 1
    folder.git("commit", "-q", "-m", "third")
    assert folder.guard("check", "--commits", "HEAD~1..HEAD").code == 1
