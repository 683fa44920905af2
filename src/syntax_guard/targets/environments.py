"""Where the distributions of an interpreter's environment are: it is asked without its site packages being run."""

from __future__ import annotations

import os
import sys

from ..errors import TargetError
from ..model import Record

_QUESTION = r"""
import os, site, sys, sysconfig
prefix, base = sys.argv[1] or sys.prefix, sys.argv[2:] == ["base"]
scheme = "nt" if os.name == "nt" else "posix_prefix"
folders = site.getsitepackages([prefix, sys.base_prefix] if base or not sys.argv[1] else [prefix])
for name in ("purelib", "platlib"):
    folders.append(sysconfig.get_path(name, scheme, {"base": prefix, "platbase": prefix}))
if base or not sys.argv[1]:
    folders.append(site.getusersitepackages())
sys.stdout.buffer.write(b"\x1esyntax-guard\x1f" + b"\x1f".join(map(os.fsencode, [prefix, *folders])) + b"\x1e")
"""
"""Words of an answer stand between bytes that no path has. Started with ``-S``, so no ``.pth`` file is executed."""
SECONDS = 10.0
WORKING = "name a Python that works"


class Environment(Record):
    """Where an interpreter finds what is installed."""

    folders: tuple[str, ...]
    """Its ``site-packages``, those that exist, in the order in which it looks."""
    within: tuple[str, ...]
    """All that belongs to it."""


def environment(python: str | None) -> Environment:
    """The environment of the executable `python`, or of this interpreter for None.

    Raises:
        TargetError: The executable does not say where its packages are.
    """
    if python is None or os.path.abspath(python) == sys.executable:
        return _this()
    prefix, base = _virtual(python)
    if prefix and not base and (folders := _plain(prefix)):
        return _existing(prefix, folders)
    import subprocess

    command = [python, "-I", "-S", "-c", _QUESTION, prefix, *(["base"] if base else [])]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise TargetError(f"{python} does not say where its packages are: {error}", WORKING) from None
    _, _, answer = done.stdout.partition(b"\x1esyntax-guard\x1f")
    words = [os.fsdecode(word) for word in answer.partition(b"\x1e")[0].split(b"\x1f")]
    if len(words) < 2:
        raise TargetError(f"{python} does not say where its packages are", WORKING)
    return _existing(words[0], words[1:])


def _this() -> Environment:
    import site

    folders = site.getsitepackages([sys.prefix]) + [entry for entry in sys.path if entry.endswith("-packages")]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    return _existing(sys.prefix, folders)


def _plain(prefix: str) -> list[str]:
    """The ``site-packages`` of the virtual environment at `prefix` where they are plain to see; else none.

    To start its interpreter takes longer than all else that a warm run does.
    """
    if os.name != "posix":
        return []
    found: dict[str, str] = {}
    for above in ("lib", "lib64", "local/lib"):
        folder = os.path.join(prefix, above)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if os.path.isdir(os.path.join(folder, name, "dist-packages")):
                return []  # as Debian has them
            packages = os.path.join(folder, name, "site-packages")
            if os.path.isdir(packages):
                if not name.startswith("python3"):
                    return []
                found.setdefault(os.path.realpath(packages), packages)
    return list(found.values()) if len(found) == 1 else []


def _existing(prefix: str, folders: list[str]) -> Environment:
    """`folders` that exist, each once whatever it is called."""
    found: dict[str, str] = {}
    for folder in folders:
        if os.path.isdir(folder):
            found.setdefault(os.path.realpath(folder), folder)
    return Environment(tuple(found.values()), (prefix, *found.values()))


def _virtual(python: str) -> tuple[str, bool]:
    """The folder of the virtual environment that `python` stands in, or nothing, and whether it sees what is below."""
    folder = os.path.dirname(os.path.abspath(python))
    for prefix in (os.path.dirname(folder), folder):
        try:
            with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
                said = [line.lower().split() for line in file]
        except OSError:
            continue
        return prefix, ["include-system-site-packages", "=", "true"] in said
    return "", False
