"""Which files are Python, as pre-commit's `identify` sees them: by name, else by the first line of an executable."""

from __future__ import annotations

SUFFIXES: tuple[str, ...] = (".py", ".pyi", ".pyw")
_NO_SOURCES = (".pdbrc",)
"""What `identify` takes for Python by its name, and no Python ever parses: commands for the debugger."""


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

    parts = name.split(".")
    extension = parts[-1].lower() if len(parts) > 1 else ""
    tags = EXTENSIONS.get(extension) or EXTENSIONS_NEED_BINARY_CHECK.get(extension)
    if not tags:
        tags = next((NAMES[part] for part in (name, *parts) if part in NAMES), None)
    if not tags:
        return None
    return not tags.isdisjoint(("python", "pyi")) and name not in _NO_SOURCES


def has_python_shebang(first: bytes) -> bool:
    """Whether bytes that begin with `first` are a script for Python."""
    if not first.startswith(b"#!"):
        return False
    import io

    from identify import identify  # seven times the time of its table of names

    command = identify.parse_shebang(io.BytesIO(first))
    return bool(command) and "python" in identify.tags_from_interpreter(command[0])
