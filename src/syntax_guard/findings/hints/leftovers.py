"""Something was left in the source, or pasted into it."""

from __future__ import annotations

import re

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .look import Look

MARKER = regex(r"<<<<<<<(?: |$)|\|\|\|\|\|\|\|(?: |$)|=======$|>>>>>>>(?: |$)")
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
STRING = regex(r"""(["'])(?:\\.|(?!\1|\\).)*\1""")
TEMPLATE = regex(r"\{%.*%\}|\{\{.*\}\}|\{#.*#\}|<%.*%>|\$\{\w[^}]*\}")


def merge_conflict(look: Look) -> str | None:
    """Marks of a merge conflict."""
    if MARKER.match(look.line) and (look.line[0] in "<>|" or b"<<<<<<< " in look.data):
        return "an unresolved merge conflict"
    start = 0 if look.data.startswith(b"<<<<<<< ") else look.data.find(b"\n<<<<<<< ") + 1
    end = look.data.find(b"\n>>>>>>> ", start)
    if end < 0 or not look.data.startswith(b"<<<<<<< ", start):
        return None
    first = look.data.count(b"\n", 0, start) + 1
    last = look.data.count(b"\n", 0, end) + 2
    return f"an unresolved merge conflict on line {first}" if first <= look.number <= last else None


def pasted_character(look: Look) -> str | None:
    """A character that a word processor or a web page put in."""
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
    if category(character) == "Cn":
        return None  # of a later Unicode than this Python's
    if not character.isprintable():
        return f"{called} cannot be seen: remove it"
    if plain.isascii() and plain.isprintable():
        return f"{called}, probably pasted: write {plain}"
    return None


def template(look: Look) -> str | None:
    """A placeholder of Jinja or another template language."""
    if TEMPLATE.search(STRING.sub('""', look.line)):
        return "a template that was never rendered"
    return None


def fence_or_prompt(look: Look) -> str | None:
    """What was copied with code: a fence of Markdown, or a prompt."""
    bare = look.line.strip()
    if bare.startswith(("```", "~~~")):
        return "a code fence of Markdown: remove it"
    if bare.startswith((">>> ", "... ")) or bare == ">>>":
        return "a prompt copied from an interactive session: remove it"
    if re.match(r"%%?[a-z]|![a-z./]", look.line):
        return _ipython(look)
    return None


def _ipython(look: Look) -> str:
    """What is said of IPython syntax, by what kind of exported notebook the file is."""
    if look.head.startswith(b"# Databricks notebook source"):
        return "IPython syntax in a notebook of Databricks: its export has `# MAGIC` before it"
    if re.search(rb"^# In\[[ \d]*\]:", look.data, re.MULTILINE):
        return "IPython syntax in a notebook that was exported: take it out, or check the notebook itself"
    if re.search(rb"^# ?%%", look.data, re.MULTILINE):
        return (
            "IPython syntax in a percent script: list the file in `percent-scripts`, or comment it out as Jupytext does"
        )
    return "IPython syntax, for notebooks only"


def mixed_indentation(look: Look) -> str | None:
    """Tabs beside spaces."""
    mixed = re.search(rb"(?m)^ +\S", look.data) and re.search(rb"(?m)^\t+\S", look.data)
    if look.kind == "TabError" or (look.kind == "IndentationError" and mixed):
        return "tabs and spaces are mixed in the indentation: use spaces alone"
    return None
