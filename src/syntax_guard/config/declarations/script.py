"""``requires-python`` in a script's own block of metadata (PEP 723)."""

from __future__ import annotations

import re

from ...errors import SettingsFileError
from ..toml import for_note, line_of, parse
from .declaration import Declaration, DeclarationError

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""The expression of PEP 723, "Specification"."""


def read(data: bytes, path: str) -> Declaration | None:
    """The floor that the script `data` declares for itself, or None.

    Raises `DeclarationError` for a block that is no TOML, says no text, or stands there twice: Python accepts the file.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    blocks = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not blocks:
        return None
    if len(blocks) > 1:
        raise DeclarationError("it is there more than once")
    content = "".join(line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(True))
    try:
        said = parse(content.encode(), path).get("requires-python")
    except SettingsFileError as error:
        raise DeclarationError(for_note(error)) from None
    if said is None:
        return None
    before = text[: blocks[0].start()].count("\n") + 1
    line = before + (line_of(content.encode(), ("requires-python",)) or 0)
    if not isinstance(said, str):
        raise DeclarationError("requires-python is not text")
    return Declaration("floor", (said,), f"requires-python {said}", path, line)
