"""What a person should know of declarations that do not count, and what counts instead."""

from __future__ import annotations

import os
import posixpath

from ..config.projects import ENV_FILE
from ..config.settings import BASELINE, MISE_LOCAL, folder_of
from ..model import this_interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config.projects import Projects


def notes(projects: Projects) -> Iterator[tuple[str, str | None]]:
    """Say what does not count in a tree.

    Args:
        projects: The projects of the tree.

    Yields:
        A note, and the folder whose Pythons it is about, if it is about any.
    """
    yield from projects.notes.items()
    for path in getattr(projects.tree, "untracked", ()):
        name = projects.tree.called(path)
        if os.path.isabs(path):
            yield f"{path} is ignored: a link leads there, out of the repository", None
        elif posixpath.basename(path) not in (MISE_LOCAL, ENV_FILE):  # they are not to be committed
            yield f"{name} is ignored until git tracks it (git add {name})", _about(path)
    for path in getattr(projects.tree, "outside", ()):
        yield f"{projects.tree.called(path)} is ignored: it is a link out of the repository", _about(path)


def _about(path: str) -> str | None:
    return None if posixpath.basename(path) == BASELINE else folder_of(path)


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
