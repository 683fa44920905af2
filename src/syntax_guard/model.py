"""The values that flow through every package: frozen, and importing nothing of ours.

Lines and columns start at 1, columns count Unicode characters, and ``None`` stands where CPython gives none.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # type checkers take it for typing's, whose import alone doubles the start of a hook
if TYPE_CHECKING:
    import os
    from typing import Any, Literal, TypeAlias

    from typing_extensions import Self, dataclass_transform

    Version: TypeAlias = "tuple[int, int]"
    Outcome: TypeAlias = Literal["valid", "broken", "undecided"]
    Severity: TypeAlias = Literal["error", "warning"]
    Stamp: TypeAlias = "tuple[int, ...]"
else:

    def dataclass_transform(**_):  # noqa: ANN003, ANN201 - its type is the one above
        """Leave a class as it is."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """Base of frozen values with fields taken from the annotations of the subclass.

    Stands in for a frozen dataclass: to import ``dataclasses`` takes longer than to start Python, at each commit.
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

    def evolve(self, **changed: Any) -> Self:
        """The value in which the fields named in `changed` are others."""
        return type(self)(**{**self.__dict__, **changed})

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


def display_name(path: str, member: str | None = None, cell: int | None = None) -> str:
    """The name that people read for a source: that of its `path`, its `member` there, and its `cell`.

    ``app/main.py``, ``x.whl/pkg/mod.py``, ``report.ipynb:cell 3``. No code looks anything up by it or takes it apart.
    """
    name = path if member is None else f"{path}/{member}"
    return name if cell is None else f"{name}:cell {cell}"


def stamp_of(status: os.stat_result) -> Stamp:
    """What the `status` of a file says of it, so that a later look can tell whether it is still the same file.

    Size, times of the last write and change in ns, numbers of file and device. One changes when a file is edited or
    replaced, or gets other rights, or a folder another entry. A limit: ``mmap`` writes to a dirty page at no new time.
    """
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


UNKNOWN: Stamp = (0, 0, 0, 0, 0)
"""The stamp that no file has."""


class Source(Record):
    """Bytes, and where they come from. `path`, `member` and `cell` are its identity; `name` is for people."""

    path: str
    """A path as it was given or found, a path in the git index, or ``<stdin>``."""
    data: bytes
    stamp: Stamp | None = None
    """That of the file object that was read, before it was read; None where the bytes are of no file."""
    member: str | None = None
    """The path within the archive at `path`; None where `path` is no archive."""
    cell: int | None = None
    """The number of the code cell, from 1, in a notebook; None for other sources."""

    @property
    def name(self) -> str:
        """The source as people read it; see ``display_name``."""
        return display_name(self.path, self.member, self.cell)


def label(version: Version) -> str:
    """``3.11``, as people write the `version`."""
    return f"{version[0]}.{version[1]}"


def interpreter_name(implementation: str, version: str) -> str:
    """``CPython 3.11.7``, as messages say it: the `implementation` and `version` that ``sys`` has."""
    names = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    return f"{names.get(implementation, implementation)} {version.split()[0]}"


class Interpreter(Record):
    """A Python that can be asked."""

    version: Version
    name: str
    """Implementation and full version, as every message shows it: ``CPython 3.11.7``."""
    python: str | None = None
    """Path of the executable, or None for the interpreter of this process."""


def this_interpreter() -> Interpreter:
    """The Python of this process."""
    return Interpreter(sys.version_info[:2], interpreter_name(sys.implementation.name, sys.version))


class Target(Record):
    """A Python version whose verdict is asked for, and the interpreter that answers for it."""

    version: Version
    interpreter: Interpreter
    exact: bool
    """True: a CPython of this very version answers. False: another one does, with the rules of ``grammar``."""
    why: str
    """Why this version is asked for: ``this interpreter``, ``requires-python``, ``--target-version`` …"""
    note: str | None = None
    """Why the answer is approximate: ``no python3.9 found here``; None for an exact one."""
    declared: str | None = None
    """The declaration that asks, and its place: ``FROM python:3.11-slim (app/Dockerfile:3)``; None where none does."""

    @property
    def label(self) -> str:
        """The version as people write it: ``3.11``."""
        return label(self.version)


class Problem(Record):
    """One thing that an interpreter says of a source, in its own words."""

    kind: str
    """Name of the exception or warning class; or why there is none: ``Crashed``, ``TimedOut``, ``Unreadable``, …"""
    message: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    since: Version | None = None
    """The first Python that accepts this, where a rule of ``grammar`` says so."""
    hint: str | None = None
    """What to do, where that is known before the source is looked at."""


class Verdict(Record):
    """What a target says of a source. Only ``valid`` is green."""

    outcome: Outcome
    error: Problem | None = None
    warnings: tuple[Problem, ...] = ()


