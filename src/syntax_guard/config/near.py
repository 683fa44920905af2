"""What a misspelt word is meant to be: only what is really near is suggested."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SYNONYMS = {
    "text": "full", "pretty": "full", "human": "full", "grouped": "full", "default": "full",
    "pylint": "concise", "gcc": "concise", "parseable": "concise", "short": "concise",
    "jsonl": "json-lines", "ndjson": "json-lines",
    "codeclimate": "gitlab", "code-climate": "gitlab", "codequality": "gitlab", "code-quality": "gitlab",
    "actions": "github", "annotations": "github", "xml": "junit", "junitxml": "junit", "junit-xml": "junit",
    "reviewdog": "rdjson", "on": "always", "true": "always", "yes": "always", "off": "never", "false": "never",
    "no": "never", "all": "report", "warn": "report", "warning": "report", "none": "ignore", "fail": "error",
}  # fmt: skip
"""What other tools call a value of ours."""


def nearest(given: str, known: Sequence[str]) -> str | None:
    """The one of `known` that `given` is meant to be: a synonym, its beginning, or a slip of a letter or two."""
    plain = given[:100].lower().replace("_", "-")
    if SYNONYMS.get(plain) in known:
        return SYNONYMS[plain]
    begun = [name for name in known if plain and name.startswith(plain)]
    if len(begun) == 1:
        return begun[0]
    swapped = [name for name in known if len(plain) > 2 and sorted(name) == sorted(plain)]
    if swapped:
        return swapped[0]
    bare = {name.lstrip("-"): name for name in known}  # hyphens in front would make all options alike
    close = difflib.get_close_matches(plain.lstrip("-"), bare, 1, NEAR)
    return bare[close[0]] if close else None


NEAR = 0.75
"""How alike two names must be, from 0 to 1, to take one for a slip of the other."""


def did_you_mean(given: object, known: Sequence[str]) -> str:
    """A hint for the name of a setting that is not `known`."""
    near = nearest(str(given), known)
    return f"did you mean {near!r}?" if near else f"known: {', '.join(known)}"
