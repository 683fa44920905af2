r"""IPython's own lines made plain Python: magics (``%time``), shell escapes (``!ls``), help (``obj?``), forced calls.

IPython looks for them in the tokens of a cell, replaces the first, and starts again (its ``inputtransformer2``). This
does the same with the same tokenizer, and starts again only at the statement that was replaced. The text of a magic or
of a shell escape is IPython's, whatever it looks like: it is not judged.
"""

from __future__ import annotations

import tokenize

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from tokenize import TokenInfo

_ESCAPES = ("!", "?", "%", ",", ";", "/")
_INDENTATION = (tokenize.INDENT, tokenize.DEDENT)
_OPEN, _CLOSE = ("(", "[", "{"), (")", "]", "}")
_ENDS_TOKENS = (
    "unterminated string literal",
    "invalid non-printable character",
    "after line continuation character",
    "invalid decimal literal",
    "invalid binary literal",
    "invalid octal literal",
    "invalid hexadecimal literal",
    "in binary literal",
    "in octal literal",
    "expected EOF",
)
"""Words of the tokenizer after which IPython takes what it has seen, and one token more that is empty."""
_SLOW = regex(r"[ \t\f]{1000}[ \t\f]*[!?$`]")
"""What costs the tokenizer of Python 3.11 the square of its length."""
_ITEM = regex(r"\[-?[0-9]+\]")
_WORD = regex(r"[\w*]")


def to_statements(lines: list[str], start: int, done: int, last: int, most: int) -> int:
    """Replace what is IPython's in `lines`, which keep their number; return how many of them IPython has no more.

    `lines` are those of a cell, each with its line ending. From the top to `start`, where a statement without
    indentation begins, `done` of them have been replaced already, of the `most` that IPython replaces; after the `last`
    nothing is IPython's. What IPython cannot replace stays, and no Python accepts it.
    """
    return _Replacing(lines).run(start, most - done, last)


class _Statement:
    """What has been seen of one logical line, token by token."""

    __slots__ = ("assigned", "before_last", "behind", "blank", "depth", "first", "last", "magic", "system", "tokens")

    def __init__(self) -> None:
        self.first: TokenInfo | None = None
        """Its first token that is no indentation."""
        self.last: TokenInfo | None = None
        self.before_last: TokenInfo | None = None
        self.tokens = 0
        self.depth = 0
        self.assigned: TokenInfo | None = None
        """Its first ``=`` outside of brackets."""
        self.behind = 0
        """How many tokens have been seen after that."""
        self.blank = True
        """Whether these are nothing but blanks, which the tokenizer of Python 3.11 has before what it does not know."""
        self.magic: TokenInfo | None = None
        """The ``%`` of ``x = %pwd``."""
        self.system: TokenInfo | None = None
        """The ``!`` of ``x = !ls``."""

    def add(self, token: TokenInfo) -> None:
        self.tokens += 1
        self.before_last, self.last = self.last, token
        if self.first is None and token.type not in _INDENTATION:
            self.first = token
        if self.assigned is not None:
            self._add_value(token)
        elif token.string == "=" and not self.depth:
            self.assigned = token
        elif token.string in _OPEN:
            self.depth += 1
        elif token.string in _CLOSE:
            self.depth = max(0, self.depth - 1)

    def _add_value(self, token: TokenInfo) -> None:
        self.behind += 1
        if self.behind == 2 and self.before_last is not None and self.before_last.string == "%":
            self.magic = self.before_last if token.type == tokenize.NAME else None
        if self.blank:
            if token.string == "!" and self.assigned is not None and not self.assigned.line.strip().startswith("="):
                self.system = token
            self.blank = token.type == tokenize.ERRORTOKEN and token.string.isspace()


