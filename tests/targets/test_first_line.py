"""The first line of a script says which Python runs it, and that one is asked."""

from __future__ import annotations

import io
import os
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, check_source, check_sources
from syntax_guard.targets.first_line import named_version

if TYPE_CHECKING:
    from ..conftest import Folder

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
MATCH = "match x:\n    case 1: pass\n"
OLD = f"#!/usr/bin/env python3.8\n{MATCH}"
FIRST = {
    "#!/usr/bin/env python3.9": ("python3.9", "3.9"),
    "#!/usr/bin/python3.9 -E": ("python3.9", "3.9"),
    "#! /usr/bin/env python3.9\r": ("python3.9", "3.9"),
    "#!/srv/app/venv/bin/python3.9": ("python3.9", "3.9"),
    "#!/usr/bin/python3.9-dbg": ("python3.9-dbg", "3.9"),
    "#!/usr/bin/python3.14t": ("python3.14t", "3.14"),
    "#!/usr/bin/env -S X=python3.8 python3.9 -u": ("python3.9", "3.9"),
    "#!/usr/bin/env -S nice python3.12 -X dev": ("python3.12", "3.12"),
    "#!/usr/bin/env -S uv run --python 3.9 --script": ("--python 3.9", "3.9"),
    "#!/usr/bin/env -S uv run --script --python=cpython@3.9.18": ("--python cpython@3.9.18", "3.9"),
    "#!/usr/bin/env -S uv run -p python3.9 -s": ("-p python3.9", "3.9"),
    "#!/usr/bin/env -S pipx run --python 3.12": ("--python 3.12", "3.12"),
    "#!/usr/bin/env -S uv run -p 3.9": ("-p 3.9", "3.9"),
    "#!/usr/bin/env -S uv run -qp 3.9 -s": ("-qp 3.9", "3.9"),
    "#!/usr/bin/env -S uv run -p3.9 -s": ("-p 3.9", "3.9"),
    "#!/usr/bin/env -S uv run --python cp39 -s": ("--python cp39", "3.9"),
    "#!/usr/bin/env -S uv run --with python3.8 --python 3.12 -s": ("--python 3.12", "3.12"),
    "#!/usr/bin/env -S uv run --with python3.8 -s": None,
    "#!/usr/bin/env -S uv run --quiet python3.9": ("python3.9", "3.9"),
    "#!/usr/bin/env -S uvx --python 3.9 --from x python": ("--python 3.9", "3.9"),
    "#!/usr/bin/env -S uvx python@3.9": ("python3.9", "3.9"),
    "#!/usr/bin/env -S python3.9 uv": ("python3.9", "3.9"),
    "#!/usr/bin/env python2": ("python2", "2.0"),
    "#!/usr/bin/env --split-string=python3.9": ("python3.9", "3.9"),
    "#!/usr/bin/env -S --split-string=python3.9": ("python3.9", "3.9"),
    "#!/usr/bin/env -vS'python3.9'": ("python3.9", "3.9"),
    '#!/usr/bin/env -S -S"python3.9 -u"': ("python3.9", "3.9"),
    '#!/usr/bin/env -S pyth"on3.9"': ("python3.9", "3.9"),
    "#!/usr/bin/env -S sh -c 'exec python3.9 \"$0\"'": ("python3.9", "3.9"),
    "#!/usr/bin/env -S nice bash -c 'true && exec python3.9 -u \"$0\"'": ("python3.9", "3.9"),
    "#!/usr/bin/env -S sh -c 'uv run --python 3.9 --script \"$0\"'": ("--python 3.9", "3.9"),
    "#!/usr/bin/env -S sh -c 'python3.9 prepare.py \"$0\"'": None,
    "#!/bin/sh\n'''exec' /srv/venv/bin/python3.9 \"$0\" \"$@\"\n' '''": ("python3.9", "3.9"),
    "#!/bin/sh\n''':'\nexec python3.9 -u \"$0\"\n'''": ("python3.9", "3.9"),
    "#!/bin/sh\nexec python3.9 other.py": None,
    "#!/usr/bin/python2.7": ("python2.7", "2.7"),
    "#!/usr/bin/env python3": None,
    "#!/usr/bin/env python": None,
    "#!/usr/bin/env pypy3.9": None,
    "#!/usr/bin/env -S uv run --script": None,
    "#!/usr/bin/env -S uv run --python '>=3.9' --script": None,
    "#!/usr/bin/env -S uv run --python pypy3.9 --script": None,
    "#!/usr/bin/env -S taskset -p 3.9 python3": None,
    "#!/bin/sh": None,
    "#!": None,
    "# python3.9": None,
    "#!/usr/bin/env -S uv run --script --python": None,
}


@pytest.mark.parametrize("line", FIRST)
def test_a_first_line_names_a_version(line: str) -> None:
    assert named_version(line.encode() + b"\nx = 1\n") == FIRST[line]


@pytest.fixture
def scripts(repository: Folder) -> Folder:
    """A project for this Python, with a script for 3.8 that has a name of Python, and one that has none."""
    repository.write("pyproject.toml", f'[project]\nrequires-python = ">={HERE}"\n')
    for name in ("tools/old.py", "tools/old"):
        repository.write(name, OLD).chmod(0o755)
    repository.write("plain.py", MATCH)
    repository.git("add", ".")
    return repository


