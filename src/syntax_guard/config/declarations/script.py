"""``requires-python`` in a script's own block of metadata (PEP 723)."""

from __future__ import annotations

from ...errors import SettingsFileError
from ...regex import regex
from ..toml import line_of, parse
from .declaration import Declaration, DeclarationError

_BLOCK = regex(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""The expression of PEP 723, "Specification"."""
_BEGIN = b"# /// script"
"""How the block begins that counts. Most scripts have none, and ``re`` takes longer to load than to judge them."""


VERSIONS = 'write the Pythons that it runs on, such as: # requires-python = ">=3.9"'
"""What to do where a block says no Python that can be asked."""


class BlockError(DeclarationError):
    """A block that cannot be used, at a ``line`` of its script; ``hint`` says what to do."""

    def __init__(self, message: str, hint: str, line: int) -> None:
        super().__init__(message)
        self.hint, self.line = hint, line


def read(data: bytes, path: str) -> Declaration | None:
    """The floor that the script `data` declares for itself, or None.

    Raises `BlockError` for a block that is no TOML, says no text, or stands there twice: Python accepts the file.
    """
    if _BEGIN not in data:
        return None
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    blocks = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not blocks:
        return None
    starts = [text[: block.start()].count("\n") + 1 for block in blocks]
    if len(blocks) > 1:
        raise BlockError("it is there more than once", "keep one block", starts[1])
    content = "".join(line[2:] if line.startswith("# ") else line[1:] for line in blocks[0]["content"].splitlines(True))
    try:
        said = parse(content.encode(), path).get("requires-python")
    except SettingsFileError as error:
        why = error.said
        raise BlockError(
            why, "write TOML in it, with # and a blank before each line", starts[0] + (error.line or 0)
        ) from None
    if said is None:
        return None
    line = starts[0] + (line_of(content.encode(), ("requires-python",)) or 0)
    if not isinstance(said, str):
        raise BlockError("requires-python is not text", VERSIONS, line)
    return Declaration("floor", (said,), f"requires-python {said}", path, line)
