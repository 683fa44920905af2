"""What differs on systems that this CI does not have, simulated: exactly that difference, and all else is real."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config import settings
from syntax_guard.sources import git_attributes
from syntax_guard.sources.path_names import name_of, path_name

from ..pythons import program

if TYPE_CHECKING:
    from ..conftest import Folder, Run


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_where_gits_configuration_may_be_anywhere_git_is_asked_for_attributes(
    system: str, repository: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Apple's git, Homebrew's and that for Windows keep the machine's configuration beside their programs.
    monkeypatch.setenv("HOME", repository.environment["HOME"])
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert git_attributes.may_have_attributes(str(repository.path), ["a.py"]) is False
    monkeypatch.setattr(sys, "platform", system)
    assert git_attributes.may_have_attributes(str(repository.path), ["a.py"]) is True


@pytest.mark.parametrize("name", [b"a.py", "日本.py".encode(), b"\xff.py", b"\xed\xb2\x80.py", b"e\xcc\x81.py"])
def test_what_git_calls_a_file_stays_its_name(name: bytes) -> None:
    assert name_of(path_name(name)) == name


def test_no_name_of_git_is_decoded_as_this_system_does_it() -> None:
    # On Windows, os.fsdecode raises for what is no UTF-8, and os.fsencode writes other bytes than git had.
    sources = Path(git_attributes.__file__).parent
    wrong = [path.name for path in sources.rglob("*.py") if re.search(r"os\.fs(de|en)code", path.read_text("utf-8"))]
    assert wrong == ["path_names.py"]


NO_PROC = """
import os, sys
sys.platform = "darwin"
listed, opened = os.listdir, open
def refused(path):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(path)
os.listdir = lambda path=".": refused(path) or listed(path)
builtins = vars(sys.modules["builtins"])
builtins["open"] = lambda path, *more, **named: refused(path) or opened(path, *more, **named)
def fork():
    os.write(2, b"forked")
    os._exit(99)
os.fork = fork
from syntax_guard.__main__ import run_and_exit
run_and_exit()
"""
"""The command as it is where no /proc is, and where a copy of a process may not live (macOS, says CPython)."""


def on_macos(folder: Folder, *arguments: str) -> Run:
    return folder.run(sys.executable, "-c", NO_PROC, "check", "--output-format=json", "--no-cache", *arguments)


@pytest.mark.skipif(os.name == "nt", reason="this simulates another POSIX system")
class TestWithoutProcAndFork:
    def test_a_tree_has_its_findings(self, folder: Folder) -> None:
        for number in range(300):
            folder.write(f"good{number}.py", f"x = {number}\n" * 2000)
        folder.write("broken.py", "x = = 1\n")
        run = on_macos(folder, "--jobs=2", ".")
        assert (run.code, run.found, run.json["summary"]["checked"]) == (1, [("broken.py", "syntax-error", 1)], 301)

    def test_what_kills_or_outlasts_an_interpreter_is_a_finding_of_its_own(self, folder: Folder) -> None:
        folder.write("deep.py", "-" * 500_000 + "1\n")
        folder.write("slow.py", "x = " + "(" * 150 + "lambda: " * 3000 + "0" + ")" * 150 + "\n")
        folder.write("good.py")
        run = on_macos(folder, "--time-limit=5", ".")
        assert run.code == 1
        assert {path for path, _, _ in run.found} >= {"deep.py"}
        assert "good.py" not in {path for path, _, _ in run.found}

    def test_another_python_is_asked(self, folder: Folder) -> None:
        folder.write("broken.py", "x = = 1\n")
        assert on_macos(folder, f"--python={sys.executable}", ".").found == [("broken.py", "syntax-error", 1)]


@pytest.mark.skipif(os.name == "nt", reason="this simulates another POSIX system")
def test_macos_has_a_library_for_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    environ = {"HOME": "/Users/a", "XDG_CACHE_HOME": "/cache", "XDG_STATE_HOME": "/state"}
    assert settings.default_folder(environ) == "/Users/a/Library/Caches/syntax-guard"
    assert settings.state_folder(environ) == "/Users/a/Library/Application Support/syntax-guard"
    assert settings.default_folder({}) is None


PRECOMPOSING = """
import os, sys, unicodedata
words = [unicodedata.normalize("NFC", word) for word in sys.argv[1:]]
os.execv(GIT, [GIT, *words])
"""
"""git as on macOS (``core.precomposeunicode``): it composes the names that it is given, and that it finds."""


@pytest.mark.skipif(os.name == "nt", reason="this simulates another POSIX system")
@pytest.mark.parametrize("name", ["e\u0301.py", "o\u0308/a.py", "\u1112\u1161\u11ab.py"])
def test_a_tracked_file_is_tracked_however_its_name_is_composed(
    name: str, repository: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unicodedata import normalize

    from syntax_guard.sources.tracked import untracked

    git = program(tmp_path / "bin" / "git", f"GIT = {shutil.which('git')!r}\n{PRECOMPOSING}")
    repository.write(normalize("NFC", name), "x = = 1\n")
    repository.git("add", "--all")
    shutil.move(repository.path / normalize("NFC", name), tmp_path / "a.py")
    repository.write(name, "x = = 1\n")  # as the folder lists it
    repository.write("new.py")
    monkeypatch.setenv("PATH", f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.chdir(repository.path)
    assert untracked({name, "new.py"}) == {"new.py"}
