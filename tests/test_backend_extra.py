"""The core stands without the backend's extra, and the backend says what it needs."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import syntax_guard


def test_without_the_extra_importing_says_what_to_install(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = next(path for path in (tmp_path / "bare").glob("*/python*") if path.stem == "python")
    source = str(Path(syntax_guard.__file__).parent.parent)
    only_ours = tmp_path / "only_ours"
    only_ours.mkdir()
    (only_ours / "syntax_guard").symlink_to(Path(source) / "syntax_guard")
    ran = subprocess.run(
        [python, "-I", "-c", f"import sys; sys.path.append({str(only_ours)!r}); import syntax_guard.backend"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == (
        "ImportError: syntax_guard.backend needs its extra (greenlet is missing): pip install 'syntax-guard[backend]'"
    )


def test_the_core_never_imports_the_backend() -> None:
    code = """
import importlib, pathlib, sys, syntax_guard
package = pathlib.Path(syntax_guard.__file__).parent
names = [".".join(path.relative_to(package.parent).with_suffix("").parts) for path in package.rglob("*.py")]
names = [name for name in names if "__" not in name and not name.startswith("syntax_guard.backend")]
assert len(names) > 100, names
for name in names:
    importlib.import_module(name)
print(sorted(name for name in sys.modules if name.startswith(("syntax_guard.backend", "sqlalchemy"))))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
