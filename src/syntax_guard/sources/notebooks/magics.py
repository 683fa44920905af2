r"""A cell as IPython runs it, made plain Python line by line, so that a finding's line is the line in the cell.

What IPython runs is not what stands in a cell: it takes off what is not the cell's own (blank lines, indentation,
prompts), hands the cell to a cell magic, replaces its own lines, and tries a single line as a magic without ``%``. The
tests ask IPython itself. What no Python accepts stays as it is.
"""

from __future__ import annotations

import re

from ...regex import regex
from .single_line import to_statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON_BODIES = frozenset({
    "capture", "code_wrap", "debug", "ipytest", "local", "memit", "prun", "px", "pyinstrument", "time", "timeit",
})  # fmt: skip
"""Cell magics whose cell is what IPython runs. Any other (``%%bash``, ``%%sql`` …) makes it something else."""
PLAIN_BODIES = frozenset({"python", "python3"})
"""Cell magics whose cell is plain Python, without anything of IPython's."""
MOST = 499
"""So many of its own lines does IPython replace in a cell; with more it gives up."""
NESTED = 100
"""So many cell magics within each other are taken off."""

_BLANK = regex(r"(?:[^\S\n]*\n)*")
_BREAKS = regex("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What else but ``\\n`` IPython takes for the end of a line."""
_FIRST = regex(r"[ \t]*[%!?,;/]")
_CANDIDATES = (
    ("\n", regex(r"\n[ \t]*[%!?,;/]")),
    ("?", regex(r"\?$", re.MULTILINE)),
    ("%!", regex(r"=[ \t]*(?:\\\n[ \t]*)*[%!](?!=)")),
)
"""What could be IPython's, after one of some characters: if nothing is, there is no need
for the tokenizer. One by one they are found faster."""
_SIMPLE = regex(
    r"(?:[^\s()\[\]{}'\"\\?%!,;/#\0][^()\[\]{}'\"\\?%!\n\0]*|[ \t]*(?:#.*)?|[%!](?!=)[^()\[\]{}'\"\\?\n\0]*)\n"
)
"""A line without indentation that is a statement, a comment, a magic or a shell escape for sure, and ends there."""
_LINE_END = regex(r"\r\n|\r|\n")
_DEFINED = regex(r"%%\w+\?")
_OTHER_LANGUAGE = regex(r"%(?:sql|scala|sh|md|r|fs)[ \t]*(?:\n|\Z)")
"""How a cell in another language begins on Databricks; with something after it, it is a line magic elsewhere."""
_OTHER_LANGUAGE_THERE = regex(r"%(?:sql|scala|sh|md|r|fs)\b")
_HEAD = regex(r"(?:[^\r\n]*(?:\r\n|\r|\n)?){2}")
_CODING = regex(r"coding(?=[:=])")


def replaced(text: str, shadowed: Callable[[str], bool], databricks: bool) -> str | None:
    """`text`, a cell that ends in a line break, as ``plain.to_python`` has it."""
    above = 0
    for _ in range(NESTED):
        text, blank = _cleaned(text)
        above += blank
        if not text.startswith("%%") or _DEFINED.match(text):
            break
        line, _, body = text.partition("\n")
        magic = line[2:].rstrip().partition(" ")[0]
        if magic in PLAIN_BODIES:
            return _defused("\n" * (above + 1) + body)
        if magic not in PYTHON_BODIES:
            return None
        text, above = body, above + 1
    language = _OTHER_LANGUAGE_THERE if databricks else _OTHER_LANGUAGE
    if language.match(text) and (databricks or text.count("\n") > 1):
        return None
    return _defused("\n" * above + _python(text, shadowed))


def _cleaned(text: str) -> tuple[str, int]:
    """`text` without blank lines at its top, common indentation and prompts; and how many lines were blank."""
    start = _blank(text)
    above = len(_LINE_END.findall(text, 0, start))
    text = text[start:]
    if text[:1] in (" ", "\t") or not text.isascii():  # Python 3.14 empties lines of blanks that are not ASCII, too
        import textwrap

        text = textwrap.dedent(text)
    if ">>>" in text or "In [" in text[:64] or "...:" in text:
        from .prompts import without_prompts

        text = "".join(without_prompts(text.splitlines(keepends=True)))
    return text, above


def _blank(text: str) -> int:
    """How many characters of `text` are lines with nothing in them, at its top."""
    if not _BREAKS.search(text):
        return _BLANK.match(text).end()  # type: ignore[union-attr]  # it matches nothing, too
    blank = 0
    for line in text.splitlines(keepends=True):
        if not line.isspace():
            break
        blank += len(line)
    return blank


def _python(text: str, shadowed: Callable[[str], bool]) -> str:
    breaks = _BREAKS.search(text) is not None
    candidate = _last_candidate(text)
    if candidate is None and not breaks:
        return to_statement(text, shadowed) if text.find("\n") == len(text) - 1 else text
    lines = text.splitlines(keepends=True)
    last = len(lines) if breaks or candidate is None else text.count("\n", 0, candidate)
    if len(lines) - _replace(lines, last) == 1:
        lines[0] = to_statement(lines[0], shadowed)
    return "".join(lines)


def _last_candidate(text: str) -> int | None:
    """Where the last piece of `text` ends that could be IPython's; None where nothing could be."""
    ends = [
        found.end() - 1
        for signs, candidate in _CANDIDATES
        if any(sign in text for sign in signs)
        for found in candidate.finditer(text)
    ]
    first = _FIRST.match(text)
    return max(ends, default=first.end() - 1 if first else None)


def _replace(lines: list[str], last: int) -> int:
    """Replace IPython's own `lines`, up to the `last`; return how many IPython has no more."""
    start = done = 0
    while start <= last and start < len(lines) and _SIMPLE.fullmatch(lines[start]):
        if lines[start][0] in "%!":
            if done == MOST:
                return 0
            lines[start] = "pass\n"
            done += 1
        start += 1
    if start > last:
        return 0
    from .statements import to_statements

    return to_statements(lines, start, done, last, MOST)


def _defused(python: str) -> str:
    """`python` for a compiler of bytes: what stands in a cell is text, and declares no encoding."""
    if python.startswith("\ufeff"):
        return "\ufeff" + python  # the first of two is taken off
    head = _HEAD.match(python).group()  # type: ignore[union-attr]
    if "coding" not in head:
        return python
    lines = [
        _CODING.sub("c-ding", line) if line.lstrip(" \t\f").startswith("#") else line
        for line in re.split(r"(?<=[\r\n])", head)
    ]
    return "".join(lines) + python[len(head) :]
