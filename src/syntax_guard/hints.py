"""What to do about an error, where the bytes give its cause away.

Each rule looks at one kind of evidence and answers with one line, or None; the first answer counts, so rules go from
what is certain (the first bytes of another kind of file) to what is likely (Python 2 on the line of the error). They
run for red sources only, and look at bounded pieces: the first 4 KiB, and the first 1,000 characters of a line.
"""

from __future__ import annotations

import re

from .answers import Text, declared_coding
from .model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import Problem

HEAD, LINE = 4096, 1000


class Look(Record):
    """What a rule may look at."""

    kind: str
    """The problem's exception class."""
    message: str
    data: bytes
    head: bytes
    """The first bytes of ``data``."""
    number: int
    """The line of the problem, 0 where it has none."""
    line: str
    """The beginning of that line."""


def hint(problem: Problem, data: bytes) -> str | None:
    """Return one line that says what to do about ``problem`` in a source of the bytes ``data``, or None; never raises.

    The time it takes is linear in the length of ``data``.
    """
    if problem.kind in ("Crashed", "TimedOut", "Unreadable"):
        return None
    number = problem.line or 0
    line = Text(data).line(number) or ""
    look = Look(problem.kind, problem.message[:LINE], data, data[:HEAD], number, line[:LINE])
    for rule in RULES:
        said = rule(look)
        if said is not None:
            return said
    return None


# The file is something else.

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
PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|svg|error)\b", re.IGNORECASE)
REFUSED = re.compile(rb"\s*(?:[45]\d\d:? )?(?:not found|forbidden|bad gateway|access denied)\W*\Z", re.IGNORECASE)
JSON = re.compile(rb'\s*[{\[]\s*(?:\{\s*)?"[^"\n]*"\s*:')
LINK = re.compile(rb"(?:\.\.?/)+[\w./-]+\Z")


def _wide_text(look: Look) -> str | None:
    for mark, name in WIDE:
        if look.head.startswith(mark):
            return f"{name} text: save the file as UTF-8"
    even, odd = look.head[0::2], look.head[1::2]
    if len(odd) > 1 and min(even.count(0), odd.count(0)) == 0 and max(even.count(0), odd.count(0)) > len(odd) * 0.7:
        return "UTF-16 text without a byte order mark: save the file as UTF-8"
    return None


def _other_kind_of_file(look: Look) -> str | None:
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


def _null_bytes(look: Look) -> str | None:
    nulls = look.data.count(0)
    if not nulls:
        return None
    if nulls == len(look.data):
        return "nothing but null bytes, as a crash or a full disk leaves it: restore the file"
    number = look.data.count(b"\n", 0, look.data.index(0)) + 1
    return f"a null byte on line {number}: the file is damaged, or not Python source"


# The file is in another coding.


def _coding(look: Look) -> str | None:
    named = (declared_coding(look.data) or "")[:40]
    if "with BOM" in look.message:
        return f"the file starts with the mark of UTF-8, and its coding line says `{named}`: remove the coding line"
    if named and ("unknown encoding" in look.message or "encoding problem" in look.message):
        return f"the coding line names `{named}`, which Python does not know: remove it and save the file as UTF-8"
    if look.kind != "UnicodeDecodeError" and not re.search(r"Non-UTF-8|can't decode", look.message):
        return None
    try:
        look.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if named:
            return f"the bytes are not `{named}`, which the coding line names"
        number = look.data.count(b"\n", 0, error.start) + 1
        return f"line {number} is not UTF-8, perhaps Windows-1252 or Latin-1: save the file as UTF-8"
    return f"the bytes are UTF-8, but the coding line says `{named}`: remove it" if named else None


# Something that was left or pasted in.

MARKER = re.compile(r"<<<<<<<(?: |$)|\|\|\|\|\|\|\|(?: |$)|=======$|>>>>>>>(?: |$)")
PASTED = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u2033", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\xb4", "'"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u2026", "..."),
    **dict.fromkeys("\xd7", "*"),
    **dict.fromkeys("\xf7", "/"),
    **dict.fromkeys("\u2264", "<="),
    **dict.fromkeys("\u2265", ">="),
    **dict.fromkeys("\u2260", "!="),
    **dict.fromkeys("\u2192", "->"),
}
STRING = re.compile(r"""(["'])(?:\\.|(?!\1|\\).)*\1""")
TEMPLATE = re.compile(r"\{%.*%\}|\{\{.*\}\}|\{#.*#\}|<%.*%>|\$\{\w[^}]*\}")


