"""Which Dockerfile a compose file builds for a folder (the Compose specification, ``build``)."""

from __future__ import annotations

import posixpath

from ...model import Record
from .declaration import DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_LIMIT = 256 * 1024
"""Bytes of the largest file that is looked at."""


class Build(Record):
    """One service that is built here."""

    context: str
    """The folder that is built, relative to the top of the repository, ``""`` for the top itself."""
    dockerfile: str
    """Likewise, the file."""
    stage: str | None
    """``target``: the stage that is built; None for the last."""


def builds(content: bytes, path: str) -> tuple[Build, ...]:
    """What the compose file at `path` builds. Raises `DeclarationError` for what is no YAML."""
    if len(content) > _LIMIT or b"build" not in content:
        return ()
    from ..documents import Budget, Unreadable, read_yaml

    try:
        document = next(iter(read_yaml(content.decode("utf-8-sig", "replace"), path, Budget())), None)
    except Unreadable as error:
        raise DeclarationError(error.message) from None
    services = document.get("services") if isinstance(document, dict) else None
    found = [build(one.get("build"), posixpath.dirname(path)) for one in _mappings(services)]
    return tuple(one for one in found if one is not None)


def _mappings(services: object) -> Iterator[dict[str, object]]:
    for one in services.values() if isinstance(services, dict) else ():
        if isinstance(one, dict):
            yield one


def build(said: object, folder: str) -> Build | None:
    """What ``build`` of a service in `folder` says, or None where that is not one file of the repository."""
    table = {"context": said} if isinstance(said, str) else said
    if not isinstance(table, dict) or "dockerfile_inline" in table:
        return None
    context, dockerfile = table.get("context", "."), table.get("dockerfile", "Dockerfile")
    if not isinstance(context, str) or not isinstance(dockerfile, str) or "$" in context + dockerfile or ":" in context:
        return None
    below = posixpath.normpath(posixpath.join(folder, context))
    file = posixpath.normpath(posixpath.join(below, dockerfile))
    if below.startswith("..") or file.startswith("..") or posixpath.isabs(below) or posixpath.isabs(file):
        return None
    stage = table.get("target")
    return Build("" if below == "." else below, file, stage if isinstance(stage, str) else None)
