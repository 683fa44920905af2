"""Declarations that are deleted in the work tree and not staged: what is committed next still asks what they say."""

from __future__ import annotations

import os

from ..config.projects import Projects
from ..config.settings import folder_of
from ..errors import GitError, SettingsError
from ..sources.selection import slashed
from ..sources.work_tree import WorkTree
from .declared import unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..storage.store import Store


def deleted_declarations(each: Iterable[Projects], store: Store, asked: Sequence[str]) -> Iterator[str]:
    """Say what is deleted and still counts elsewhere.

    Args:
        each: The projects of some trees on disk.
        store: What is remembered of declarations.
        asked: The files and folders of the run. Declarations above and below them are named.

    Yields:
        A note.
    """
    for projects in each:
        paths = projects.tree.deleted() if isinstance(projects.tree, WorkTree) else []
        if paths:
            real = [os.path.realpath(slashed(path)) for path in asked]
            concerning = [path for path in paths if _concerns(os.path.join(projects.name, folder_of(path)), real)]
            yield from _notes(projects, store, concerning)


def _concerns(folder: str, asked: Iterable[str]) -> bool:
    """Whether a declaration for `folder` would speak for something at or below the paths that are `asked`."""
    inside = os.path.join(os.path.realpath(folder), "")
    return any(one.startswith(inside) or inside.startswith(os.path.join(one, "")) for one in asked)


def _notes(projects: Projects, store: Store, paths: Sequence[str]) -> Iterator[str]:
    if not paths:
        return
    from ..sources.staged import StagedTree
    from ..sources.staged_index import Index
    from ..sources.staged_links import StagedLinks
    from .notes import instead

    with Index(projects.name) as index:
        tree = StagedTree(index, projects.name, StagedLinks(projects.name, index.file))
        staged = Projects(tree, store, unusable)
        for path in paths:
            folder = folder_of(path)
            still = "still use it"
            try:
                there, here = staged.of(folder), projects.of(folder)
                if there == here:
                    continue
                if there.declaration and there.declaration.path == path:
                    still = f"still ask {there.declaration.shown}"
            except (GitError, SettingsError):  # that is for the gate of the index to say
                pass
            counts = instead(projects, folder)
            name = projects.tree.called(path)
            yield f"{name} is deleted here and not staged, so {counts}; `check --staged` and CI {still} (git rm {name})"
