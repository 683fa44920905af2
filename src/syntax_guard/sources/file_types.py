"""Which files are Python: by name as pre-commit's `identify` knows them, else by the first line of an executable.

A system starts what may be executed by its first line, whatever its name says.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .readable import Readable

SUFFIXES: tuple[str, ...] = (".py", ".pyi", ".pyw")
NOTEBOOK = ".ipynb"
ALL_KINDS = (*SUFFIXES, NOTEBOOK)
_BY_NAME = ("SConstruct", "Sconstruct", "sconstruct", "SConscript", "sconscript")
"""What `identify` does not know by its name: SCons runs it as Python."""
FIRST = 4096
"""Bytes at the beginning of a file that tell: a script may be of the shell and of Python, behind a long comment."""
FIRST_LINE = 256
"""Bytes of the longest first line that the kernel reads."""
_OTHER_SCRIPTS = frozenset({"shell", "fish", "perl", "ruby", "php", "lua"})
"""Tags of `identify` for what may be started by its first line on Windows, which has no right to execute: every text
would have to be opened. Elsewhere, any name may be that of a script: ``deploy.sh``, ``notes.txt``, ``tool.exe``."""
_NO_SOURCES = (".pdbrc",)
"""What `identify` takes for Python by its name, and no Python ever parses: commands for the debugger."""


def is_notebook(file: Readable) -> bool:
    """Whether `file` is called a notebook."""
    return (file.member or file.path).endswith(NOTEBOOK)


def is_python_name(name: str, suffixes: tuple[str, ...] = SUFFIXES) -> bool | None:
    """Whether a file called `name`, or one that ends in `suffixes`, is Python; None where the name does not tell."""
    if name.endswith(suffixes):
        return True
    if name not in _told:
        if len(_told) >= _MOST_TOLD:
            _told.clear()
        _told[name] = _as_identify_has_it(name)
    return _told[name]


_told: dict[str, bool | None] = {}
"""Answers that a large tree asks for again and again: ``README``, ``en.json``."""
_MOST_TOLD = 4096


def _as_identify_has_it(name: str) -> bool | None:
    from identify.extensions import EXTENSIONS, EXTENSIONS_NEED_BINARY_CHECK, NAMES

    if name in _BY_NAME:
        return True
    parts = name.split(".")
    extension = parts[-1].lower() if len(parts) > 1 else ""
    tags = EXTENSIONS.get(extension) or EXTENSIONS_NEED_BINARY_CHECK.get(extension)
    if not tags:
        tags = next((NAMES[part] for part in (name, *parts) if part in NAMES), None)
    if not tags:
        return None
    if not tags.isdisjoint(("python", "pyi")):
        return name not in _NO_SOURCES
    return False if os.name == "nt" and tags.isdisjoint(_OTHER_SCRIPTS) else None


_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_BINARY"))


def is_script(path: str, status: os.stat_result, marked: Callable[[str], bool] = lambda _: False) -> bool:
    """Whether the file at `path`, with this `status`, may be executed and its first line names Python.

    Windows has no such right. There, as `identify` has it, any file may be executed. What is `marked` may be executed,
    too, whatever its `status` on disk.
    """
    may_start = stat.S_ISREG(status.st_mode) and (status.st_mode & 0o111 or os.name == "nt" or marked(path))
    return bool(may_start) and _begins_as_python(path)


def looks_like_python(path: str) -> bool:
    """Whether the name of the file at `path` is one of Python, or its first line names Python."""
    return is_python_name(os.path.basename(path)) or _begins_as_python(path)


def _begins_as_python(path: str) -> bool:
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise_shortage(error)
        return False
    try:
        start = os.read(descriptor, FIRST)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    if not start.startswith(b"#!"):
        return False
    from .first_line import has_python_shebang  # a lack of descriptors here is not the file's fault

    return has_python_shebang(start)


def raise_shortage(error: OSError) -> None:
    """Raise `ResourcesError` where `error` says that this process is at a limit: that is not the file's fault."""
    from ..processes.shortage import shortage  # a rare thing

    if limit := shortage(error):
        raise limit
