"""One pattern of ``.gitignore``, as git reads it (gitignore(5); ``dir.c`` and ``wildmatch.c`` of git).

Text and paths have a character for each byte: git compares bytes, and ``?`` matches one.
"""

from __future__ import annotations

import re
import string

from ..model import Record
from ..regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STARS = regex(r"\*+")
_ENDS_ALONE = regex(r"(?s)(?:\\.|[^\\])*\\")
"""A text whose last backslash has nothing behind it that it could stand before."""
_WITHOUT_SPACES = regex(r"(?s)((?:\\.|[^\\])*?) *")
_CLASSES = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "blank": " \t",
    "cntrl": "".join(map(chr, (*range(1, 32), 127))),
    "digit": string.digits,
    "graph": "".join(map(chr, range(33, 127))),
    "lower": string.ascii_lowercase,
    "print": "".join(map(chr, range(32, 127))),
    "punct": string.punctuation,
    "space": string.whitespace,
    "upper": string.ascii_uppercase,
    "xdigit": string.hexdigits,
}
_EMPTY = (
    ("a name is missing before /", "write *, for everything"),
    ("a pattern is missing behind !", "write !/a, for a in this folder"),
)
_NO_NAMES = frozenset({"", re.escape("."), re.escape("..")})
STAR, DEEP, DEEP_FOLDERS = "*", "**", "**/"
"""What is matched in one name; in any names; and in any names or none, with the slash behind them."""


class DeadPatternError(ValueError):
    """Git takes the pattern, and lets it match nothing. The arguments say why, and what to write."""


class Pattern(Record):
    """A pattern."""

    takes_back: bool
    """Whether it begins with ``!``."""
    of_folders: bool
    """Whether it matches folders alone."""
    of_names: bool
    """Whether it matches a name in any folder, and else a path."""
    expression: re.Pattern[str]
    """What the whole of a name or path is."""

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Whether it is for this very `path`, whatever it says of the folders above."""
        if self.of_folders and not is_folder:
            return False
        return self.expression.fullmatch(path.rpartition("/")[2] if self.of_names else path) is not None


def read_pattern(line: str) -> Pattern | None:
    """Read a line of ``.gitignore``; return None for a comment or an empty line. Raises `DeadPatternError`."""
    if line.startswith("#"):
        return None
    trimmed = _WITHOUT_SPACES.fullmatch(line)
    body = trimmed[1] if trimmed else line
    if not body:
        return None
    takes_back = body.startswith("!")
    body = body[takes_back:]
    of_folders = body.endswith("/")
    body = body[: len(body) - of_folders]
    if _ENDS_ALONE.fullmatch(body):
        raise DeadPatternError("a backslash at its end stands before nothing", "end it with / for a folder")
    if not body:
        raise DeadPatternError(*_EMPTY[takes_back])
    if body.startswith("./"):
        raise DeadPatternError("git takes no ./ at the start", f"write {line.replace('./', '/', 1)}")
    of_names = "/" not in body
    tokens = tuple(_tokens(body.removeprefix("/"), of_names=of_names))
    if not _NO_NAMES.isdisjoint(_names(tokens)):
        raise DeadPatternError("a part of it is empty, . or ..", "write /a/b for b in the folder a")
    return Pattern(takes_back, of_folders, of_names, re.compile(_Expression().of(tokens), re.DOTALL))


def _tokens(text: str, *, of_names: bool) -> Iterator[str]:
    """The parts of a pattern: `STAR`, `DEEP`, `DEEP_FOLDERS`, or the regular expression of one character.

    ``**`` inside a name is ``*`` (gitignore, "Pattern format"). Older versions of git do not hold to that behind the
    first characters of a pattern, as in ``a/b**/c``."""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "*":
            stars = _STARS.match(text, at)
            first, at = at, stars.end() if stars else at
            deep = not of_names and at - first > 1 and (first == 0 or text[first - 1] == "/")
            if deep and text.startswith("/", at):
                at += 1
                yield DEEP_FOLDERS
            else:
                yield DEEP if deep and (at == len(text) or text.startswith("\\/", at)) else STAR
        elif char == "[":
            at, expression = _bracket(text, at + 1)
            yield expression
        else:
            at += char == "\\"
            yield "[^/]" if char == "?" else re.escape(text[at])
            at += 1


def _names(tokens: Sequence[str]) -> Iterator[str]:
    """The parts of `tokens` between slashes."""
    name = ""
    for part in tokens:
        if part == "/":
            yield name
            name = ""
        else:
            name += part
    yield name


class _Expression:
    """Makes a regular expression that takes no tries which cannot help.

    What stands between two ``*`` is found where it comes first, and so is what stands between two ``**``. Another try
    at a later place cannot match more. Each such step is a group that is not entered again: a lookahead and what it
    found (Python 3.10 has no atomic groups).
    """

    def __init__(self) -> None:
        self._steps = 0

    def of(self, tokens: Sequence[str]) -> str:
        """The expression of `tokens`."""
        made, at = "", len(tokens)
        last = True
        for place in reversed([place for place, token in enumerate(tokens) if token in (DEEP, DEEP_FOLDERS)]):
            skipped = "(?:.*?/)??" if tokens[place] == DEEP_FOLDERS else ".*?"
            step = skipped + self._in_names(tokens[place + 1 : at])
            made = (step if last else self._once(step)) + made
            at, last = place, False
        return self._in_names(tokens[:at]) + made

    def _in_names(self, tokens: Sequence[str]) -> str:
        """The expression of `tokens` without any for several names."""
        made, at = "", 0
        while at < len(tokens):
            if tokens[at] != STAR:
                made += tokens[at]
                at += 1
                continue
            end = at + 1
            while end < len(tokens) and tokens[end] not in (STAR, "/"):
                end += 1
            step = "[^/]*?" + "".join(tokens[at + 1 : end])
            made += self._once(step) if tokens[end : end + 1] == (STAR,) else step
            at = end
        return made

    def _once(self, step: str) -> str:
        self._steps += 1
        return f"(?=(?P<step{self._steps}>{step}))(?P=step{self._steps})"


def _bracket(text: str, at: int) -> tuple[int, str]:
    """Where the bracket ends whose inside starts `at` a place in `text`, and its regular expression.

    Raises `DeadPatternError` where git lets it match nothing."""
    negated = text[at : at + 1] in ("!", "^") and at < len(text)
    first = at = at + negated
    members, before = "", ""
    while at == first or text[at : at + 1] != "]":
        char = text[at : at + 1]
        named = re.compile(r"\[:([^\]]*):\]").match(text, at)
        if char == "-" and before and text[at + 1 : at + 2] not in ("", "]"):
            at += 1 + (text[at + 1] == "\\")
            last = text[at : at + 1]
            members += f"{re.escape(before)}-{re.escape(last)}" if before <= last else ""
            before = ""
        elif named:
            at = named.end() - 1
            if named[1] not in _CLASSES:
                raise DeadPatternError("a class of characters in it is unknown", "use one of POSIX, such as [:alpha:]")
            members += re.escape(_CLASSES[named[1]])
            before = ""
        else:
            at += char == "\\"
            before = text[at : at + 1]
            members += re.escape(before)
        at += 1
        if at >= len(text):
            raise DeadPatternError("a bracket in it has no end", r"close it, or write \[ for the character")
    if not members:
        return at + 1, "[^/]" if negated else "(?!)"
    return at + 1, f"(?!/)[{'^' * negated}{members}]"
