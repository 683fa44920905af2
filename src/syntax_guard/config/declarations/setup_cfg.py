"""``python_requires`` in ``setup.cfg`` (setuptools, "Configuring setuptools using setup.cfg files")."""

from __future__ import annotations

import re

from .declaration import Declaration, DeclarationError


def read(content: bytes, path: str) -> Declaration | None:
    """The floor that a ``setup.cfg`` declares, or None. Raises `DeclarationError`."""
    if b"python_requires" not in content and b"python-requires" not in content:
        return None
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(content.decode())
    except (Error, UnicodeDecodeError) as error:
        raise DeclarationError(f"not valid: {str(error).splitlines()[0][:200]}") from None
    for name in ("python_requires", "python-requires"):
        text = parser.get("options", name, fallback="").strip()
        if text:
            says = ",".join(text.split("\n"))
            return Declaration("floor", (says,), f"{name} {says}", path, _line_of(content, name))
    return None


def _line_of(content: bytes, name: str) -> int | None:
    """The line of `content`, from 1, on which the option `name` of ``[options]`` begins."""
    section = ""
    for number, line in enumerate(content.decode().splitlines(), 1):
        if header := re.match(r"\[([^]]+)\]", line):
            section = header[1]
        elif section == "options" and re.match(rf"\s*{re.escape(name)}\s*[=:]", line, re.IGNORECASE):
            return number
    return None
