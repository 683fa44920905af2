"""A check, and the result of running one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Counts: TypeAlias = Mapping[str, "int | float"]
"""Numbers that a check observed, by name: ``{"checked": 41, "broken": 0}``."""

Answered: TypeAlias = "Counts | bool | None"
"""None, True and numbers by name pass. False fails, and so does any other value."""

Question: TypeAlias = "Callable[[], Answered | Awaitable[Answered]]"
"""Returns when all is well, with or without counts; raises when not."""

ComponentType: TypeAlias = Literal["component", "datastore", "system"]
"""The pre-defined values of draft-inadarei-api-health-check-06, section 4.2."""


@dataclass(frozen=True)
class Fault:
    """One reason why a check fails."""

    error: str
    """Name of the exception class; the only part of a fault that every reply shows, with ``component``."""
    message: str
    """For the log, and redacted for replies where the application asks for details."""
    component: str | None = None
    """The part that has the fault: a module, or a file below the parent of its package. Shown in replies."""
    may_pass: bool = False
    """True where waiting can help, as for a database that is still coming up."""


def text_of(value: object) -> str:
    """``str(value)``, or a text with its type where its ``__str__`` fails."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an exception of the application's own may do anything
        return f"no text: __str__ of {type(value).__name__} fails"


class CheckError(Exception):
    """Raised by a check that knows exactly what is wrong: waiting will not help."""

    def __init__(self, *faults: Fault, counts: Counts | None = None) -> None:
        if not all(isinstance(fault, Fault) for fault in faults):
            raise TypeError('CheckError takes faults: CheckError(Fault("OutOfStock", "no item is left"))')
        super().__init__("; ".join(text_of(fault.message) for fault in faults))
        self.faults = faults
        self.counts: Counts = counts or {}


@dataclass(frozen=True)
class Check:
    """A named question with a deadline."""

    name: str
    """Component name in replies and label in metrics; printable, without a colon (draft, section 4)."""
    ask: Question
    deadline: float = 2.0
    """Seconds until the check counts as failed without an answer."""
    component_type: ComponentType = "component"
    needed_to_serve: bool = True
    """True: while it fails, this instance cannot answer requests, so it is part of ``/health/ready``."""
    may_come_up: bool = False
    """True: the startup gate gives it time, since what it asks may start later than this process."""
    secrets: frozenset[str] = frozenset()
    """Texts that no reply may contain: hosts, users, passwords."""
    overdue: Callable[[], Fault | None] | None = None
    """Asked at the deadline for a better reason than "no answer"; must return at once."""

    def __post_init__(self) -> None:
        if not self.name or ":" in self.name or not self.name.isprintable():
            raise ValueError(f"a check's name must be printable, not empty and without a colon: {self.name!r}")
        if not self.deadline > 0:
            raise ValueError(f"the deadline of {self.name!r} must be more than 0 s: {self.deadline!r}")


@dataclass(frozen=True)
class Reading:
    """What one run of a check said."""

    check: Check
    time: datetime
    """When the run ended, in UTC."""
    seconds: float
    """How long it took, or how long it has been waited for."""
    faults: tuple[Fault, ...] = ()
    counts: Counts = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """True where the check found no fault."""
        return not self.faults


def check(
    name: str, *, deadline: float = 2.0, needed_to_serve: bool = True, may_come_up: bool = False
) -> Callable[[Question], Check]:
    """Decorate a function, plain or async, that raises when something is wrong.

    Args:
        name: The name of the check in replies and metrics.
        deadline: Seconds that the check may take.
        needed_to_serve: Whether it is part of ``/health/ready``.
        may_come_up: Whether the startup gate gives it time.

    Returns:
        The decorator, which makes a ``Check`` of the function.
    """

    def decorate(ask: Question) -> Check:
        return Check(name, ask, deadline, needed_to_serve=needed_to_serve, may_come_up=may_come_up)

    return decorate
