r"""IPython's syntax made plain Python, line by line, so that a finding's line is the line in the cell.

What IPython runs is not what stands in a cell: it rewrites line magics (``%time``), shell escapes (``!ls``), help
(``obj?``) and pasted prompts first (IPython's documentation, "IPython reference"; its ``TransformerManager`` is the
oracle of the tests). Here each of them becomes a statement that any Python accepts, on the same line; everything else
stays as it is, broken or not. The text of a line magic is not judged: it is IPython's, whatever it looks like.
"""

from __future__ import annotations

import re
import textwrap

from .model import Record

PYTHON_BODIES = ("capture", "debug", "memit", "prun", "pyinstrument", "python", "python3", "time", "timeit")
"""Cell magics whose cell is Python. Any other (``%%bash``, ``%%sql``, ``%%writefile`` …) makes it something else."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ESCAPE = re.compile(r"[ \t\f]*(?:%(?!=)|!(?!=)|[?,;]|/(?![/=\s]))")
_HELP = re.compile(r"%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?[0-9]+\])*\?\??$")
_CODING = re.compile(r"^([ \t\f]*#.*?)coding(?=[:=])")
_LATE_FUTURE = re.compile(r"from[ \t]+__future__\b")
"""IPython compiles a cell statement by statement, so each one is the first: a late future import is none."""
_DOCTEST = re.compile(r"\s*(?:>>>|\.\.\.)[ \t]?")
_TRIPLE_QUOTE = re.compile(r"(?<!\\)(?:\"{3}|'{3})")
_PROMPT = re.compile(r"(?:(?:\[(?:nav|ins)\])? ?In \[\d+\]: |\s*\.{3,}: ?)")
_PIECE = re.compile(
    r"""
      (?P<blank>     [ \t\f]+ | \r?\n | \r )
    | (?P<comment>   \#[^\r\n]* )
    | (?P<quote>     \"{3} | '{3} | ["'] )
    | (?P<open>      [(\[{] )
    | (?P<close>     [)\]}] )
    | (?P<continued> \\ (?:\r?\n|\r) )
    | (?P<operator>  (?:\*\* | // | >> | << | [-+*/%@&|^:=!<>])= )
    | (?P<assign>    = )
    | (?P<other>     \w+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_JOINED = re.compile(r"[ \t]*\\[\r\n]")
_MAGIC_VALUE = re.compile(r"[ \t]*(?:%[ \t]*[^\W\d]|!(?!=))")


class _Statement(Record):
    """A logical line: what Python reads up to a line end outside of brackets and strings."""

    end: int
    """The first line behind it."""
    value: tuple[int, int] | None
    """Line and column behind the ``=`` whose value is IPython's (``files = !ls``), or None."""
    help: bool
    """It ends with a question mark."""


def to_python(cell: str) -> str | None:
    """A cell as plain Python with as many lines, or None where the cell is not Python.

    What IPython awaits at the top level of a cell stays (see ``awaits``). A coding line is defused: a cell is text, not
    bytes.
    """
    lines = _LINE.findall(_without_prompts(textwrap.dedent(cell)))
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    magic = re.match(r"%%(\w*)(?!\w*\?)", lines[first]) if first < len(lines) else None
    if magic:
        body = to_python("".join(lines[first + 1 :])) if magic[1] in PYTHON_BODIES else None
        return None if body is None else "\n" * (first + 1) + body
    done: list[str] = []
    while len(done) < len(lines):
        done += _plain(lines, len(done))
    done[:2] = [_CODING.sub(r"\1c-ding", line) for line in done[:2]]
    return "".join(done)


def _plain(lines: list[str], start: int) -> list[str]:
    """The statement at ``start`` as plain Python, with as many lines."""
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip(" \t\f"))]
    if _ESCAPE.match(lines[start]):
        return _instead(indent + "pass", start, _continued(lines, start))
    statement = _statement(lines, start)
    if statement.help and _HELP.search("".join(lines[start : statement.end]).rstrip("\r\n")):
        return _instead(indent + "pass", start, statement.end)
    if statement.value is not None:
        line, column = statement.value
        end = _continued(lines, line)
        return [*lines[start:line], *_instead(lines[line][:column] + " None", line, end)]
    if _LATE_FUTURE.match(lines[start]) and any(line.strip()[:1] not in ("", "#") for line in lines[:start]):
        return [lines[start].replace("__future__", "__FUTURE__", 1), *lines[start + 1 : statement.end]]
    return lines[start : statement.end]


def _instead(text: str, start: int, end: int) -> list[str]:
    return [text + "\n", *["\n"] * (end - start - 1)]


def _continued(lines: list[str], start: int) -> int:
    """The first line behind what backslashes join to line ``start``, as IPython joins its own syntax."""
    end = start
    while end + 1 < len(lines) and lines[end].rstrip("\r\n").endswith("\\"):
        end += 1
    return end + 1


def _statement(lines: list[str], start: int) -> _Statement:
    depth, quote, last = 0, "", ""
    assigned = False
    for number in range(start, len(lines)):
        line, position, joined = lines[number], 0, False
        while position < len(line):
            if quote:
                position, quote, joined = _through_string(line, position, quote)
                last = "string"
                continue
            piece = _PIECE.match(line, position)
            assert piece is not None  # noqa: S101 - its last alternative takes any character
            position = piece.end()
            kind = piece.lastgroup
            if kind == "quote":
                quote = piece.group()
            elif kind == "open":
                depth += 1
            elif kind == "close":
                depth = max(0, depth - 1)
            elif kind == "assign" and not depth and not assigned:
                assigned = True  # IPython looks behind the first one alone
                at, behind = number, position
                while at + 1 < len(lines) and _JOINED.match(lines[at], behind):
                    at, behind = at + 1, 0
                if _MAGIC_VALUE.match(lines[at], behind):
                    end = _continued(lines, at)
                    asks = lines[end - 1].rstrip().endswith("?") and "#" not in lines[end - 1]
                    return _Statement(end, (at, behind), asks)
            joined = kind == "continued"
            if kind not in ("blank", "continued"):
                last = piece.group() if kind != "comment" else kind
        if not quote and not depth and not joined:
            return _Statement(number + 1, None, last == "?")
    return _Statement(len(lines), None, False)


def _through_string(line: str, position: int, quote: str) -> tuple[int, str, bool]:
    """Where the string ends or the line does, the quote that is still open, and whether a backslash joins lines."""
    end = re.compile(rf"(?:\\.|(?!{quote}).)*?{quote}", re.DOTALL).match(line, position)
    if end:
        return end.end(), "", False
    joined = line.rstrip("\r\n").endswith("\\")
    open_still = len(quote) > 1 or joined
    return len(line), quote if open_still else "", False


def _without_prompts(cell: str) -> str:
    """A cell into which a session was pasted, without its prompts."""
    lines = _LINE.findall(cell)
    begun = next((number for number, line in enumerate(lines) if line.strip()), None)
    if begun is None:
        return cell
    quoted = _inside_triple_quotes(lines)
    if any(line.lstrip().startswith(">>>") for line, inside in zip(lines, quoted, strict=True) if not inside):
        return "".join(
            line if inside else _DOCTEST.sub("", line, count=1) for line, inside in zip(lines, quoted, strict=True)
        )
    if any(_PROMPT.match(line) for line in lines[begun : begun + 2]):
        return "".join(_PROMPT.sub("", line, count=1) for line in lines)
    return cell


def _inside_triple_quotes(lines: list[str]) -> list[bool]:
    """For each line whether a text with three quotes begins above it and ends behind its start."""
    inside: list[bool] = []
    quote = None
    for line in lines:
        inside.append(quote is not None)
        for found in _TRIPLE_QUOTE.findall(line):
            quote = found if quote is None else None if quote == found else quote
    return inside
