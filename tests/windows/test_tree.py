"""Trees as only Windows has them: each file that is found has its account, and all of it in names as git has them."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from html import unescape
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from syntax_guard.cli.main import main
from syntax_guard.sources import walk

from ..conftest import python_version
from ..gates.test_ship import wheel
from .test_workers import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name != "nt", reason="Windows alone has these")

BROKEN = b"def f(:\n"
NAMES = ["aux.py", "con.py", "nul.py", "com1.py", "lpt9.pyi", "b.py.", "c.py ", "trail .py", " lead.py", "dot..py",
         "UPPER.PY", "Wide.PyW", "日本.py", "emoji😀.py", "e\u0301.py", "x" * 240 + ".py"]  # fmt: skip
UNREADABLE = {"aux.py", "con.py", "nul.py", "com1.py", "lpt9.pyi", "b.py.", "c.py "}


def put(path: Path, content: bytes = BROKEN) -> None:
    """Write a file whatever it is called: behind this beginning, Windows takes a name as it is."""
    with open("\\\\?\\" + os.path.join(os.path.abspath(path.parent), path.name), "wb") as file:
        file.write(content)


def accounts(folder: Folder, *arguments: str) -> tuple[int, dict[str, str], dict[str, str]]:
    """The exit code, the code of each finding by path, and why each of the others is skipped."""
    run = folder.check("--verbose", *(arguments or (".",)))
    assert run.out, run.err
    report = run.json
    return (
        run.code,
        {one["path"]: one["code"] for one in report["diagnostics"]},
        {one["path"]: one["reason"] for one in report["skipped"]},
    )


def test_each_name_that_windows_keeps_for_itself_has_its_account(folder: Folder) -> None:
    for name in NAMES:
        put(folder.path / name)
    listed = set(os.listdir(folder.path))
    assert set(NAMES) <= listed
    code, found, skipped = accounts(folder)
    assert code == 1
    assert set(found) == listed
    assert skipped == {}
    assert {name for name, code in found.items() if code != "syntax-error"} == UNREADABLE


@pytest.mark.parametrize("name", ["aux.py", "nul.py", "b.py.", "CON"])
def test_a_name_that_windows_keeps_for_itself_is_no_green_file(folder: Folder, name: str) -> None:
    put(folder.path / name)
    run = folder.check(name)
    assert run.code != 0
    assert "Traceback" not in run.err


def test_a_path_of_more_than_260_characters_has_its_account(folder: Folder) -> None:
    deep = folder.path
    for _ in range(4):
        deep = deep / ("d" * 100)
        os.mkdir("\\\\?\\" + str(deep))
    put(deep / "a.py")
    code, found, _ = accounts(folder)
    assert code == 1
    assert len(found) == 1
    assert next(iter(found)).startswith("d" * 100 + "/")


def test_a_stream_of_a_file_is_no_green_file(folder: Folder) -> None:
    folder.write("a.py")
    put(folder.path / "a.py:b")
    assert folder.check("a.py:b").code != 0
    assert "Traceback" not in folder.check("a.py:none").err


def junction(path: Path, target: Path) -> None:
    """Make `path` a junction to the folder `target`.

    Wine cannot. It shows a link of Unix to a folder as one, and runs the program of Unix that makes such a link.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        vars(import_module("_winapi"))["CreateJunction"](str(target), str(path))
    except OSError:
        path.rmdir()
        of_unix: Any = vars(ctypes)["WinDLL"]("kernel32").wine_get_unix_file_name
        of_unix.restype = ctypes.c_char_p
        os.spawnv(os.P_NOWAIT, "Z:\\bin\\ln", ["ln", "-s", *(of_unix(str(one)).decode() for one in (target, path))])
        assert wait_for(path.exists)
    assert os.path.samefile(path, target)


LOOPS = {
    "to the folder that it is in": ({"a": "."}, {"a/": "link"}),
    "to the folder above": ({"sub/up": "."}, {"sub/up/": "link"}),
    "to one another": (
        {"one/two": "two", "two/one": "one"},
        {"one/two/d.py": "same-file", "one/two/one/": "link", "two/one/c.py": "same-file", "two/one/two/": "link"},
    ),
    "to one that holds it by another": (
        {"one/in": "sub", "sub/out": "one"},
        {"one/in/b.py": "same-file", "one/in/out/": "link", "sub/out/c.py": "same-file", "sub/out/in/": "link"},
    ),
}
"""Junctions with their targets, and what is skipped for what reason: as for links on Linux."""


