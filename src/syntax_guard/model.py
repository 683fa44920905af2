"""The values that flow through every room: frozen, and importing nothing of ours.

Lines and columns start at 1, columns count Unicode characters, and ``None`` stands where CPython gives none.
"""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers take it for typing's, whose import alone doubles the start of a hook
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    from typing_extensions import dataclass_transform

    Version: TypeAlias = "tuple[int, int]"
    Outcome: TypeAlias = Literal["valid", "broken", "undecided"]
    Severity: TypeAlias = Literal["error", "warning"]
else:

    def dataclass_transform(**_):  # noqa: ANN003, ANN201 - its type is the one above
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """Base of frozen values with fields taken from the annotations of the subclass.

    Stands in for ``dataclasses.dataclass(frozen=True)``: importing ``dataclasses`` takes longer than
    starting Python does, and every commit would pay for it.
    """

    def __init__(self, *values: Any, **named: Any) -> None:
        fields = type(self).__annotations__
        if len(values) > len(fields):
            raise TypeError(f"{type(self).__name__} takes {len(fields)} fields, {len(values)} were given")
        state = self.__dict__
        state.update(zip(fields, values, strict=False))
        for name, value in named.items():
            if name not in fields or name in state:
                raise TypeError(f"{type(self).__name__}: unknown or repeated field {name!r}")
            state[name] = value
        if len(state) == len(fields):  # as mostly: thousands are made
            return
        for name in fields:
            if name not in state:
                try:
                    state[name] = getattr(type(self), name)
                except AttributeError:
                    raise TypeError(f"{type(self).__name__}: no value for {name!r}") from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__[name] for name in type(self).__annotations__))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={self.__dict__[name]!r}" for name in type(self).__annotations__)
        return f"{type(self).__name__}({fields})"


class Source(Record):
    """Bytes with a display name."""

    name: str
    """As shown to people: a path as it was given or found, ``<stdin>``, or a path in the git index."""
    data: bytes
    mark: tuple[int, ...] | None = None
    """What ``reading.mark`` said of the file before it was read; None where the bytes are of no file."""


class Interpreter(Record):
    """A Python that can be asked."""

    version: Version
    name: str
    """Implementation and full version, as every message shows it: ``CPython 3.11.7``."""
    python: str | None = None
    """Path of the executable, or None for the interpreter of this process."""


class Target(Record):
    """A Python version whose verdict is asked for, and who answers for it."""

    version: Version
    interpreter: Interpreter
    exact: bool
    """True: a CPython of this very version answers. False: another one does, with the rules of ``grammar``."""
    why: str
    """Why this version is asked for: ``this interpreter``, ``requires-python``, ``--target-version`` …"""
    note: str | None = None
    """Why the answer is approximate: ``no python3.9 found here``; None for an exact one."""

    @property
    def label(self) -> str:
        """The version as people write it: ``3.11``."""
        return f"{self.version[0]}.{self.version[1]}"


class Problem(Record):
    """One thing that an interpreter says of a source, in its own words."""

    kind: str
    """Name of the exception or warning class, such as ``SyntaxError`` or ``SyntaxWarning``; ``Crashed`` and
    ``TimedOut`` for an interpreter that gave no answer; ``Unreadable`` for bytes that could not be had."""
    message: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    since: Version | None = None
    """The first Python that accepts this, where a rule of ``grammar`` says so."""


class Verdict(Record):
    """What a target says of a source. Only ``valid`` is green."""

    outcome: Outcome
    error: Problem | None = None
    warnings: tuple[Problem, ...] = ()


class Diagnostic(Record):
    """One finding, as every report shows it."""

    path: str
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    severity: Severity
    code: str
    """``syntax-error``, ``unsupported-syntax``, ``encoding-error``, ``too-complex``, ``crashed``, ``timed-out``,
    ``unreadable``, ``syntax-warning``, ``suspicious-character`` or ``unexpectedly-valid``."""
    message: str
    """The interpreter's own words."""
    hint: str | None
    """One line that says what to do, where that is known."""
    targets: tuple[Target, ...]
    """The targets that say so, lowest version first; never empty."""
    source_line: str | None = None
    """The text of ``line``, without its line ending and not neutralised: whoever prints it does that."""


class Summary(Record):
    """The counts of one run."""

    checked: int
    broken: int
    undecided: int
    warnings: int
    skipped: int
    cached: int
    seconds: float


class Result(Record):
    """All that a run found; what every report is rendered from."""

    targets: tuple[Target, ...]
    summary: Summary
    diagnostics: tuple[Diagnostic, ...]
    """Ordered by path, line and column."""
    notes: tuple[str, ...] = ()
    """What else happened, and changes no verdict: one line each, for whoever wants to know more."""

    @property
    def ok(self) -> bool:
        """Whether the gate opens: no finding is an error."""
        return all(diagnostic.severity != "error" for diagnostic in self.diagnostics)
