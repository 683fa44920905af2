"""What doctor says: an answer about one gate, where it stands, and what to write."""

from __future__ import annotations

from typing import Literal, TypeAlias

from syntax_guard.config.documents import Place as Place
from syntax_guard.config.documents import Unreadable as Unreadable
from syntax_guard.model import Record

State: TypeAlias = Literal["ok", "cannot-tell", "missing", "not-applicable"]
How: TypeAlias = Literal["tried", "written"]


class Edit(Record):
    """Whole lines of ``text`` for a file: in place of ``replaced`` lines from ``line`` on. A new file is made."""

    path: str
    line: int
    replaced: int
    text: str
    where: str = ""
    """The place in words, with what stands there: it holds, whatever is written into the file before."""


class Advice(Record):
    """What to do: edits, then commands; or a pattern, where doctor would have to guess."""

    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    pattern: str | None = None


class Finding(Record):
    """One thing that doctor found, or found missing; ``how`` is None for what cannot be told."""

    gate: str
    state: State
    message: str
    place: Place | None = None
    how: How | None = None
    why: str | None = None
    advice: Advice | None = None


def ok(gate: str, message: str, place: Place | None) -> Finding:
    """A gate that is surely written."""
    return Finding(gate, "ok", message, place, "written")


def unsure(gate: str, message: str, place: Place | None) -> Finding:
    """A gate that cannot be told."""
    return Finding(gate, "cannot-tell", message, place)


def missing(gate: str, message: str, place: Place | None, why: str, advice: Advice) -> Finding:
    """A gate that surely is not there."""
    return Finding(gate, "missing", message, place, "written", why, advice)


def nothing(gate: str, message: str, place: Place | None = None) -> Finding:
    """A gate that does not apply."""
    return Finding(gate, "not-applicable", message, place)
