"""Cells into which a session was pasted, without its prompts, as IPython takes them off."""

from __future__ import annotations

import re
import textwrap

from ...regex import regex

_FIRST = regex(r"\s*>>>[ \t]?")
_NEXT = regex(r"\A\s*\.\.\.[ \t]?")
_TRIPLE_QUOTE = regex(r"(?<!\\)(?:\"{3}|'{3})")
_BEFORE_TEXT = regex(r"(\s*>>>[ \t]?)?(\s*\.\.\.[ \t]?)?\s*[rubf]*\s*", re.IGNORECASE)
_NUMBERED = regex(r"\A(?:(?:(?:\[nav\]|\[ins\])? )?In \[\d+\]: |\s*\.{3,}: ?)")


def without_prompts(lines: list[str]) -> list[str]:
    """`lines` (of a cell, the first one not blank) without the prompts of Python and of IPython."""
    lines = _without_python_prompts(lines)
    if any(map(_NUMBERED.match, lines[:2])):
        return [_NUMBERED.sub("", line, count=1) for line in lines]
    return lines


def _without_python_prompts(lines: list[str]) -> list[str]:
    if not any(">>>" in line for line in lines):
        return lines
    texts = _texts(lines)
    if not any(_FIRST.match(line) for line, text in zip(lines, texts, strict=True) if not text):
        return lines
    done: list[str] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or texts[end] != texts[start]:
            done += lines[start:end] if texts[start] else _stripped(lines[start:end])
            start = end
    return done


def _stripped(lines: list[str]) -> list[str]:
    stripped = [(_FIRST if _FIRST.match(line) else _NEXT).sub("", line, count=1) for line in lines]
    if stripped == lines:
        return lines
    return textwrap.dedent("".join(stripped)).splitlines(keepends=True)


def _texts(lines: list[str]) -> list[bool]:
    """For each line whether its prompt, if it has one, belongs to a text in three quotes that is a statement."""
    texts: list[bool] = []
    quote = None
    kept = seen = False
    for line in lines:
        texts.append(quote is not None and kept)
        before = _BEFORE_TEXT.match(line)
        for found in _TRIPLE_QUOTE.finditer(line):
            if quote is None:
                quote = found.group()
                prompted = seen and before is not None and before.lastindex is not None
                kept = before is not None and before.end() == found.start() and not prompted
                texts[-1] = kept
            elif quote == found.group():
                quote, kept = None, False
        seen = seen or bool(_FIRST.match(line))
    return texts
