"""What doctor says: one finding, the gates that it may speak of, and which of them are missing."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal, TypeAlias

from syntax_guard.errors import UsageError
from syntax_guard.model import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .documents import Unreadable

Gate: TypeAlias = Literal["commit", "tree", "start", "startup", "health", "restart", "python"]
State: TypeAlias = Literal["ok", "weak", "missing", "not-applicable"]

GATES: dict[Gate, str] = {
    "commit": "a commit with a broken file is refused",
    "tree": "CI checks every file, whoever committed it and however",
    "start": "a container with a broken file does not start",
    "startup": "an application whose database or sources fail its checks does not serve",
    "health": "what no longer serves, or would not start again, is noticed",
    "restart": "what ends comes back, and a permanent error does not hide",
    "python": "the Python that judges is the Python that runs",
}
"""Every gate in the order of reports, with its promise."""


class Place(Record):
    """Where a finding points."""

    path: str
    """Below the root of the repository, with forward slashes."""
    line: int | None = None


class Finding(Record):
    """One thing that doctor found, or found missing."""

    gate: Gate
    state: State
    message: str
    place: Place | None = None
    why: str | None = None
    """Why it matters; None for what is in order."""
    write: str | None = None
    """What to write to mend it, in one or several lines; None for what is in order."""


def unreadable(gate: Gate, error: Unreadable) -> Finding:
    """A file that cannot be read is a gate that cannot be seen."""
    why = "what cannot be read cannot be trusted to hold"
    return Finding(gate, "missing", f"cannot be read: {error.message}", error.place, why, "mend the file")


def required_missing(findings: Iterable[Finding], required: Iterable[str]) -> tuple[Gate, ...]:
    """The gates of ``required`` that the repository lacks, in the order of ``GATES``.

    A gate is there when something of it was found (ok or weak) and nothing of it is missing. One that does not
    apply is not there either: who requires a start gate wants to hear that nothing is gated.

    Raises UsageError for a name that is no gate.
    """
    wanted = set(required)
    for name in sorted(wanted - set(GATES)):
        near = difflib.get_close_matches(name, GATES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the gates are {', '.join(GATES)}"
        raise UsageError(f"there is no gate {name!r}", hint)
    present: set[Gate] = set()
    missing: set[Gate] = set()
    for finding in findings:
        if finding.state == "missing":
            missing.add(finding.gate)
        elif finding.state in ("ok", "weak"):
            present.add(finding.gate)
    return tuple(gate for gate in GATES if gate in wanted and (gate in missing or gate not in present))
