"""A source as text: its coding and its lines, as CPython's tokenizer sees them."""

from __future__ import annotations

import codecs

from ..grammar.coding import codec_name, declared_coding, with_line_feeds


class Text:
    """The lines of a source, as CPython's tokenizer splits and decodes them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.coding = coding(data)
        self._lines: list[bytes] | None = None

    def line(self, number: int) -> str | None:
        """The text of line `number` (from 1) without its line ending, or None where there is none.

        Bytes that the source's coding does not decode become U+FFFD.
        """
        if self._lines is None:
            self._lines = with_line_feeds(self.data.removeprefix(codecs.BOM_UTF8)).split(b"\n")
        if not 1 <= number <= len(self._lines):
            return None
        line = self._lines[number - 1]
        try:
            return line.decode(self.coding or "utf-8", "replace")
        except UnicodeError:  # `idna` and `undefined` replace nothing
            return line.decode("utf-8", "replace")

    def decodes(self) -> bool:
        """Whether the source's coding is one, and decodes all of it."""
        if self.coding is None:
            return False
        try:
            self.data.decode(self.coding)
        except UnicodeError:
            return False
        return True


def coding(data: bytes) -> str | None:
    """The coding that the source `data` asks for (PEP 263, ``utf-8`` where it names none), None if it cannot be had.

    A codec counts as CPython counts it: known to the standard library, and from bytes to text. Behind a byte order
    mark only UTF-8 counts.
    """
    declared = declared_coding(data)
    if declared is None:
        return "utf-8"
    named = codec_name(declared)
    try:
        codec = codecs.lookup(named)
    except (LookupError, ValueError):
        return None
    if data.startswith(codecs.BOM_UTF8) and codec.name != "utf-8":
        return None
    return named if getattr(codec, "_is_text_encoding", True) else None