class _Replacing:
    """One cell at work."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._indents: list[str] = []
        """Those that the tokenizer has open."""
        self._gone = 0
        size = sum(map(len, lines))
        self._budget = 2 * size + (1 << 16)
        """Characters that may still be given to the tokenizer."""

    def run(self, start: int, most: int, last: int) -> int:
        at: int | None = start
        while at is not None and at <= last and most:
            at = self._replace_next(at)
            most -= 1
        return self._gone

    def _replace_next(self, start: int) -> int | None:
        """Replace the first of IPython's lines from `start` on; return where to go on, None where there is none."""
        indents = [*self._indents]
        primed = len(indents)
        statement = _Statement()
        depth = 0
        try:
            for token in _tokens(self._reader(start, indents)):
                line = token.start[0] - 1 - primed
                if token.type == tokenize.INDENT and line >= 0:
                    self._indents.append(token.string)
                elif token.type == tokenize.DEDENT and self._indents:
                    self._indents.pop()
                if line < 0:
                    continue
                statement.add(token)
                if token.type == tokenize.NEWLINE or (token.type == tokenize.NL and depth <= 0):
                    behind = self._replace(statement, start - primed - 1)
                    if behind is not None:
                        return behind
                    statement = _Statement()
                elif token.type == tokenize.OP and token.string in _OPEN:
                    depth += 1
                elif token.type == tokenize.OP and token.string in _CLOSE:
                    depth = max(0, depth - 1)
        except (SyntaxError, ValueError, SystemError):  # indentation, surrogates, null bytes: the compiler says so
            return None
        return self._replace(statement, start - primed - 1)

    def _reader(self, start: int, indents: list[str]) -> Iterator[str]:
        """What the tokenizer reads: a line for each indent that is open, and the lines from `start` on."""
        for indent in indents:
            self._budget -= len(indent)
            yield indent + "0\n"
        for number in range(start, len(self._lines)):
            line = self._lines[number]
            self._budget -= len(line)
            if self._budget < 0 or (len(line) > 1000 and _SLOW.search(line)):
                return
            yield line

    def _replace(self, statement: _Statement, offset: int) -> int | None:
        """Make `statement` plain; return where to go on, or None where nothing of it is IPython's.

        A token in line n of the tokenizer is in line n + `offset` of the cell.
        """
        first = statement.first
        if first is None:
            return None
        line, column = first.start[0] + offset, first.start[1]
        asks = statement.before_last
        if statement.tokens > 2 and asks is not None and asks.string == "?":
            end = asks.start[0] + offset + 1
            if _is_help("".join(self._lines[line:end])[column:]):
                return self._put(line, end, self._lines[line][:column] + "pass")
        if first.string in _ESCAPES:
            end = self._continued(line)
            command = self._joined(line, column, end)
            call = _called(command)
            if call is not None:
                behind = self._put(line, end, self._lines[line][:column] + call)
                return behind if call == "pass" else line
        value = statement.magic or statement.system
        if value is not None:
            at, column = value.start[0] + offset, value.start[1]
            self._put(at, self._continued(at), self._lines[at][:column] + "None")
            return line
        return None

    def _put(self, start: int, end: int, text: str) -> int:
        self._lines[start:end] = [text + "\n", *["\n"] * (end - start - 1)]
        self._gone += end - start - 1
        return end

    def _continued(self, start: int) -> int:
        """The first line after what backslashes join to line `start`."""
        end = start
        while end < len(self._lines) and self._lines[end].endswith("\\\n"):
            end += 1
        return min(end + 1, len(self._lines))

    def _joined(self, line: int, column: int, end: int) -> str:
        parts = [self._lines[line][column:], *self._lines[line + 1 : end]]
        return " ".join([*(part.rstrip()[:-1] for part in parts[:-1]), parts[-1].rstrip()])


def _tokens(lines: Iterator[str]) -> Iterator[TokenInfo]:
    """The tokens of `lines` as IPython takes them: it reads on where Python would stop."""
    last: TokenInfo | None = None
    try:
        for token in tokenize.generate_tokens(lambda: next(lines, "")):
            last = token
            yield token
    except tokenize.TokenError as error:
        if any(words in str(error.args[0]) for words in _ENDS_TOKENS):
            place = (last.start[0], last.end[0]) if last else (1, 0)
            yield tokenize.TokenInfo(tokenize.ERRORTOKEN, "", place, place, last.line if last else "")


def _is_help(text: str) -> bool:
    """Whether IPython shows help for the end of `text`: a name, with items in brackets, before one or two ``?``."""
    text = text.removesuffix("\n")
    asked = text.rstrip("?")
    if not 1 <= len(text) - len(asked) <= 2:
        return False
    end = len(asked)
    while asked.endswith("]", 0, end):
        start = asked.rfind("[", 0, end)
        if start < 0 or not _ITEM.fullmatch(asked, start, end):
            return False
        end = start
    while end and _WORD.match(asked, end - 1):
        if not asked[end - 1].isdecimal():
            return True
        end -= 1
    return False


def _called(command: str) -> str | None:
    """What IPython makes of an escaped line, ``pass`` where that is a call of its own; None where it refuses it."""
    escape, content = command[:1], command[1:]
    if escape in ("!", "?", "%"):
        return "pass"
    name, _, arguments = content.partition(" ")
    if escape == "/":
        return f"{name}({', '.join(arguments.split())})" if name else None
    if escape == ",":
        quoted = '", "'.join(arguments.split())
        return f'{name}("{quoted}")'
    return f'{name}("{arguments}")'