def _merge_conflict(look: Look) -> str | None:
    if MARKER.match(look.line) and (look.line[0] in "<>|" or b"<<<<<<< " in look.data):
        return "an unresolved merge conflict"
    start = 0 if look.data.startswith(b"<<<<<<< ") else look.data.find(b"\n<<<<<<< ") + 1
    end = look.data.find(b"\n>>>>>>> ", start)
    if end < 0 or not look.data.startswith(b"<<<<<<< ", start):
        return None
    first = look.data.count(b"\n", 0, start) + 1
    last = look.data.count(b"\n", 0, end) + 2
    return f"an unresolved merge conflict on line {first}" if first <= look.number <= last else None


def _pasted_character(look: Look) -> str | None:
    if "invalid" not in look.message or "character" not in look.message:
        return None
    named = re.search(r"U\+([0-9A-F]{4,6})\b", look.message)
    if named:
        character = chr(min(int(named[1], 16), 0x10FFFF))
    else:  # before Python 3.9
        character = next((each for each in look.line if not each.isascii() and not each.isidentifier()), "a")
    if character.isascii():
        return None
    from unicodedata import category, name, normalize

    called = f"U+{ord(character):04X} {name(character, '')}".rstrip()
    plain = PASTED.get(character) or normalize("NFKC", character)
    if category(character) == "Zs":
        return f"{called}, probably pasted: write an ordinary space"
    if not character.isprintable():
        return f"{called} cannot be seen: remove it"
    if plain.isascii() and plain.isprintable():
        return f"{called}, probably pasted: write {plain}"
    return None


def _template(look: Look) -> str | None:
    if TEMPLATE.search(STRING.sub('""', look.line)):
        return "a template that was never rendered"
    return None


def _fence_or_prompt(look: Look) -> str | None:
    bare = look.line.strip()
    if bare.startswith(("```", "~~~")):
        return "a code fence of Markdown: remove it"
    if bare.startswith((">>> ", "... ")) or bare == ">>>":
        return "a prompt copied from an interactive session: remove it"
    if re.match(r"%%?[a-z]|![a-z./]", look.line):
        return "IPython syntax, for notebooks only"
    return None


def _mixed_indentation(look: Look) -> str | None:
    mixed = re.search(rb"(?m)^ +\S", look.data) and re.search(rb"(?m)^\t+\S", look.data)
    if look.kind == "TabError" or (look.kind == "IndentationError" and mixed):
        return "tabs and spaces are mixed in the indentation: use spaces alone"
    return None


# Python 2.

PYTHON_2 = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(?:^|[:;])\s*print(?:\s+[\w\"'(-]|\s*>>)", "print is a function in Python 3"),
        (r"(?:^|[:;])\s*exec\s+[\w\"']", "exec is a function in Python 3"),
        (r"^\s*except\s[^:#]*,\s*[a-z_]\w*\s*:", "write `except ... as name:`"),
        (r"(?:^|[:;])\s*raise\s+[\w.]+\s*,", "write `raise Kind(message)`"),
        (r"\blambda\s*\(", "parameters are not unpacked in Python 3"),
        (r"\bdef\s+\w+\s*\((?:[^#()=]*,)?\s*\(\s*\w+\s*,", "parameters are not unpacked in Python 3"),
        (r"`", "write repr(x) for `x`"),
        (r"<>", "write != for <>"),
        (r"\b(?:0[xX][0-9a-fA-F]+|[0-9]+)[lL]\b", "integers have no L in Python 3"),
        (r"\b[uU][rR]\"", "ur'' is no string in Python 3"),
        (r"(?<![\w.])0+[1-7][0-7]*(?![\w.])", "write octal numbers as 0o755"),
    )
)


def _python_2(look: Look) -> str | None:
    code = STRING.sub('""', look.line).partition("#")[0]
    for pattern, said in PYTHON_2:
        if pattern.search(code):
            return f"Python 2 code: {said}"
    return None


RULES: tuple[Callable[[Look], str | None], ...] = (
    _wide_text,
    _other_kind_of_file,
    _null_bytes,
    _coding,
    _merge_conflict,
    _fence_or_prompt,
    _pasted_character,
    _template,
    _python_2,
    _mixed_indentation,
)
