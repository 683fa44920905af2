from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.targets.discovery import Search, find, holds, places

from ..pythons import FAILS, HANGS, HERE, LABEL, NOISY, PYPY, SHORT, environ, link, patience, program, shim

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the layouts here are those of POSIX systems")

INSTALLED = {
    "PATH": f"bin/python{LABEL}",
    "PATH, without a version": "bin/python3",
    "pyenv": f".pyenv/versions/{LABEL}.4/bin/python{LABEL}",
    "pyenv, without a version": f".pyenv/versions/{LABEL}.4/bin/python",
    "pyenv, in development": f".pyenv/versions/{LABEL}-dev/bin/python{LABEL}",
    "asdf": f".asdf/installs/python/{LABEL}.4/bin/python{LABEL}",
    "mise": f".local/share/mise/installs/python/{LABEL}.4/bin/python{LABEL}",
    "uv": f".local/share/uv/python/cpython-{LABEL}.4-linux-x86_64-gnu/bin/python",
}


@pytest.mark.parametrize("place", INSTALLED.values(), ids=INSTALLED)
def test_a_python_is_found_where_it_was_installed(place: str, tmp_path: Path) -> None:
    installed = link(tmp_path / place)
    search = find(HERE, environ(tmp_path, tmp_path / "bin"), 20)
    assert search.interpreter is not None
    assert search.interpreter.version == HERE
    assert search.interpreter.python == str(installed)


MOVED = {
    "pyenv": ("PYENV_ROOT", f"versions/{LABEL}.4/bin/python{LABEL}"),
    "asdf": ("ASDF_DATA_DIR", f"installs/python/{LABEL}.4/bin/python{LABEL}"),
    "mise": ("MISE_DATA_DIR", f"installs/python/{LABEL}.4/bin/python{LABEL}"),
    "mise, by XDG": ("XDG_DATA_HOME", f"mise/installs/python/{LABEL}.4/bin/python{LABEL}"),
    "uv": ("UV_PYTHON_INSTALL_DIR", f"cpython-{LABEL}.4-linux-x86_64-gnu/bin/python"),
    "uv, by XDG": ("XDG_DATA_HOME", f"uv/python/cpython-{LABEL}.4-linux-x86_64-gnu/bin/python"),
}


@pytest.mark.parametrize(("variable", "place"), MOVED.values(), ids=MOVED)
def test_a_python_is_found_where_its_manager_was_told_to_put_it(variable: str, place: str, tmp_path: Path) -> None:
    installed = link(tmp_path / "elsewhere" / place)
    search = find(HERE, environ(tmp_path / "home", **{variable: str(tmp_path / "elsewhere")}), 20)
    assert search.interpreter is not None
    assert search.interpreter.python == str(installed)


def test_path_comes_before_the_managers(tmp_path: Path) -> None:
    link(tmp_path / INSTALLED["pyenv"])
    first = link(tmp_path / INSTALLED["PATH"])
    search = find(HERE, environ(tmp_path, tmp_path / "bin"), 20)
    assert search.interpreter is not None
    assert search.interpreter.python == str(first)


def test_the_newest_patch_of_a_manager_comes_first(tmp_path: Path) -> None:
    for patch in ("9", "10", "2", "10rc1"):
        link(tmp_path / f".pyenv/versions/{LABEL}.{patch}/bin/python{LABEL}")
    search = find(HERE, environ(tmp_path), 20)
    assert search.interpreter is not None
    assert f"{LABEL}.10/" in str(search.interpreter.python)


def test_a_shim_without_its_python_does_not_mislead(tmp_path: Path) -> None:
    program(tmp_path / ".pyenv" / "shims" / f"python{LABEL}", FAILS)
    installed = link(tmp_path / INSTALLED["pyenv"])
    search = find(HERE, environ(tmp_path, tmp_path / ".pyenv" / "shims"), 20)
    assert search.interpreter is not None
    assert search.interpreter.python == str(installed)


def test_a_shim_that_works_leads_to_its_python(tmp_path: Path) -> None:
    installed = link(tmp_path / INSTALLED["pyenv"])
    shim(tmp_path / ".pyenv" / "shims" / f"python{LABEL}", str(installed))
    search = find(HERE, environ(tmp_path, tmp_path / ".pyenv" / "shims"), 20)
    assert search.interpreter is not None
    assert search.interpreter.python == str(installed)


