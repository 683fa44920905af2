"""What doctor says: an answer about one gate, where it stands, and what to write."""

from typing import Literal

from syntax_guard.config.documents import Place as Place
from syntax_guard.config.documents import Unreadable as Unreadable
from syntax_guard.model import Record


class Edit(Record):
    """Whole lines of ``text``, in place of ``replaced`` lines from ``line`` on; ``where``: that in words."""

    path: str
    line: int
    replaced: int
    text: str
    where: str = ""


class Advice(Record):
    """What to do: edits, then commands; or a pattern, where doctor would have to guess."""

    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    pattern: str | None = None


class Finding(Record):
    """One thing that doctor found, or found missing; ``how`` is None for what cannot be told."""

    gate: str
    state: Literal["ok", "cannot-tell", "missing", "not-applicable"]
    message: str
    place: Place | None = None
    how: Literal["tried", "written"] | None = None
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
