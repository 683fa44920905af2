"""Which files are judged: found, named or linked, and what is skipped in each case."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
from identify import identify

from syntax_guard.sources.file_types import is_python_name

from ..conftest import COMMAND, Folder, Run
from .archives.making import zipped

BROKEN = "x = = 1\n"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
BOUND_BY_PERMISSIONS = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if AS_ROOT else ()
needs_permissions = pytest.mark.skipif(
    not hasattr(os, "geteuid") or (AS_ROOT and not shutil.which("setpriv")),
    reason="for this user no file is unreadable",
)


def environment(folder: Folder, name: str) -> None:
    """What makes a folder a virtual environment."""
    folder.write(f"{name}/pyvenv.cfg", "home = /usr/bin\n")
    if os.name == "nt":
        folder.write(f"{name}/Scripts/python.exe")
        return
    (folder.path / name / "bin").mkdir(parents=True, exist_ok=True)
    (folder.path / name / "bin" / "python").symlink_to(sys.executable)


def names(run: Run) -> list[str]:
    return [path for path, _, _ in run.found]


@pytest.mark.parametrize(
    "name", ["a.py", "a.pyi", "a.pyw", "A.PY", "app.wsgi", "with space.py", "deep/er/a.py", "ünï.py", "quo'te.py"]
)
def test_python_files_are_found(folder: Folder, name: str) -> None:
    folder.write(name, BROKEN)
    assert names(folder.check()) == [name]


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
@pytest.mark.parametrize("name", ['quo"te.py', "back\\slash.py", "line\nfeed.py", "a:b.py"])
def test_python_files_with_names_that_windows_forbids_are_found(folder: Folder, name: str) -> None:
    folder.write(name, BROKEN)
    assert names(folder.check()) == [name]


@pytest.mark.parametrize("name", ["a.txt", "a.pyc", "a.py.orig", "py", "README", ".pdbrc"])
def test_other_files_are_not(folder: Folder, name: str) -> None:
    folder.write("good.py")
    folder.write(name, BROKEN)
    assert folder.check().json["summary"]["checked"] == 1


@pytest.mark.grid
@pytest.mark.parametrize(
    ("shebang", "found"),
    [
        ("#!/usr/bin/python3", True),
        ("#!/usr/bin/env python", True),
        ("#!/usr/bin/env -S python3.11 -I", True),
        ("#!/bin/sh", False),
        ("# no shebang", False),
    ],
)
@pytest.mark.parametrize("name", ["script", "tool-3.11", "deploy.sh", "old.pl"])
def test_executables_are_python_by_their_shebang(folder: Folder, name: str, shebang: str, found: bool) -> None:
    folder.write("good.py")
    folder.write(name, f"{shebang}\n{BROKEN}").chmod(0o755)
    assert names(folder.check()) == ([name] if found else [])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no right to execute a file")
def test_a_file_that_may_not_be_executed_is_no_script(folder: Folder) -> None:
    folder.write("good.py")
    folder.write("script", f"#!/usr/bin/python3\n{BROKEN}")
    assert names(folder.check()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no right to execute a file")
@pytest.mark.parametrize("name", ["notes.png", "data.so", "a.zip", "tool.pyz", "tool.exe"])
def test_what_may_be_executed_is_python_whatever_its_name_says(folder: Folder, name: str) -> None:
    folder.write("good.py")
    folder.write(name, f"#!/usr/bin/python3\n{BROKEN}").chmod(0o755)
    assert names(folder.check()) == [name]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no right to execute a file")
@pytest.mark.parametrize("name", ["tool", "tool.pyz", "tool.so"])
def test_a_zip_application_is_an_archive_and_no_source(folder: Folder, name: str) -> None:
    folder.write("good.py")
    folder.write(name, zipped({"__main__.py": BROKEN}, first=b"#!/usr/bin/env python3\n")).chmod(0o755)
    assert names(folder.check()) == []
    assert [one["member"] for one in folder.check(name).json["diagnostics"]] == ["__main__.py"]


def test_what_the_debugger_reads_is_no_python(folder: Folder) -> None:
    folder.write("good.py")
    folder.write(".pdbrc", f"#!/usr/bin/python3\n{BROKEN}").chmod(0o755)
    assert names(folder.check()) == []


@pytest.mark.parametrize(
    "name", ["a.py", "A.PYI", "b.tac", "wscript", "x.so", "c.txt", "Dockerfile.py2", "a.b.c", "tool"]
)
def test_names_are_what_identify_takes_them_for(name: str) -> None:
    tags = identify.tags_from_filename(name)
    python = not tags.isdisjoint({"python", "pyi"})
    may_start = not tags or os.name != "nt"
    assert is_python_name(name) == (True if python else None if may_start else False)


@pytest.mark.parametrize("skipped", ["__pycache__", ".venv", "node_modules", ".git", ".tox", ".nox", ".hg"])
@pytest.mark.parametrize("how", ["found", "named file"])
def test_skipped_folders(folder: Folder, skipped: str, how: str) -> None:
    folder.write("good.py")
    folder.write(f"app/{skipped}/deep/a.py", BROKEN)
    named = {
        "found": ["."],
        "named file": ["good.py", f"app/{skipped}/deep/a.py"],
    }
    run = folder.check(*named[how])
    assert (run.code, run.json["summary"]["checked"], run.json["summary"]["skipped"]) == (0, 1, 1)


@pytest.mark.parametrize("skipped", ["__pycache__", ".venv", "node_modules", "environment"])
def test_a_root_is_searched_whatever_it_is_called(folder: Folder, skipped: str) -> None:
    environment(folder, skipped)
    folder.write(f"{skipped}/deep/a.py", BROKEN)
    assert names(folder.check(skipped)) == [f"{skipped}/deep/a.py"]
    assert names(folder.check(f"{skipped}/deep")) == [f"{skipped}/deep/a.py"]


@pytest.mark.parametrize("named", [".", "environment/lib/a.py"])
def test_virtual_environments_are_skipped_whatever_they_are_called(folder: Folder, named: str) -> None:
    folder.write("good.py")
    environment(folder, "environment")
    folder.write("environment/lib/a.py", BROKEN)
    run = folder.check("good.py", named)
    assert (run.code, run.json["summary"]["checked"]) == (0, 1)


def test_what_lies_beside_the_own_folders_of_a_virtual_environment_is_taken(folder: Folder) -> None:
    environment(folder, "environment")
    folder.write("environment/lib/a.py", BROKEN)
    folder.write("environment/beside.py", BROKEN)
    folder.write("environment/app/a.py", BROKEN)
    run = folder.check(".")
    assert names(run) == ["environment/app/a.py", "environment/beside.py"]
    assert {"path": "environment/lib/", "reason": "environment"} in run.json["skipped"]


@pytest.mark.parametrize("above", ["build", ".venv", "node_modules", "__pycache__"])
def test_a_checkout_below_such_a_folder_is_scanned(folder: Folder, above: str) -> None:
    folder.write(f"{above}/project/a.py", BROKEN)
    if above == ".venv":
        folder.write(f"{above}/pyvenv.cfg")
    assert names(folder.check(cwd=f"{above}/project")) == ["a.py"]
    folder.write("elsewhere/good.py")
    outside = folder.check(folder.path / above / "project", cwd="elsewhere")
    assert [Path(name).name for name in names(outside)] == ["a.py"]


def test_exclude_takes_gitignore_patterns_from_the_folder_of_the_settings(folder: Folder) -> None:
    folder.write("pyproject.toml", '[tool.syntax-guard]\nexclude = ["/gen/", "*_pb2.py", "!keep_pb2.py"]\n')
    for name in ("gen/a.py", "app/gen/b.py", "app/x_pb2.py", "app/keep_pb2.py"):
        folder.write(name, BROKEN)
    assert names(folder.check()) == ["app/gen/b.py", "app/keep_pb2.py"]
    assert names(folder.check("gen/a.py", "app/x_pb2.py", "app/gen/b.py")) == ["app/gen/b.py"]
    assert names(folder.check(cwd="app")) == ["gen/b.py", "keep_pb2.py"]


def test_a_named_file_is_judged_whatever_it_is_called(folder: Folder) -> None:
    folder.write("snippet.txt", BROKEN)
    assert names(folder.check("snippet.txt")) == ["snippet.txt"]


def test_a_file_named_twice_is_judged_once(folder: Folder) -> None:
    folder.write("app/a.py", BROKEN)
    assert folder.check("app/a.py", "app", "./app/a.py").json["summary"]["checked"] == 1


@pytest.mark.parametrize("named", [["bad.py", "../app/bad.py"], [".", "../app"], ["bad.py", "{here}/bad.py"]])
def test_two_spellings_of_a_path_are_one_file(folder: Folder, named: list[str]) -> None:
    folder.write("app/bad.py", BROKEN)
    run = folder.check(*(name.format(here=folder.path / "app") for name in named), cwd="app")
    assert (names(run), run.json["summary"]["checked"]) == (["bad.py"], 1)


@pytest.mark.parametrize("name", ["-x.py", "--quiet.py", "-hq"])
def test_a_file_that_is_called_like_an_option_is_a_file(folder: Folder, name: str) -> None:
    folder.write(name, BROKEN)
    folder.write("a.py", BROKEN)
    assert sorted(names(folder.check("a.py", name))) == sorted(["a.py", name])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems demand names that are text")
def test_names_that_are_not_utf_8(folder: Folder) -> None:
    folder.write(b"caf\xe9.py", BROKEN)
    assert len(names(folder.check())) == 1
    assert len(names(folder.check(b"caf\xe9.py"))) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_with_line_ends(folder: Folder) -> None:
    folder.write("a\n::error::b.py", BROKEN)
    assert len(names(folder.check())) == 1


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
class TestLinks:
    def test_a_linked_file_is_read_once(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        (folder.path / "b.py").symlink_to("a.py")
        assert names(folder.check()) == ["a.py"]

    def test_a_link_to_a_file_elsewhere_is_read(self, folder: Folder) -> None:
        folder.write("tree/good.py")
        folder.write("elsewhere.py", BROKEN)
        (folder.path / "tree/link.py").symlink_to("../elsewhere.py")
        assert names(folder.check("tree")) == ["tree/link.py"]

    def test_links_to_folders_elsewhere_are_not_followed(self, folder: Folder) -> None:
        folder.write("tree/good.py")
        folder.write("elsewhere/a.py", BROKEN)
        (folder.path / "tree/link").symlink_to("../elsewhere")
        (folder.path / "tree/loop").symlink_to(".")
        run = folder.check(cwd="tree")
        assert run.json["summary"]["checked"] == 1
        assert run.json["skipped"] == [{"path": "link/", "reason": "link"}, {"path": "loop/", "reason": "link"}]

    def test_a_link_to_nowhere_is_no_source(self, folder: Folder) -> None:
        folder.write("good.py")
        (folder.path / ".#lock.py").symlink_to("user@host.1234")
        assert folder.check().json["summary"]["checked"] == 1

    def test_a_link_to_itself_leads_to_nothing_and_is_unreadable_where_it_is_named(self, folder: Folder) -> None:
        folder.write("a.py")
        (folder.path / "loop.py").symlink_to("loop.py")
        assert folder.check(".").json["skipped"] == [{"path": "loop.py", "reason": "dead-link"}]
        assert folder.check("loop.py").found == [("loop.py", "unreadable", None)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
class TestNotRegular:
    @pytest.mark.parametrize("named", [".", "pipe.py"])
    def test_a_fifo_is_unreadable_and_blocks_nothing(self, folder: Folder, named: str) -> None:
        folder.write("z.py", BROKEN)
        os.mkfifo(folder.path / "pipe.py")
        assert folder.check(named, "z.py").found == [("pipe.py", "unreadable", None), ("z.py", "syntax-error", 1)]

    def test_a_socket_is_unreadable(self, folder: Folder) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            here = Path.cwd()
            os.chdir(folder.path)
            try:
                server.bind("socket.py")
            finally:
                os.chdir(here)
            assert folder.check(".").found == [("socket.py", "unreadable", None)]

    def test_a_device_is_unreadable(self, folder: Folder) -> None:
        (folder.path / "zero.py").symlink_to("/dev/zero")
        assert folder.check(".").found == [("zero.py", "unreadable", None)]


@needs_permissions
def test_an_unreadable_file_is_a_finding(folder: Folder) -> None:
    folder.write("a.py").chmod(0)
    folder.write("b.py", BROKEN)
    run = folder.run(*BOUND_BY_PERMISSIONS, COMMAND, "check", "--output-format=json")
    assert (run.code, run.found) == (1, [("a.py", "unreadable", None), ("b.py", "syntax-error", 1)])


@needs_permissions
def test_an_unreadable_folder_is_a_finding(folder: Folder) -> None:
    folder.write("good.py")
    closed = folder.write("closed/a.py").parent
    closed.chmod(0)
    try:
        run = folder.run(*BOUND_BY_PERMISSIONS, COMMAND, "check", "--output-format=json")
        assert [code for _, code, _ in run.found] == ["unreadable"]
    finally:
        closed.chmod(0o755)


def test_nothing_is_written_into_the_tree(folder: Folder) -> None:
    folder.write("app/a.py")
    folder.write("app/b.py", BROKEN)
    before = sorted(path.relative_to(folder.path) for path in folder.path.rglob("*"))
    folder.check()
    folder.guard("check", ".")
    assert sorted(path.relative_to(folder.path) for path in folder.path.rglob("*")) == before


def test_stale_bytecode_is_not_believed(folder: Folder) -> None:
    source = folder.write("a.py", "x = 1\n")
    assert folder.run(sys.executable, "-m", "compileall", "-q", ".").code == 0
    stat = source.stat()
    source.write_bytes(b"x = (\n")
    os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert source.stat().st_size == stat.st_size
    assert folder.run(sys.executable, "-m", "compileall", "-q", ".").code == 0, "the trap is not set"
    assert names(folder.check()) == ["a.py"]


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONWARNINGS": "error"},
        {"PYTHONWARNINGS": "ignore"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONINTMAXSTRDIGITS": "0"},
        {"PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONUTF8": "0", "LC_ALL": "C"},
        {"PYTHONDEVMODE": "1"},
    ],
    ids=lambda environment: " ".join(f"{name}={value}" for name, value in environment.items()),
)
def test_the_verdict_is_deaf_to_the_environment(folder: Folder, environment: dict[str, str]) -> None:
    folder.write("warned.py", "x = '\\d'\n")
    folder.write("asserted.py", "assert (x, 'always true')\n")
    folder.write("digits.py", "x = " + "9" * 5000 + "\n")
    expected = folder.check().found
    assert expected == [
        ("asserted.py", "syntax-warning", 1),
        ("digits.py", "syntax-error", 1),
        ("warned.py", "syntax-warning", 1),
    ]
    assert folder.check(environment=environment).found == expected
