"""NTFS with and without regard to case, mounted by ntfs-3g: names that differ in case are one file, or two."""

from __future__ import annotations

import os
import shutil

import pytest

from ..conftest import COMMAND, Folder
from ..namespaces import mounts

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs mounts")]
MAKE = "truncate -s 16M image && mkntfs -q -F image >/dev/null && mkdir disk"
SHOW = {"as Windows has it": "lowntfs-3g -o ignore_case image disk", "with case": "ntfs-3g image disk"}
ENVIRONMENT = """mkdir -p venv/bin venv/lib; echo 'home = /usr/bin' >venv/pyvenv.cfg; : >venv/bin/python.exe
echo 'def f(:' >venv/lib/evil.py"""


def on_disk(folder: Folder, show: str, script: str) -> list[str]:
    """What `script` writes in a new repository on NTFS, line by line."""
    for program in ("mkntfs", show.split()[0]):
        if not shutil.which(program):
            pytest.skip(f"there is no {program}")
    made = folder.run("sh", "-c", MAKE)
    assert made.code == 0, made.err
    steps = f"{show} || exit 9; cd disk; git init -q .; {script}; cd ..; umount disk"
    run = folder.run(*mounts(), "sh", "-c", steps)
    if run.code == 9:
        pytest.skip(f"the kernel allows no such mount here: {run.err.strip()}")
    return run.out.splitlines()


def check(*arguments: str) -> str:
    return f"{COMMAND} check --no-cache --verbose --output-format=concise {' '.join(arguments)} 2>&1; echo code $?"


@pytest.mark.parametrize("show", SHOW)
def test_each_name_of_a_file_is_judged(show: str, folder: Folder) -> None:
    lines = on_disk(folder, SHOW[show], f"echo 'def f(:' > Foo.py; echo 'x = (' > foo.py; ls | wc -l; {check('.')}")
    files = int(lines[0])
    assert files == (2 if show == "with case" else 1)
    assert sum(": syntax-error: " in line for line in lines) == files
    assert lines[-1] == "code 1"


@pytest.mark.parametrize("show", SHOW)
def test_what_git_tracks_in_another_case_belongs_to_no_environment(show: str, folder: Folder) -> None:
    """git checks ``VENV/Lib/evil.py`` out into a folder ``venv/lib`` that is there before."""
    index = 'git update-index --add --cacheinfo "100644,$(git hash-object -w venv/lib/evil.py),VENV/Lib/evil.py"'
    lines = on_disk(folder, SHOW[show], f"{ENVIRONMENT}; {check('.')}; {index}; {check('.')}")
    codes = [line for line in lines if line.startswith("code ")]
    found = [line for line in lines if line.startswith("venv/lib/evil.py:1:7: syntax-error: ")]
    if show == "with case":  # another folder, which is not here
        assert (codes, found) == (["code 2", "code 2"], [])
    else:
        assert (codes, len(found)) == (["code 2", "code 1"], 1), lines
        assert "untracked" not in found[0]
