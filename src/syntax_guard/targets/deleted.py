"""Declarations that are deleted in the work tree and not staged: what is committed next still asks what they say."""

from __future__ import annotations

import os

from ..config.projects import Projects
from ..config.settings import folders_of
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
            concerning = [path for path in paths if _concerns(os.path.join(projects.name, folders_of(path)[0]), real)]
            yield from _notes(projects, store, concerning)


def _concerns(folder: str, asked: Iterable[str]) -> bool:
    """Whether a declaration for `folder` would speak for something at or below the paths that are `asked`."""
    inside = os.path.join(os.path.realpath(folder), "")
    return any(one.startswith(inside) or inside.startswith(os.path.join(one, "")) for one in asked)


def _notes(projects: Projects, store: Store, paths: Sequence[str]) -> Iterator[str]:
    if not paths:
        return
    from .notes import instead

    for path, still in _still(projects, store, paths).items():
        counts = instead(projects, folders_of(path)[0])
        name = projects.tree.called(path)
        yield f"{name} is deleted here and not staged, so {counts}; `check --staged` and CI {still} (git rm {name})"


def _still(projects: Projects, store: Store, paths: Sequence[str]) -> dict[str, str]:
    """What the gates of the index do with those of the declarations at `paths` that make a difference there."""
    from ..sources.staged import StagedTree
    from ..sources.staged_index import Index
    from ..sources.staged_links import StagedLinks

    found = dict.fromkeys(paths, "still use it")
    try:
        with Index(projects.name) as index:
            staged = Projects(StagedTree(index, projects.name, StagedLinks(projects.name, index.file)), store, unusable)
            for path in paths:
                try:
                    both = [(staged.of(folder), projects.of(folder)) for folder in folders_of(path)]
                except (GitError, SettingsError):  # that is for the gate of the index to say
                    continue
                counts = [there.declaration for there, here in both if there != here]
                if not counts:
                    del found[path]
                for one in counts:
                    if one and one.path == path:
                        found[path] = f"still ask {one.shown}"
    except GitError:  # no git is here to be asked: a check of files needs none
        pass
    return found
