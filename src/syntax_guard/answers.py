"""What `_probe.judge` answers, read into verdicts: SyntaxError's odd fields are put right here and nowhere else."""

from __future__ import annotations

import codecs

from .model import Problem, Verdict

_CODING_CHARACTERS = b"-_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VALID = Verdict("valid")


class Text:
    """The lines of a source, as CPython's tokenizer splits and decodes them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.coding = coding(data)
        self._lines: list[bytes] | None = None

    def line(self, number: int) -> str | None:
        """Text of line `number` (from 1) without its line ending, or None where there is none.

        Bytes that the source's coding does not decode become U+FFFD.
        """
        if self._lines is None:
            self._lines = _universal(self.data).split(b"\n")
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


def read(answer: Any, text: Text, unseen: tuple[Problem, ...] = ()) -> Verdict:
    """The verdict that a probe's `answer` (see ``_probe.judge``) is, for the source of `text`.

    `unseen` are warnings that hold whatever the interpreter says.
    """
    if answer is None:
        return Verdict("valid", None, unseen) if unseen else VALID
    error, said = answer[:2]
    warnings = (*(Problem(kind, message, line or None) for kind, message, line in said), *unseen)
    if error is None:
        return Verdict("valid", None, warnings)
    return Verdict("broken", _problem(text, *error), warnings)


def no_answer(problem: Problem) -> Verdict:
    """The verdict where there is no answer: bytes that could not be had, an interpreter that died or hung."""
    return Verdict("undecided", problem)


def coding(data: bytes) -> str | None:
    """The coding that the source `data` asks for (PEP 263, ``utf-8`` where it names none), None if it cannot be had.

    A codec counts as CPython counts it: known to the standard library, and from bytes to text. Behind a byte order
    mark only UTF-8 counts.
    """
    named = declared_coding(data)
    if named is None:
        return "utf-8"
    try:
        codec = codecs.lookup(named)
    except (LookupError, ValueError):
        return None
    if data.startswith(codecs.BOM_UTF8) and codec.name != "utf-8":
        return None
    return named if getattr(codec, "_is_text_encoding", True) else None


def declared_coding(data: bytes) -> str | None:
    """The name in the coding comment of the first two lines of `data` (PEP 263), or None."""
    head = data[:2000]
    if b"coding" not in head:
        return None
    for line in _universal(head).split(b"\n", 2)[:2]:
        comment = line.lstrip(b" \t\f")
        if comment and not comment.startswith(b"#"):
            return None
        while b"coding" in comment:
            comment = comment.partition(b"coding")[2]
            name = comment[1:].lstrip(b" \t") if comment.startswith((b":", b"=")) else b""
            length = len(name) - len(name.lstrip(_CODING_CHARACTERS))
            if length:
                return name[:length].decode("ascii")
    return None


def _universal(data: bytes) -> bytes:
    return data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _problem(
    text: Text,
    kind: str,
    message: str,
    line: int | None,
    column: int | None,
    end_line: int | None,
    end_column: int | None,
    quoted: str | None,
) -> Problem:
    message = _without_name(message) or kind
    if not line or line < 1:
        return Problem(kind, message)
    column = _column(text.line(line), column, quoted)
    if column is None or not end_line or not end_column or end_line < line:
        return Problem(kind, message, line, column)
    end = _column(text.line(end_line), end_column, quoted if end_line == line else text.line(end_line))
    if end is None or (end_line, end) <= (line, column):
        return Problem(kind, message, line, column)
    return Problem(kind, message, line, column, end_line, end)


def _column(shown: str | None, column: int | None, quoted: str | None) -> int | None:
    """CPython's `column` in the line `shown`, counting characters; None where it speaks of something else.

    `quoted` is ``SyntaxError.text``. It is missing where the compiler or the symbol table complains, and those count
    the bytes of the line in UTF-8.
    """
    if not column or column < 1 or shown is None:
        return None
    if quoted is None:
        before = shown.encode("utf-8", "surrogatepass")[: column - 1]
        return len(before.decode("utf-8", "ignore")) + 1
    first = quoted.split("\n", 1)[0].strip()
    if not shown.strip().startswith(first):
        return None  # before 3.12, a replacement field of an f-string is parsed on its own, in parentheses
    return min(column, len(shown) + 1)


def _without_name(message: str) -> str:
    """Take out the stand-in file name where a message quotes it (``ensure_utf8`` in CPython's tokenizer)."""
    from ._probe import NAME  # only a red source gets here

    return message.replace(f" in file {NAME}", "").replace(NAME, "the source")
