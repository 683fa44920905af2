"""Trees as only Windows has them: each file that is found has its account, and all of it in names as git has them."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.cli.main import main

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


@pytest.mark.skipif("SYNTAX_GUARD_TEST_LOOP" not in os.environ, reason="nobody has made a folder that contains itself")
def test_a_folder_that_contains_itself_is_searched_once(folder: Folder) -> None:
    # Wine has no junctions; what it shows of a symbolic link of Unix looks like a plain folder, which is worse.
    loop = os.environ["SYNTAX_GUARD_TEST_LOOP"]
    assert os.path.samefile(loop, os.path.join(loop, "sub", "up"))
    code, found, skipped = accounts(folder, loop)
    top = loop.replace("\\", "/")
    assert code == 1
    assert found == {f"{top}/a.py": "syntax-error", f"{top}/sub/b.py": "syntax-error"}
    assert skipped == {f"{top}/sub/up/": "link"}


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
