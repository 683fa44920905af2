"""The file is something else than Python source: its first bytes say what."""

from __future__ import annotations

import re

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .look import Look

WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
MAGIC = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer in place of the file: run `git lfs pull`"),
    (b"diff --git ", "a patch, not Python source"),
    (b"--- a/", "a patch, not Python source"),
    (b"\x1f\x8b", "a gzip archive, not Python source"),
    (b"PK\x03\x04", "a zip archive, not Python source"),
    (b"\x7fELF", "a program for Linux, not Python source"),
    (b"%PDF-", "a PDF document, not Python source"),
    (b"\x89PNG", "an image, not Python source"),
    (b"SQLite format 3\0", "an SQLite database, not Python source"),
)
PAGE = regex(rb"\s*<(?:!doctype|html|head|body|\?xml|svg|error)\b", re.IGNORECASE)
REFUSED = regex(rb"\s*(?:[45]\d\d:? )?(?:not found|forbidden|bad gateway|access denied)\W*\Z", re.IGNORECASE)
JSON = regex(rb'\s*[{\[]\s*(?:\{\s*)?"[^"\n]*"\s*:')
LINK = regex(rb"(?:\.\.?/)+[\w./-]+\Z")


def wide_text(look: Look) -> str | None:
    """Text in UTF-16 or UTF-32."""
    for mark, name in WIDE:
        if look.head.startswith(mark):
            return f"{name} text: save the file as UTF-8"
    even, odd = look.head[0::2], look.head[1::2]
    if len(odd) > 1 and min(even.count(0), odd.count(0)) == 0 and max(even.count(0), odd.count(0)) > len(odd) * 0.7:
        return "UTF-16 text without a byte order mark: save the file as UTF-8"
    return None


def other_kind_of_file(look: Look) -> str | None:
    """A file of another kind, by its first bytes."""
    for magic, said in MAGIC:
        if look.head.startswith(magic):
            return said
    if look.head[2:4] == b"\r\n" and b"\0" in look.head[4:16]:
        return "compiled Python (a .pyc file), not Python source"
    if PAGE.match(look.head):
        return "a web page or XML in place of Python source: perhaps the error page of a download"
    if len(look.data) < 100 and REFUSED.match(look.data):
        return "a server's error message in place of the file: download it again"
    if len(look.data) < 500 and LINK.match(look.data):
        return "a symbolic link that was checked out as text: set core.symlinks in git, or link it again"
    if JSON.match(look.head):
        return "this looks like JSON, not Python source"
    return None


def null_bytes(look: Look) -> str | None:
    """Null bytes, as a crash or a full disk leaves them."""
    nulls = look.data.count(0)
    if not nulls:
        return None
    if nulls == len(look.data):
        return "nothing but null bytes, as a crash or a full disk leaves it: restore the file"
    number = look.data.count(b"\n", 0, look.data.index(0)) + 1
    return f"a null byte on line {number}: the file is damaged, or not Python source"
