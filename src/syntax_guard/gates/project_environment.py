"""Whether the environment of a project has a Python that the project's own tool would use.

uv makes an environment anew where its Python is not the one that the project asks for.
"""

from __future__ import annotations

import os
import re

from ..config.remembered import DECLARATION_LIMIT
from ..errors import SettingsError
from ..model import label
from ..regex import regex

_VERSION = regex(r"^version(?:_info)?\s*=\s*(\d{1,2})\.(\d{1,3})", re.MULTILINE)
_SAYING = (".python-version", "pyproject.toml")
"""The files that uv looks at, in its order."""


def refused(folder: str, home: str) -> str | None:
    """What the project in `folder` requires and the Python of its environment at `home` does not meet, or None."""
    found = _VERSION.search(_content(home, "pyvenv.cfg").decode("utf-8", "replace"))
    if found is None:
        return None
    version = (int(found[1]), int(found[2]))
    from ..config import declaring_files
    from ..config.specifiers import admitted

    for name in _SAYING:
        try:
            for said in declaring_files.read(_content(folder, name), name).declarations:
                if said.kind == "pin" and label(version) != said.says[0]:
                    return said.shown
                if said.kind == "floor" and version not in [*admitted(said.says[0])]:
                    return said.shown
        except SettingsError:  # the check of the tree says so
            continue
    return None


def _content(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read(DECLARATION_LIMIT)
    except OSError:
        return b""
