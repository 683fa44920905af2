"""A word that is nearly a keyword, as CPython's own traceback looks for one since 3.14."""

from __future__ import annotations

import keyword

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .trial import Trial

WORDS = sorted({*keyword.kwlist, *keyword.softkwlist} - {"_", "True", "False", "None"})
_MOST = 5
_NAME = regex(r"[^\W\d]\w*")
_NEAR = 0.6
_SAME = {"elseif": "elif", "elsif": "elif", "func": "def", "fn": "def", "fun": "def", "define": "def", "foreach": "for"}


def misspelt_keyword(trial: Trial) -> tuple[str, int, int] | None:
    """A hint, with the first column of the word that it is about and the one after it, or None."""
    if trial.message != "invalid syntax":  # there is something better to say
        return None
    from difflib import get_close_matches

    tried = 0
    for word in _NAME.finditer(trial.code):
        if word[0] in WORDS or not word[0].isascii():
            continue
        same = _SAME.get(word[0])
        for meant in [same] if same else get_close_matches(word[0].lower(), WORDS, 2, _NEAR):
            tried += 1
            if trial.is_fixed_by(trial.line[: word.start()] + meant + trial.line[word.end() :]):
                return f"did you mean `{meant}`?", word.start() + 1, word.end() + 1
            if tried >= _MOST:
                return None
    return None