VALID = Verdict("valid")
"""That of a source without a finding."""


class Diagnostic(Record):
    """One finding, as every report shows it. `member` and `cell` are as in `Source`."""

    path: str
    """The file that a reader opens: of a cell the notebook, of a member the archive."""
    line: int | None
    """In the file, or in the member or cell where there is one."""
    column: int | None
    end_line: int | None
    end_column: int | None
    severity: Severity
    code: str
    """One of ``findings.codes.CODES``, such as ``syntax-error``."""
    message: str
    """The interpreter's own words."""
    hint: str | None
    """One line that says what to do, where that is known."""
    targets: tuple[Target, ...]
    """The targets that say so, lowest version first; never empty."""
    source_line: str | None = None
    """The text of ``line``, without its line ending and not neutralised: the code that prints it does that."""
    member: str | None = None
    cell: int | None = None
    distribution: str | None = None
    """Name and version of the distribution that the file belongs to, where one was asked about: ``numpy 1.26.4``."""
    commit: str | None = None
    """The full name of the commit that holds this, where commits were asked about."""
    untracked: bool = False
    """Whether a search found the file in a work tree of git, which does not track it."""
    exception: str | None = None
    """Name of the exception class that the compiler raised, such as ``IndentationError``; None for other findings."""
    around: tuple[tuple[int, str], ...] = ()
    """Lines before and after `line` with their numbers, as far as a reader wants to see them."""
    further: tuple[int, ...] = ()
    """Other lines of the source that are certainly broken as well, in order."""

    @property
    def name(self) -> str:
        """What the finding is of, as people read it; see ``display_name``."""
        return display_name(self.path, self.member, self.cell)


class Entry(Record):
    """What is broken, as a baseline holds it: such findings of the source are let pass. See `Source` for its place."""

    path: str
    """In a baseline relative to its folder, else as it was found."""
    kind: str
    """A class of codes; see ``config.baseline.CLASSES``."""
    targets: tuple[str, ...] | None = None
    """The versions that refuse the source, such as ``3.9``; None: each that is asked."""
    member: str | None = None
    cell: int | None = None

    @property
    def name(self) -> str:
        """The source as people read it; see ``display_name``."""
        return display_name(self.path, self.member, self.cell)

    def names(self, label: str) -> bool:
        """Whether the target `label` is one of its targets."""
        return self.targets is None or label in self.targets


class Stale(Record):
    """An entry of a baseline, or some of its targets, that a run did not need."""

    folder: str
    """That of the baseline, from the top of its tree."""
    entry: Entry
    """With those targets that are no longer needed."""
    gone: bool = False

    @property
    def message(self) -> str:
        """What to say of it, in a few words that follow the name of the source."""
        if self.gone:
            return "the baseline names it, and it is gone"
        of = "" if self.entry.targets is None else f" on {', '.join(self.entry.targets)}"
        return f"the baseline names it, and it is no longer broken{of}"


class Skipped(Record):
    """Something that looks like Python, or may hold it, and is left out by a rule that has a name."""

    path: str
    """That of a folder ends in a slash, and stands for all that is in it."""
    reason: str
    """The rule's code, such as ``excluded`` (see ``findings.codes.SKIPPED``)."""


class Summary(Record):
    """The counts of one run."""

    checked: int
    broken: int
    undecided: int
    warnings: int
    skipped: int
    cached: int
    seconds: float
    cells: int = 0
    """Cells of the notebooks among the files that were checked; a notebook counts as one file."""
    baseline: int = 0
    expected: int = 0
    """Files that are broken as the baseline, or the settings, say. They are none of those that count as broken."""


class Result(Record):
    """All that a run found; what every report is rendered from."""

    targets: tuple[Target, ...]
    summary: Summary
    diagnostics: tuple[Diagnostic, ...]
    """Ordered by path, member, cell, line and column."""
    skipped: tuple[Skipped, ...] = ()
    """What was left out, by path."""
    notes: tuple[str, ...] = ()
    """What else happened, and changes no verdict: one line each, for a reader who wants to know more."""
    notices: tuple[str, ...] = ()
    """What a reader should know although it changes no verdict, one line each."""
    stale: tuple[Stale, ...] = ()
    """Entries of baselines that were looked at and not needed."""
    entries: tuple[Entry, ...] = ()
    """What is broken, by source and class, whether or not a baseline lets it pass."""
    root: str | None = None
    """The folder that paths are relative to, where that is not the current one; empty where it is no folder on disk."""

    @property
    def ok(self) -> bool:
        """Whether the gate opens: no finding is an error."""
        return all(diagnostic.severity != "error" for diagnostic in self.diagnostics)
