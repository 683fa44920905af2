"""The standard library of every CPython on this machine, its broken test files included: what ``compile`` says."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Folder


ORACLE = """
import json, sys
import warnings
warnings.simplefilter("ignore")
found = {}
for path in sys.stdin.read().split("\\0"):
    with open(path, "rb") as file:
        data = file.read()
    try:
        compile(data, "no such folder/source", "exec", 0, True)
    except SyntaxError as error:
        found[path] = error.lineno or None
    except Exception as error:
        found[path] = None
print(json.dumps(found))
"""


def interpreters() -> list[str]:
    """CPythons from 3.10 on: this one, and those on PATH and in pyenv, one a version."""
    patterns = [f"{folder}/python3.1[0-9]" for folder in os.environ.get("PATH", "").split(os.pathsep)]
    patterns.append(os.path.expanduser("~/.pyenv/versions/*/bin/python3.1[0-9]"))
    patterns.append(os.path.join(os.environ.get("SYNTAX_GUARD_TEST_PYTHONS", "nowhere"), "python3.1[0-9]"))
    found = {f"python{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for path in (path for pattern in patterns for path in sorted(glob.glob(pattern))):
        name = os.path.basename(path)
        if name not in found and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            found[name] = path
    return [found[name] for name in sorted(found)]


def compare(folder: Folder, python: str) -> int:
    """Judge the library of `python` with syntax-guard run by it, and with ``compile``; return the number of files."""
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    library = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    folders = os.pathsep.join(sorted({sysconfig.get_path("purelib"), *map(str, package_paths())}))
    options = ("--isolated", "--no-cache", "--output-format=json", "--warnings=ignore")
    command = (python, "-m", "syntax_guard", "check", *options, library)
    report = folder.run(*command, environment={"PYTHONPATH": folders})
    assert report.err == ""
    files = sorted(judged(Path(library)))
    oracle = subprocess.run([python, "-c", ORACLE], input="\0".join(files), capture_output=True, text=True, check=True)
    assert report.json["summary"]["checked"] == len(files)
    assert {one["path"]: one["line"] for one in report.json["diagnostics"]} == json.loads(oracle.stdout)
    return len(files)


def package_paths() -> list[Path]:
    import syntax_guard

    return [Path(syntax_guard.__file__).parent.parent]


def judged(library: Path) -> list[str]:
    """The files that a scan is to find, by rules written down a second time."""
    skipped = {"__pycache__", "node_modules", ".venv", ".git"}
    found = []
    for folder, folders, files in os.walk(library):
        folders[:] = [
            name for name in folders if name not in skipped and not os.path.exists(f"{folder}/{name}/pyvenv.cfg")
        ]
        for name in files:
            path = os.path.join(folder, name)
            script = "." not in name and os.access(path, os.X_OK) and b"python" in Path(path).read_bytes()[:60]
            if not os.path.islink(path) and (script or name.endswith((".py", ".pyi", ".pyw"))):
                found.append(path)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("python", interpreters(), ids=os.path.basename)
def test_every_verdict_is_that_of_compile(folder: Folder, python: str) -> None:
    assert compare(folder, python) > 500  # Debian packs some libraries without their tests


def test_the_library_s_own_broken_files_are_found(folder: Folder) -> None:
    tests = Path(sysconfig.get_path("stdlib")) / "test"
    if not tests.exists():
        pytest.skip("this interpreter comes without its test suite")
    shutil.copytree(
        tests,
        folder.path / "test",
        ignore=lambda _, names: [name for name in names if "bad" not in name and not name.endswith("data")],
    )
    if not list(judged(folder.path)):
        pytest.skip("this interpreter comes without the broken files of its test suite")
    report = folder.check("--isolated", "--warnings=ignore")
    assert report.code == 1
    oracle = folder.run(sys.executable, "-c", ORACLE, stdin="\0".join(judged(folder.path)).encode())
    expected = {os.path.relpath(path, folder.path): line for path, line in json.loads(oracle.out).items()}
    assert expected
    assert {path: line for path, _, line in report.found} == expected
