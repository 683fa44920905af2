"""Habits of other languages. Each is tried: with the line rewritten, the compiler gets further."""

from __future__ import annotations

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern

    from .trial import Trial

_BLOCK = "if|elif|else|for|while|try|except|finally|with|def|class|async|match|case"
_WORD = r"(?!(?:and|or|not|in|is|if|else|for)\b)[A-Za-z]{2,}\b"
"""A word that is no operator of Python: two in a row are English, and no expression."""
HABITS = tuple(
    (regex(pattern), written, said)
    for pattern, written, said in (
        (r"\belse\s+if\b", "elif", "Python writes `elif` for `else if`"),
        (r"(?<![=!])===(?!=)", "==", "Python writes `==` for `===`"),
        (r"!==", "!=", "Python writes `!=` for `!==`"),
        (r"&&", " and ", "Python writes `and` for `&&`"),
        (r"\|\|", " or ", "Python writes `or` for `||`"),
        (r"!(?=\s*[\w(])", " not ", "Python writes `not x` for `!x`"),
        (r"(\w[\w.\[\]]*)\s*\+\+", r"\1 += 1", "Python writes `x += 1` for `x++`"),
        (r"(\w[\w.\[\]]*)\s*--", r"\1 -= 1", "Python writes `x -= 1` for `x--`"),
        (r"\bfunction\s+(\w+)\s*(\([^()]*\))\s*[{:]?", r"def \1\2:", "Python writes `def f():` for `function f()`"),
        (rf"(^\s*|[;{{}},]\s*|:\s+|\S\s+(?=//\s+{_WORD}\s+{_WORD}))//", r"\1#",
         "a comment starts with # in Python, not with //"),
        (r"^(\s*)/\*", r"\1#", "a comment starts with # in Python, not with /*"),
        (r"^(\s*)(?:var|let|const|auto|final|int|float|double|string|String|bool|boolean|char|long)\s+(?=\w+\s*=[^=])",
         r"\1", "Python declares no variables: write `x = …` alone"),
        (r"\bnew\s+(?=[A-Za-z_][\w.]*\s*\()", "", "Python makes an object without `new`"),
        (r"\bthrow\s+", "raise ", "Python writes `raise` for `throw`"),
        (r"\bforeach\s*\(?\s*(\w+)\s+in\s+([^(){]+?)\s*\)?\s*[:{]?\s*$", r"for \1 in \2:",
         "Python writes `for x in …:` for `foreach`"),
        (r"\bfor\s*\(\s*(?:int|let|var)?\s*(\w+)\s*=\s*([\w.]+);\s*\w+\s*<\s*([\w.()]+);[^()]*\)\s*[:{]?\s*$",
         r"for \1 in range(\2, \3):", "Python counts with `for i in range(n):`"),
        (r"\bswitch\s*\(?(.*?)\)?\s*[:{]\s*$", r"match \1:", "Python writes `match` for `switch`"),
        (r"\bcatch\s*\(?\s*(\w+)(?:\s+(\w+))?\s*\)?\s*[:{]?\s*$", "except Exception:",
         "Python writes `except Kind as error:` for `catch`"),
        (r"(\w+|\([\w\s,]*\))\s*=>\s*", r"lambda \1: ", "Python writes `lambda x: …` for `x => …`"),
        (r"([\w.]+(?:\([^()]*\))?(?:\s*(?:[<>]=?|[=!]=)\s*[\w.]+)?|\"_*\")\s*\?\s*([^?:]+?)\s*:\s*([^;:]+?)\s*;?\s*$",
         r"\2 if \1 else \3", "Python writes `a if x else b` for `x ? a : b`"),
        (r"\$(?=[A-Za-z_])", "", "names have no $ in Python"),
        (rf"^(\s*\}}?\s*(?:{_BLOCK})\b.*?)\s*\{{\s*$", r"\1:", "Python has no braces around blocks: write a colon"),
        (r"^\s*\}\s*;?\s*$", "", "Python has no braces around blocks: indentation ends one"),
        (rf"^(\s*(?:{_BLOCK}|lambda)\b.*[^\s:;,(\[{{])\s*$", r"\1:", "a colon is missing at the end of the line"),
        (r"^(\s*(?:if|elif|while)\b[^=!<>:]*[^=!<>:\s]\s*)=(?!=)", r"\1==", "write == to compare"),
    )
)  # fmt: skip


_SAID_BY_PYTHON = ("a colon is missing at the end of the line", "write == to compare")
"""What newer CPythons say themselves, where older ones say nothing but `invalid syntax`."""
_SHORT = 60
"""Characters of a line that is shown once more, as it should be."""


def habit(trial: Trial, message: str) -> str | None:
    """A hint for a line of `trial` that is written as another language writes it, or None.

    Where the compiler's own `message` says the cause, the hint is the line as it should be.
    """
    for pattern, written, said in HABITS:
        if not pattern.search(trial.code):
            continue
        line = _rewritten(pattern, written, trial.line, trial.code)
        if said in _SAID_BY_PYTHON and message != "invalid syntax":
            if can_be_shown(line) and trial.is_fixed_by(line):
                return f"write `{line.strip()}`"
        elif trial.comes_further(line):
            return said
    return None


def can_be_shown(line: str) -> bool:
    """Whether a hint can hold `line`: it is short, and has no character that looks like another or ends the quote."""
    return len(line.strip()) <= _SHORT and line.isascii() and line.expandtabs().isprintable() and "`" not in line


def _rewritten(pattern: Pattern[str], written: str, line: str, code: str) -> str:
    """`line` with what `pattern` finds in its `code` written the other way; strings stay as they are."""
    parts, end = [], 0
    for found in pattern.finditer(code):
        parts.append(line[end : found.start()])
        parts.append(_GROUP.sub(lambda group, at=found: line[slice(*at.span(int(group[1])))], written))  # type: ignore[misc]
        end = found.end()
    return "".join([*parts, line[end:]])


_GROUP = regex(r"\\(\d)")
