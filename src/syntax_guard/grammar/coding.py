"""The encoding that a source declares (PEP 263), read as CPython's tokenizer reads it.

``get_coding_spec``, ``get_normal_name`` and ``check_coding_spec`` in CPython's ``Parser/tokenizer.c`` say how.
"""

from __future__ import annotations

BOM = b"\xef\xbb\xbf"
UTF_8 = "utf-8"
_CHARACTERS = b"-_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_COMPARED = 12
"""So many characters of a name are looked at for what the tokenizer knows by itself."""
_LATIN_1 = ("latin-1", "iso-8859-1", "iso-latin-1")


def declared_coding(data: bytes) -> str | None:
    """The name in the coding comment (PEP 263) of the first two lines of `data`, as it stands there, or None."""
    for line in _first_lines(data):
        comment = line.lstrip(b" \t\f")
        if comment and not comment.startswith(b"#"):
            return None
        while b"coding" in comment:
            comment = comment.partition(b"coding")[2]
            name = comment[1:].lstrip(b" \t") if comment.startswith((b":", b"=")) else b""
            length = len(name) - len(name.lstrip(_CHARACTERS))
            if length:
                return name[:length].decode("ascii")
    return None


def codec_name(declared: str) -> str:
    """The name that CPython looks up for a `declared` one: the endings that Emacs adds to two encodings mean nothing.

    ``utf-8-unix`` is ``utf-8``, ``Latin_1-dos`` is ``iso-8859-1``; any other name stands for itself. The rule is
    ``get_normal_name`` in CPython's ``Parser/tokenizer/helpers.c``.
    """
    compared = declared[:_COMPARED].lower().replace("_", "-")
    if compared == UTF_8 or compared.startswith(UTF_8 + "-"):
        return UTF_8
    if compared in _LATIN_1 or compared.startswith(tuple(name + "-" for name in _LATIN_1)):
        return "iso-8859-1"
    return declared


def with_line_feeds(data: bytes) -> bytes:
    """`data` with every line ending in a line feed, as the tokenizer makes it before it decodes anything."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _first_lines(data: bytes) -> list[bytes]:
    start = len(BOM) if data.startswith(BOM) else 0
    end = start
    for _ in range(2):
        ends = [place for place in (data.find(b"\n", end), data.find(b"\r", end)) if place >= 0]
        if not ends:
            end = len(data)
            break
        end = min(ends) + (2 if data.startswith(b"\r\n", min(ends)) else 1)
    return with_line_feeds(data[start:end]).split(b"\n")[:2]