@pytest.mark.parametrize(("links", "left"), LOOPS.values(), ids=LOOPS)
def test_each_file_among_junctions_that_make_a_loop_is_judged_once(
    folder: Folder, links: dict[str, str], left: dict[str, str]
) -> None:
    for name in ("a.py", "sub/b.py", "one/c.py", "two/d.py"):
        folder.write(name, BROKEN)
    for name, target in links.items():
        junction(folder.path / name, folder.path / target)
    files = dict.fromkeys(("a.py", "sub/b.py", "one/c.py", "two/d.py"), "syntax-error")
    assert accounts(folder) == (1, files, left)


def test_a_junction_is_followed_within_the_tree_and_named_where_it_leads_out_of_it(folder: Folder) -> None:
    for name in ("tree/pkg/a.py", "tree/node_modules/x/b.py", "elsewhere/c.py"):
        folder.write(name, BROKEN)
    junction(folder.path / "tree/out", folder.path / "elsewhere")
    junction(folder.path / "tree/x", folder.path / "tree/node_modules/x")
    run = folder.check("--verbose", ".", cwd="tree")
    assert [path for path, _, _ in run.found] == ["pkg/a.py", "x/b.py"]
    assert {one["path"]: one["reason"] for one in run.json["skipped"]} == {
        "node_modules/": "tool-folder",
        "out/": "link",
    }


def test_a_folder_that_a_server_shows_in_itself_is_searched_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Samba follows links, and shows what they lead to as plain folders: so it is here, but for the mark of a link.
    folder.write("a.py", BROKEN)
    junction(folder.path / "sub/up", folder.path)
    monkeypatch.setattr(walk, "is_junction", lambda _: False)
    monkeypatch.chdir(folder.path)
    assert main(["check", "--verbose", "--output-format=json", "."]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in report["diagnostics"]] == ["a.py"]
    assert report["skipped"] == [{"path": "sub/up/", "reason": "link"}]


@pytest.mark.parametrize("given", ["pkg", "pkg\\", "pkg/", ".\\pkg", "pkg\\sub\\..", "PKG"])
def test_names_have_the_slashes_of_git(folder: Folder, given: str) -> None:
    folder.write("pkg/sub/a.py", BROKEN)
    code, found, _ = accounts(folder, given)
    assert code == 1
    assert len(found) == 1
    name = next(iter(found))
    assert "\\" not in name
    assert os.path.samefile(folder.path / name, folder.path / "pkg/sub/a.py")


def test_absolute_paths_drives_and_verbatim_paths_lead_to_the_same_file(folder: Folder) -> None:
    path = folder.write("pkg/a.py", BROKEN)
    drive, rest = os.path.splitdrive(str(path))
    for given in (str(path), str(path).replace("\\", "/"), "\\\\?\\" + str(path), drive.lower() + rest):
        code, found, _ = accounts(folder, given)
        assert code == 1, given
        assert list(found.values()) == ["syntax-error"]
        assert "\\" not in next(iter(found))


def test_a_file_on_another_drive_is_checked(folder: Folder) -> None:
    here = os.path.splitdrive(str(folder.path))[0].upper()
    there = next((f"{letter}:\\" for letter in "CDZ" if f"{letter}:" != here and os.path.isdir(f"{letter}:\\")), None)
    if there is None:
        pytest.skip("there is no other drive")
    folder.write("a.py", BROKEN)
    folder.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['gen/']\n")
    letter = str(folder.path)[0]
    environment = {"SYNTAX_GUARD_EXCLUDE": "gen/"}
    run = folder.run(
        sys.executable, "-c",
        f"import os, sys; os.chdir({there!r}); from syntax_guard.cli.main import main; sys.exit(main(sys.argv[1:]))",
        "check", "--isolated", "--output-format=json", f"{letter}:{str(folder.path)[2:]}", environment=environment,
    )  # fmt: skip
    assert run.code == 1, run.err
    assert [code for _, code, _ in run.found] == ["syntax-error"]


def test_a_pattern_with_slashes_leaves_out_what_windows_writes_with_backslashes(folder: Folder) -> None:
    folder.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['pkg/gen/']\n")
    folder.write("pkg/gen/a.py", BROKEN)
    folder.write("pkg/b.py")
    assert accounts(folder, "pkg\\b.py", "pkg\\gen\\a.py")[2] == {"pkg/gen/a.py": "excluded"}
    assert accounts(folder)[2] == {"pkg/gen/": "excluded"}