def test_a_shim_that_leads_out_of_what_is_searched_is_started_itself(tmp_path: Path) -> None:
    """What is remembered must be found again by a search."""
    path = shim(tmp_path / "bin" / f"python{LABEL}")
    search = find(HERE, environ(tmp_path, path.parent), 20)
    assert search.interpreter is not None
    assert search.interpreter.python == str(path)
    assert search.watched == (str(path), sys.executable)


REFUSED = {"hangs": HANGS, "fails": FAILS, "is not CPython": PYPY}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_one_that_is_no_use_is_passed_over_with_its_reason(code: str, tmp_path: Path) -> None:
    path = program(tmp_path / "first" / f"python{LABEL}", code)
    search = find(HERE, environ(tmp_path, path.parent), patience(code))
    assert search.interpreter is None
    assert search.note == f"no python{LABEL} found here that can be used"
    assert [reason.split()[0] for reason in search.refused] == [str(path)]
    assert str(path) in search.watched
    second = link(tmp_path / "second" / f"python{LABEL}")
    search = find(HERE, environ(tmp_path, path.parent, second.parent), SHORT)
    assert search.interpreter is not None
    assert search.interpreter.python == str(second)


def test_a_python_of_another_version_is_passed_over_whatever_its_name(tmp_path: Path) -> None:
    link(tmp_path / "bin" / "python3.99")
    search = find((3, 99), environ(tmp_path, tmp_path / "bin"), 20)
    assert search.interpreter is None
    assert f"is CPython {sys.version.split()[0]}" in search.refused[0]


def test_a_relative_folder_on_path_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would start a program of the tree that is checked."""
    monkeypatch.chdir(tmp_path)
    ran = tmp_path / "ran"
    for name in (f"python{LABEL}", "python3", "python"):
        program(tmp_path / "bin" / name, f"open({str(ran)!r}, 'w')")
    search = find(HERE, {**environ(tmp_path / "home"), "PATH": f"bin{os.pathsep}{os.pathsep}."}, 20)
    assert search.interpreter is None
    assert not ran.exists()


def test_nothing_that_a_candidate_prints_is_passed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(tmp_path / "first" / "python3", "print('noise', flush=True); import sys; sys.exit('more noise')")
    second = program(tmp_path / "second" / "python3", NOISY)
    search = find(HERE, environ(tmp_path, tmp_path / "first", second.parent), 20)
    assert search.interpreter is not None
    assert capsys.readouterr() == ("", "")


def test_where_nothing_is_the_search_says_where_it_looked(tmp_path: Path) -> None:
    search = find((3, 99), environ(tmp_path, tmp_path / "bin"), 20)
    assert search == Search(
        (3, 99), None, search.watched, "no python3.99 found here", places(environ(tmp_path, tmp_path / "bin")), ()
    )
    assert [place.kind for place in search.searched if place.kind != "uv"] == ["PATH", "pyenv", "asdf", "mise"]


def test_without_a_home_only_path_is_searched(tmp_path: Path) -> None:
    assert [place.kind for place in places({"PATH": str(tmp_path)})] == ["PATH"]


HELD = {
    "on PATH": ("bin/python3.9", True),
    "below a manager": (".pyenv/versions/3.9.1/bin/python3.9", True),
    "below PATH": ("bin/more/python3.9", False),
    "elsewhere": ("lib/python3.9", False),
    "not called python": ("bin/rm", False),
    "out by the back door": (".pyenv/versions/../../lib/python3.9", False),
    "beside a manager": (".pyenv/versions-of-mine/python3.9", False),
}


@pytest.mark.parametrize(("path", "held"), HELD.values(), ids=HELD)
def test_a_path_is_held_where_a_search_would_look_at_it(path: str, held: bool, tmp_path: Path) -> None:
    assert holds(places(environ(tmp_path, tmp_path / "bin")), f"{tmp_path}/{path}") is held


def test_a_relative_path_is_never_held(tmp_path: Path) -> None:
    assert not holds(places({"PATH": f"bin:{tmp_path}"}), "bin/python3.9")


def test_a_search_leaves_the_environment_of_this_process_as_it_was() -> None:
    code = (
        "import os; os.environ.clear(); from syntax_guard.targets.discovery import find\n"
        "print(find((3, 99), os.environ, 20).searched, dict(os.environ))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "() {}\n"
