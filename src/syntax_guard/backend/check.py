"""What a check is, and what comes of running one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy.exc import DBAPIError

Counts: TypeAlias = Mapping[str, int]
"""What a check counted on its way, by name: ``{"checked": 41, "broken": 0}``."""

Question: TypeAlias = "Callable[[], Counts | None] | Callable[[], Awaitable[Counts | None]]"
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
    """Which of several parts: a file below its package's parent, a module. Shown in replies."""
    may_pass: bool = False
    """True where waiting can help, as for a database that is still coming up."""


class CheckError(Exception):
    """Raised by a check that knows exactly what is wrong: waiting will not help."""

    def __init__(self, *faults: Fault, counts: Counts | None = None) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults
        self.counts: Counts = counts or {}


@dataclass(frozen=True)
class Check:
    """A named question with a deadline."""

    name: str
    """Component name in replies and label in metrics; must not contain a colon (draft, section 4)."""
    ask: Question
    deadline: float = 2.0
    """Seconds after which nobody waits for the answer any more."""
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
        if not self.name or ":" in self.name:
            raise ValueError(f"a check's name must not be empty nor contain a colon: {self.name!r}")
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
    """Decorate a function, plain or async, that raises when something is wrong."""

    def decorate(ask: Question) -> Check:
        return Check(name, ask, deadline, needed_to_serve=needed_to_serve, may_come_up=may_come_up)

    return decorate


def faults_of(error: BaseException) -> tuple[Fault, ...]:
    """Say what an exception means, under the name that the database driver gives it where one was involved."""
    if isinstance(error, CheckError):
        return error.faults or (Fault("CheckError", "the check gave no reason"),)
    if isinstance(error, DBAPIError) and error.orig is not None:
        # SQLAlchemy's asyncpg dialect wraps once more: the driver's own error is the cause.
        error = error.orig.__cause__ or error.orig
    return (Fault(type(error).__name__, str(error) or "no message", may_pass=True),)
