"""What one file of a project says, and the rows that a store keeps of it."""

from __future__ import annotations

from ..model import Record, label
from ..storage.records import join, split
from .declarations.declaration import Declaration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .declarations.build import Build


class FileFacts(Record):
    """What one file says."""

    table: dict[str, Any]
    """Our own settings, by field name."""
    declarations: tuple[Declaration, ...] = ()
    """In the order in which they count."""
    builds: tuple[Build, ...] = ()
    """What a compose file builds."""
    note: str | None = None
    """Why the file is not what its name says."""


def rows(facts: FileFacts) -> list[str]:
    """`facts` as rows that a store keeps."""
    from .pyproject import encoded

    kept = [join(["setting", row]) for row in encoded(facts.table)]
    kept += [join(["declaration", *fields_of(one)]) for one in facts.declarations]
    for build in facts.builds:
        said = (build.context, build.dockerfile, build.stage or "", build.path, str(build.line or ""))
        arguments = (word for one in build.arguments for word in (one.name, one.value, str(one.line or "")))
        kept.append(join(["build", *said, *arguments]))
    return [*kept, join(["note", facts.note])] if facts.note else kept


def unpacked(kept: Sequence[str]) -> FileFacts:
    """The facts that became the rows `kept`."""
    settings: list[str] = []
    declarations: list[Declaration] = []
    builds: list[Build] = []
    note = None
    for row in kept:
        what, *fields = split(row)
        if what == "setting":
            settings.append(fields[0])
        elif what == "declaration":
            declarations.append(declaration_of(fields))
        elif what == "build":
            from .declarations.build import Argument, Build

            context, dockerfile, stage, path, line, *words = fields
            each = zip(words[::3], words[1::3], words[2::3], strict=True)
            arguments = tuple(Argument(name, value, int(at) if at else None) for name, value, at in each)
            builds.append(Build(context, dockerfile, stage or None, arguments, path, int(line) if line else None))
        else:
            note = fields[0]
    return FileFacts(_table(settings), tuple(declarations), tuple(builds), note)


def fields_of(declaration: Declaration) -> list[str]:
    """The texts that a `declaration` without a name of its own is kept as."""
    line = "" if declaration.line is None else str(declaration.line)
    lowest = label(declaration.lowest) if declaration.lowest else ""
    return [declaration.kind, declaration.shown, declaration.path, line, lowest, *declaration.says]


def declaration_of(fields: Sequence[str]) -> Declaration:
    """The declaration that became the texts `fields`."""
    kind, shown, path, line, written, *says = fields
    major, _, minor = written.partition(".")
    lowest = (int(major), int(minor)) if written else None
    return Declaration(kind, tuple(says), shown, path, int(line) if line else None, lowest)  # type: ignore[arg-type]


def _table(settings: Sequence[str]) -> dict[str, Any]:
    if not settings:
        return {}
    from .pyproject import decoded

    return decoded(settings)
