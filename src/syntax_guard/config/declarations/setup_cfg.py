"""``python_requires`` in ``setup.cfg`` (setuptools, "Configuring setuptools using setup.cfg files").

pbr, as in OpenStack, has it in ``[metadata]``.
"""

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
    for of in ("options", "metadata"):
        for name in ("python_requires", "python-requires"):
            text = parser.get(of, name, fallback="").strip()
            if text:
                says = ",".join(text.split("\n"))
                return Declaration("floor", (says,), f"{name} {says}", path, _line_of(content, of, name))
    return None


def _line_of(content: bytes, of: str, name: str) -> int | None:
    """The line of `content`, from 1, on which the option `name` of the section `of` begins."""
    section = ""
    for number, line in enumerate(content.decode().splitlines(), 1):
        if header := re.match(r"\[([^]]+)\]", line):
            section = header[1]
        elif section == of and re.match(rf"\s*{re.escape(name)}\s*[=:]", line, re.IGNORECASE):
            return number
    return None
