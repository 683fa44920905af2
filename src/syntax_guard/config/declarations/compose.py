"""Which Dockerfile a compose file builds for a folder (the Compose specification, ``build``)."""

from __future__ import annotations

import posixpath

from .declaration import Build, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_INLINE = "dockerfile_inline"


def builds(content: bytes, path: str) -> tuple[Build, ...]:
    """What the compose file at `path` builds. Raises `DeclarationError` for what is no YAML, or holds a Dockerfile."""
    if b"build" not in content:
        return ()
    from ..documents import Budget, Unreadable, read_yaml

    try:
        document = next(iter(read_yaml(content.decode("utf-8-sig", "replace"), path, Budget())), None)
    except Unreadable as error:
        raise DeclarationError(error.message) from None
    services = document.get("services") if isinstance(document, dict) else None
    said = dict(_built(services))
    found = tuple(filter(None, (build(one, posixpath.dirname(path)) for one in said.values())))
    inline = next((name for name, one in said.items() if isinstance(one, dict) and _INLINE in one), None)
    if inline is not None:
        raise DeclarationError(f"{_INLINE} of the service {inline[:100]!r} is not read", builds=found)
    return found


def _built(services: object) -> Iterator[tuple[str, object]]:
    """The services that say what builds them, with what they say."""
    for name, one in services.items() if isinstance(services, dict) else ():
        if isinstance(one, dict):
            yield str(name), one.get("build")


def build(said: object, folder: str) -> Build | None:
    """What ``build`` of a service in `folder` says, or None where that is not one file of the repository."""
    table = {"context": said} if isinstance(said, str) else said
    if not isinstance(table, dict) or _INLINE in table:
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
