"""What a person should know of declarations that do not count, and what counts instead."""

from __future__ import annotations

import posixpath

from ..config.projects import ENV_FILE
from ..config.remembered import DECLARATION_LIMIT
from ..config.settings import BASELINE, COMPOSED, DECLARING, FILE, LAID_OVER, MISE_LOCAL, OF_A_FILE, folders_of
from ..errors import SettingsError
from ..model import this_interpreter
from ..sources.work_tree import WorkTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..config.declarations.declaration import Kind
    from ..config.projects import Projects


def notes(projects: Projects, *, are_asked: bool) -> Iterator[tuple[str, str | None]]:
    """Say what does not count in a tree.

    Args:
        projects: The projects of the tree.
        are_asked: Whether declarations say which Pythons are asked.

    Yields:
        A note, and the folder whose Pythons it is about, if it is about any.
    """
    for note in _growing(projects.notes):
        yield note, projects.notes[note]
    untracked: dict[str, str | None] = getattr(projects.tree, "untracked", {})
    for path in _growing(untracked):
        known = untracked[path]
        said = untracked[path] = _said(projects, path, are_asked=are_asked) if known is None else known
        if said:
            yield f"{said} ignored until git tracks it (git add {projects.tree.called(path)})", _about(path)
    for path in _growing(getattr(projects.tree, "outside", {})):
        yield f"{projects.tree.called(path)} is ignored: it is a link out of the repository", _about(path)
    unreadable: dict[str, str] = getattr(projects.tree, "unreadable", {})
    for path in _growing(unreadable):
        yield f"{projects.tree.called(path)} is ignored: {unreadable[path]}", _about(path)


def _growing(found: Mapping[str, object]) -> Iterator[str]:
    """What is `found`, also what is added meanwhile: to ask what counts instead of one declaration may find another."""
    done: set[str] = set()
    while more := [name for name in found if name not in done]:
        yield from more
        done.update(more)


def _said(projects: Projects, path: str, *, are_asked: bool) -> str:
    """What the untracked file at `path` would say, with the verb; nothing where that is not for git to track.

    Settings of the run, such as ``jobs``, count also from a file that git does not track: they change no verdict.
    """
    name = projects.tree.called(path)
    if posixpath.basename(path) in (MISE_LOCAL, ENV_FILE, *LAID_OVER):
        return ""
    if posixpath.basename(path) not in (FILE, BASELINE, *COMPOSED) and not (
        are_asked and _would_decide(projects, path, "pin")
    ):
        return ""
    content = WorkTree(projects.name, None).start(path, DECLARATION_LIMIT)
    if posixpath.basename(path) != FILE or content is None:
        return f"{name} is"
    from ..config.declaring_files import read

    try:
        facts = read(content, path)
    except SettingsError:
        return f"{name} is"
    if facts.note:
        return f"{name} is"
    settings = (field.replace("_", "-") for field in facts.table if field in OF_A_FILE and field != "target_version")
    declared = facts.declarations if are_asked else ()
    said = [*(one.shown for one in declared if _would_decide(projects, path, one.kind)), *settings]
    return f"{' and '.join(said)} in {name} {'is' if len(said) == 1 else 'are'}" if said else ""


def _would_decide(projects: Projects, path: str, kind: Kind) -> bool:
    """Whether a declaration of this `kind`, in the file at `path`, would come before what counts in a folder of it."""
    return any(_would_decide_in(folder, projects, path, kind) for folder in folders_of(path))


def _would_decide_in(folder: str, projects: Projects, path: str, kind: Kind) -> bool:
    counts = projects.of(folder).declaration
    if counts is None or kind == "target-version":
        return True
    if counts.kind == "target-version":
        return False
    order = [posixpath.join(folder, name) for name in DECLARING]
    return not (path in order and counts.path in order[: order.index(path)])


def _about(path: str) -> str | None:
    return None if posixpath.basename(path) == BASELINE else folders_of(path)[0]


def instead(projects: Projects, folder: str) -> str:
    """What decides in a folder where a declaration does not count.

    Args:
        projects: The projects of the tree.
        folder: The folder, relative to the top of the tree.

    Returns:
        The declaration that counts, or this interpreter.
    """
    counts = projects.of(folder).declaration
    return f"{counts.shown} in {counts.place} counts" if counts else f"{this_interpreter().name} is asked"
