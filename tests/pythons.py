"""Executables for tests of discovery: the running Python under other names, and programs that are no use."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HERE = sys.version_info[:2]
LABEL = f"{HERE[0]}.{HERE[1]}"
NAME = f"CPython {sys.version.split()[0]}"

SHORT = 2.0
"""Seconds to wait for a program that hangs; enough for one that does not."""

MOMENT = 0.3
"""Seconds to wait for a program that hangs, where none is asked that does not."""

HANGS = "import time; time.sleep(60)"
DIES = "import os; os.kill(os.getpid(), 9)"
FAILS = "import sys; sys.exit('pyenv: python: command not found')"
HALF_WAY = r"import os; os.write(1, b'\x1esyntax-guard\x1f3\x1f'); os._exit(3)"
FLOODS = "while True: print('y' * 4096)"
SAYS_NOTHING = "pass"
NOISY = "import os, sys; print('welcome', flush=True); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
PYPY = "import sys; sys.implementation.name = 'pypy'; exec(sys.argv[-1])"
PYTHON_3_7 = "import sys; sys.version_info = (3, 7, 16); sys.version = '3.7.16 (old)'; exec(sys.argv[-1])"


def patience(code: str) -> float:
    """How long to wait for a program of this code."""
    return MOMENT if code is HANGS else SHORT


def program(path: Path, code: str) -> Path:
    """An executable that runs ``code`` in the running Python, whatever arguments it gets.

    It is at ``path``; on Windows, which knows no shebang line, at ``path`` with ``.exe`` behind it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.name == "nt":
        return _launcher(path.with_name(path.name.removesuffix(".exe") + ".exe"), code)
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _launcher(path: Path, code: str) -> Path:
    """As pip makes commands for Windows: a program that starts the Python and the archive behind it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("__main__.py", code)
    launcher = (resources.files("distlib") / "t64.exe").read_bytes()  # comes with pre-commit
    path.write_bytes(launcher + f"#!{sys.executable}\r\n".encode() + archive.getvalue())
    return path


def shim(path: Path, python: str = sys.executable) -> Path:
    """As a version manager's: a script at ``path`` that becomes ``python``."""
    return program(path, f"import os, sys; os.execv({python!r}, [{python!r}, *sys.argv[1:]])")


def link(path: Path) -> Path:
    """The running Python under the name ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(sys.executable)
    return path


def environ(home: Path, *path: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing of this machine is found but what ``path`` (folders) holds."""
    home.mkdir(parents=True, exist_ok=True)
    slow = {"PY_DISCOVERY_TIMEOUT": "60"}  # for a busy machine: what the tests limit is their own programs
    return {"HOME": str(home), "PATH": os.pathsep.join(map(str, path)), **slow, **more}