def test_a_pattern_of_the_command_line_may_have_backslashes_which_escape_in_a_file(folder: Folder) -> None:
    folder.write("pkg/gen/a.py", BROKEN)
    assert accounts(folder, "--exclude=pkg\\gen\\*.py", "pkg\\gen\\a.py")[2] == {"pkg/gen/a.py": "excluded"}
    folder.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['pkg\\gen\\*.py']\n")
    assert accounts(folder)[1] == {"pkg/gen/a.py": "syntax-error"}


def test_a_pattern_that_cmd_passes_on_names_the_files_that_it_matches(folder: Folder) -> None:
    folder.write("a.py", BROKEN)
    folder.write("pkg/b.py", BROKEN)
    assert accounts(folder, "*.py", "pkg\\*.py")[1] == {"a.py": "syntax-error", "pkg/b.py": "syntax-error"}
    assert "no such path: *.pyi" in folder.check("*.pyi").err
    assert folder.guard("baseline", "p*").code == 0
    assert accounts(folder)[1] == {"a.py": "syntax-error"}


def test_people_see_the_backslashes_of_their_system_and_programs_the_slashes_of_git(folder: Folder) -> None:
    folder.write("pkg/a.py", BROKEN)
    for form, shown in (("full", "pkg\\a.py:1:7"), ("concise", "pkg/a.py:1:7"), ("github", "file=pkg/a.py,")):
        assert shown in folder.guard("check", f"--output-format={form}", ".").out


def test_people_see_the_names_of_git_for_what_git_holds(repository: Folder) -> None:
    shown = "\npkg/a.py:1:7: syntax-error:"
    repository.write("pkg/a.py", BROKEN)
    repository.git("add", "--all")
    assert shown in "\n" + repository.guard("check", "--staged").out
    repository.git("commit", "-q", "-m", "x")
    tip = repository.git("rev-parse", "HEAD")
    repository.git("branch", "topic")
    for asked in (["check", "--commits", "HEAD"], ["check", "--merge", "HEAD...topic"]):
        assert shown in "\n" + repository.guard(*asked).out
    repository.git("clone", "-q", "--bare", ".", "server.git")
    for branch in ("main", "topic"):  # its objects are there, as those of a push are, and no ref has them yet
        repository.git("--git-dir=server.git", "update-ref", "-d", f"refs/heads/{branch}")
    lines = f"{'0' * len(tip)} {tip} refs/heads/new\n".encode()
    received = repository.guard("pre-receive", "--every-commit", stdin=lines, cwd="server.git")
    assert shown in "\n" + received.out, received.err


def test_an_archive_may_be_named_with_backslashes(folder: Folder) -> None:
    wheel(folder, "dist/demo-1.0-py3-none-any.whl", f"=={python_version()}.*", bad=BROKEN)
    name = "dist\\demo-1.0-py3-none-any.whl"
    found = folder.guard("targets", "--output-format=json", name)
    assert found.code == 0, found.err
    (project,) = found.json["projects"]
    assert project["folder"] == "dist/demo-1.0-py3-none-any.whl"
    assert [one["why"] for one in project["targets"]] == [f"Requires-Python =={python_version()}.*"]
    assert folder.check(name).found == [("dist/demo-1.0-py3-none-any.whl/demo/bad.py", "syntax-error", 1)]
    assert f"{name}/demo/bad.py:1:7" in folder.guard("check", name).out


@pytest.mark.parametrize("given", ["pkg", "pkg\\", "pkg/", ".\\pkg", "PKG", "pkg\\sub", "pkg\\sub\\a.py"])
def test_targets_are_those_of_the_project_of_what_is_named(folder: Folder, given: str) -> None:
    folder.write("pkg/pyproject.toml", f"[project]\nrequires-python = '=={python_version()}.*'\n")
    folder.write("pkg/sub/a.py")
    run = folder.guard("targets", "--output-format=json", given)
    assert run.code == 0, run.err
    (project,) = run.json["projects"]
    assert "\\" not in project["folder"]
    assert [one["why"].lower().endswith("pkg/pyproject.toml:2") for one in project["targets"]] == [True]


def test_scripts_are_found_by_their_first_line_as_identify_has_it(folder: Folder) -> None:
    from identify.identify import tags_from_path

    folder.write("script", b"#!/usr/bin/env python3\r\ndef f(:\r\n")
    folder.write("text", "plain\n")
    assert "python" in tags_from_path(str(folder.path / "script"))
    assert accounts(folder)[1] == {"script": "syntax-error"}


