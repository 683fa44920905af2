"""The Pythons that Windows registers (PEP 514), which is where its ``py`` launcher finds them too."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.targets.discovery import find

from ..pythons import environ, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "nt", reason="Windows alone has a registry")

VERSION, TAG = (3, 9), "3.9"
KEY = rf"Software\Python\PythonCore\{TAG}"
OTHER = r"""
import collections, runpy, sys
Version = collections.namedtuple("Version", "major minor micro releaselevel serial")
sys.version_info = Version(3, 9, 18, "final", 0)
sys.version = "3.9.18 (tags/v3.9.18, Sep  1 2023) [MSC v.1916 64 bit (AMD64)]"
sys.executable = sys._base_executable = OWN
words = [word for word in sys.argv[1:] if word not in ("-I", "-S", "-B", "-E")]
sys.argv = words[1:] if words[0] == "-c" else words
exec(words[1]) if words[0] == "-c" else runpy.run_path(words[0], run_name="__main__")
"""
"""The running Python, which says that it is another, at a place that only the registry knows."""


@pytest.fixture
def registered(tmp_path: Path) -> Iterator[Path]:
    """A Python 3.9 that is registered for this user alone."""
    import winreg

    registry: dict[str, Any] = vars(winreg)
    user = registry["HKEY_CURRENT_USER"]
    try:
        registry["OpenKey"](user, KEY).Close()
        pytest.skip(f"a Python {TAG} is registered here")
    except FileNotFoundError:
        pass
    path = tmp_path / "apart" / "python.exe"
    program(path, f"OWN = {str(path)!r}\n{OTHER}")
    for key, name, value in (
        (KEY, "SysVersion", TAG),
        (KEY, "SysArchitecture", "64bit"),
        (rf"{KEY}\InstallPath", None, str(path.parent)),
        (rf"{KEY}\InstallPath", "ExecutablePath", str(path)),
    ):
        with registry["CreateKey"](user, key) as opened:
            registry["SetValueEx"](opened, name, 0, registry["REG_SZ"], value)
    try:
        yield path
    finally:
        registry["DeleteKey"](user, rf"{KEY}\InstallPath")
        registry["DeleteKey"](user, KEY)


def search_environment(home: Path) -> dict[str, str]:
    """Nothing is found by PATH; what Windows needs to start a program is there."""
    system = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    return environ(home, **system)


def test_a_python_that_is_registered_is_found(registered: Path, tmp_path: Path) -> None:
    found = find(VERSION, search_environment(tmp_path / "home"), 60)
    assert found.interpreter is not None, (found.note, found.refused)
    assert found.interpreter.name == "CPython 3.9.18"
    assert os.path.samefile(found.interpreter.python or "", registered)


def test_a_registered_python_that_is_gone_is_passed_over(registered: Path, tmp_path: Path) -> None:
    subprocess.run([registered, "-c", "pass"], check=True)  # it was one
    registered.unlink()
    found = find(VERSION, search_environment(tmp_path / "home"), 60)
    assert found.interpreter is None
    assert found.note == f"no python{TAG} found here"
