"""What an editable install says of where its files are: the finder that it adds, or its ``direct_url.json``."""

from __future__ import annotations

import json
import os
import re

from ..regex import regex
from .readers import UnreadableError, read_file

_MAPPING = regex(r"^MAPPING(?:: [^=\n]*)? = (\{.*?\})$", re.MULTILINE | re.DOTALL)


def mapped(text: str) -> list[str]:
    """The paths that the finder of an editable install, whose source is `text`, maps packages to."""
    match = _MAPPING.search(text)
    if match is None:
        return []
    import ast

    try:
        mapping = ast.literal_eval(match[1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    paths = [str(path) for path in mapping.values()] if isinstance(mapping, dict) else []
    return [next((one for one in (path, path + ".py") if os.path.exists(one)), path) for path in paths]


def project(url: str) -> list[str]:
    """The folder of the project that an editable install is of, from its ``direct_url.json``."""
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(str(json.loads(url)["url"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return []
    folder = unquote(parts.path)
    return [folder] if parts.scheme == "file" and os.path.isdir(folder) else []


def text_of(path: str) -> str:
    """What a file of metadata says; nothing where it cannot be read."""
    try:
        return read_file(path).decode("utf-8", "replace")
    except UnreadableError:
        return ""