def test_line_ends_of_windows_and_a_control_z_are_read_as_python_reads_them(folder: Folder) -> None:
    folder.write("crlf.py", b"def f():\r\n    return '''a\r\nb'''\r\n")
    folder.write("eof.py", b"x = 1\n\x1a\n")
    code, found, _ = accounts(folder)
    assert code == 1
    assert found == {"eof.py": "syntax-error"}


def test_a_file_that_is_read_only_is_judged(folder: Folder) -> None:
    folder.write("a.py", BROKEN).chmod(0o444)
    assert accounts(folder)[:2] == (1, {"a.py": "syntax-error"})


def test_a_file_that_another_program_holds_for_itself_is_a_finding(folder: Folder) -> None:
    path = folder.write("a.py")
    kernel: Any = vars(ctypes)["WinDLL"]("kernel32")
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(path), 0x80000000, 0, None, 3, 0, None)  # GENERIC_READ, shared with nobody
    try:
        assert accounts(folder)[:2] == (1, {"a.py": "unreadable"})
    finally:
        kernel.CloseHandle(ctypes.c_void_p(handle))
    assert accounts(folder)[0] == 0


def test_the_cache_is_in_the_users_local_folder(folder: Folder, tmp_path: Path) -> None:
    local = tmp_path / "Local"
    local.mkdir()
    folder.write("a.py")
    environment = {"LOCALAPPDATA": str(local)}
    assert folder.check(".", environment=environment).json["summary"]["cached"] == 0
    assert (local / "syntax-guard").is_dir()
    assert folder.check(".", environment=environment).json["summary"]["cached"] == 1


def test_a_file_with_its_old_times_and_size_is_read_again(folder: Folder, tmp_path: Path) -> None:
    # Windows keeps no time of the last change that a program cannot set: a stamp proves nothing there.
    local = tmp_path / "Local"
    local.mkdir()
    path = folder.write("a.py", b"x = 1 \n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    for _ in range(2):
        assert folder.check(".", environment={"LOCALAPPDATA": str(local)}).code == 0
    path.write_bytes(b"x = = \n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert folder.check(".", environment={"LOCALAPPDATA": str(local)}).code == 1


@pytest.mark.parametrize("page", ["cp1252", "cp437", "cp932", "utf-8"])
@pytest.mark.parametrize("form", ["concise", "full", "github", "json"])
def test_a_console_of_any_code_page_can_show_every_finding(folder: Folder, page: str, form: str) -> None:
    folder.write("日本😀.py", "naïve = '😀 日本' +\n".encode())
    run = folder.guard("check", f"--output-format={form}", ".", environment={"PYTHONIOENCODING": page})
    assert run.code == 1
    assert "Traceback" not in run.err
    assert "UnicodeEncodeError" not in run.err
    assert "syntax-error" in run.out or "SyntaxError" in run.out


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "junit", "rdjson", "json", "json-lines"])
def test_what_a_program_reads_is_utf_8_whatever_the_code_page(folder: Folder, form: str) -> None:
    folder.write("größe 日本.py", BROKEN)
    run = folder.guard("check", f"--output-format={form}", ".", environment={"PYTHONIOENCODING": "cp1252"})
    assert run.code == 1
    assert "\ufffd" not in run.out, "it is no UTF-8"
    said = unescape(run.out)  # of XML
    assert any(name in said for name in ("größe 日本", json.dumps("größe 日本")[1:-1], quote("größe 日本")))


def test_the_mode_for_utf_8_changes_no_verdict(folder: Folder) -> None:
    folder.write("a.py", "x = 'é'\n".encode("cp1252"))
    folder.write("b.py", "# -*- coding: cp1252 -*-\nx = 'é'\n".encode("cp1252"))
    for mode in ("0", "1"):
        run = folder.check(".", environment={"PYTHONUTF8": mode})
        assert run.code == 1
        assert [path for path, _, _ in run.found] == ["a.py"]


def test_no_file_of_the_drives_proc_folder_is_believed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    # Under Wine, \proc is there on drive Z: and belongs to another system.
    from syntax_guard.processes import procfs, resources

    with pytest.raises(FileNotFoundError):
        procfs.read("/proc/self/cmdline")
    assert resources.memory() == 0
    monkeypatch.chdir(folder.path)
    folder.write("a.py")
    assert main(["check", "a.py"]) == 0
