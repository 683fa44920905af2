"""``python_requires`` in ``setup.cfg`` (setuptools, "Configuring setuptools using setup.cfg files")."""

from __future__ import annotations

from .declaration import Declaration, DeclarationError
from .lines import line_of


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
            return Declaration("floor", (says,), f"{name} {says}", path, line_of(content, name))
    return None