WAYS = {
    "found": (".",), "inside": ("tools",), "named": ("tools/old.py", "tools/old", "plain.py"),
    "tracked": ("--tracked",),
    "a hook": ("--hook", "--", "tools/old.py", "tools/old", "plain.py"), "staged": ("--staged",),
    "commits": ("--commits", "HEAD"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_decides_in_each_gate(scripts: Folder, way: str) -> None:
    if way == "commits":
        scripts.git("commit", "-qm", "all")
    for _ in range(2):
        run = scripts.check(*WAYS[way])
        assert [(path, line) for path, _, line in run.found] == [("tools/old", 2), ("tools/old.py", 2)]
        assert {tuple(one["targets"]) for one in run.json["diagnostics"]} == {("3.8",)}


def test_a_finding_names_the_line(scripts: Folder) -> None:
    said = scripts.guard("check", "--output-format=concise", "tools").out
    assert "asked by python3.8 in tools/old.py:1" in said
    assert "asked by python3.8 in tools/old:1" in said


def test_the_verb_shows_it(scripts: Folder) -> None:
    first = scripts.guard("targets", "tools/old").out.splitlines()[0]
    assert first.split()[0] == "3.8"
    assert "python3.8 in tools/old:1" in first


@pytest.mark.parametrize("content", [OLD, OLD.replace("env python3.8", "env -S uv run --python=3.8 --script")])
def test_a_source_without_a_folder_is_asked_by_it(folder: Folder, content: str) -> None:
    assert folder.guard("check", "-", stdin=content.encode()).code == 1
    assert [target.label for one in check_source(content.encode()) for target in one.targets] == ["3.8"]
    assert check_source(content.encode(), settings=Settings(target_version=(HERE,))) == ()
    verdicts = [one.by_target for one in check_sources([("a", content.encode()), ("b", MATCH.encode())])]
    assert verdicts == [(("3.8", "broken"),), ((HERE, "valid"),)]


def test_it_decides_in_an_archive(scripts: Folder) -> None:
    with tarfile.open(scripts.path / "demo-1.0.tar.gz", "w:gz") as archive:
        metadata = f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >={HERE}\n"
        for name, content in (("PKG-INFO", metadata), ("tools/old.py", OLD)):
            member = tarfile.TarInfo(f"demo-1.0/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content.encode()))
    assert [path for path, _, _ in scripts.check("demo-1.0.tar.gz").found] == ["demo-1.0.tar.gz/demo-1.0/tools/old.py"]


@pytest.mark.skipif(os.name == "nt", reason="`run` becomes the command, which only a POSIX system can")
def test_it_does_not_decide_for_what_run_starts(scripts: Folder) -> None:
    ran = scripts.guard("run", "--", sys.executable, "-c", "print('ran')")
    assert (ran.code, ran.out) == (0, "ran\n")


BLOCK = '# /// script\n# requires-python = "{}"\n# ///\n'
BEFORE = {
    "a flag": (["--target-version", HERE], None, OLD),
    "the script's block": ([], None, OLD.replace("\n", "\n" + BLOCK.format(f">={HERE}"), 1)),
    "our own table": ([], f'[tool.syntax-guard]\ntarget-version = "{HERE}"\n', OLD),
}


@pytest.mark.parametrize("before", BEFORE)
def test_what_comes_before_it(folder: Folder, before: str) -> None:
    flags, table, content = BEFORE[before]
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("a.py", content)
    if before != "the script's block":
        assert folder.guard("check").code == 1
    if table:
        folder.write("pyproject.toml", table)
    run = folder.guard("check", *flags)
    assert (run.code, run.err) == (0, "")


def test_it_comes_before_a_block_that_names_no_python_and_before_a_floor(folder: Folder) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("new.py", f"#!/usr/bin/env python{HERE}\n{MATCH}")
    folder.write("old.py", OLD.replace("\n", "\n# /// script\n# dependencies = []\n# ///\n", 1))
    folder.write("bad.py", OLD.replace("\n", "\n" + BLOCK.format("3.8"), 1))
    found = [(path, code) for path, code, _ in folder.check().found if code != "script-metadata"]
    assert found == [("bad.py", "unsupported-syntax"), ("old.py", "unsupported-syntax")]


@pytest.mark.grid
@pytest.mark.parametrize(
    ("version", "why"),
    [("2", "it is older than 3.8"), ("2.7", "it is older than 3.8"), ("3.6", "it is older than 3.8"),
     ("3.98", "no such Python is here")],
)  # fmt: skip
@pytest.mark.parametrize("floor", [True, False])
def test_a_version_of_no_use_is_one_note_for_all(folder: Folder, version: str, why: str, floor: bool) -> None:
    if floor:
        folder.write("pyproject.toml", f'[project]\nrequires-python = ">={HERE}"\n')
    for number in range(3):
        folder.write(f"a{number}.py", f"#!/usr/bin/env python{version}\n{MATCH}")
    run = folder.guard("check")
    assert (run.code, run.err.count("\n")) == (0, 1)
    assert f"a0.py:1 (and 2 more): python{version}" in run.err
    assert why in run.err
    if floor and version != "3.98":
        assert f"requires-python >={HERE} in pyproject.toml:2 counts" in run.err
    assert f"a1.py:1: python{version}" in folder.guard("targets", "a1.py").err


def test_a_cell_of_a_notebook_has_no_first_line(folder: Folder) -> None:
    cell = '{"cell_type": "code", "source": ["#!/usr/bin/env python3.8\\n", "match 1:\\n", "    case 1: pass"]}'
    folder.write("a.ipynb", f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}')
    assert folder.guard("check", "a.ipynb").code == 0
