"""Which Dockerfile a compose file builds for a folder (the Compose specification, ``build``)."""

from __future__ import annotations

import posixpath

from .declaration import Build, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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
    found = tuple(filter(None, (build(one, path) for one in said.values())))
    inline = next((name for name, one in said.items() if isinstance(one, dict) and _INLINE in one), None)
    if inline is not None:
        raise DeclarationError(f"{_INLINE} of the service {inline[:100]!r} is not read", builds=found)
    return found


def _built(services: object) -> Iterator[tuple[str, object]]:
    """The services that say what builds them, with what they say."""
    for name, one in services.items() if isinstance(services, dict) else ():
        if isinstance(one, dict):
            yield str(name), one.get("build")


def build(said: object, path: str) -> Build | None:
    """What ``build`` of a service says, in the compose file at `path`; None where that is not one file of the
    repository."""
    table = {"context": said} if isinstance(said, str) else said
    if not isinstance(table, dict) or _INLINE in table:
        return None
    context, dockerfile = table.get("context", "."), table.get("dockerfile", "Dockerfile")
    if not isinstance(context, str) or not isinstance(dockerfile, str) or "$" in context + dockerfile or ":" in context:
        return None
    below = posixpath.normpath(posixpath.join(posixpath.dirname(path), context))
    file = posixpath.normpath(posixpath.join(below, dockerfile))
    if below.startswith("..") or file.startswith("..") or posixpath.isabs(below) or posixpath.isabs(file):
        return None
    stage = table.get("target")
    places = getattr(table, "places", {})
    place = places.get("args") or places.get("target")
    return Build(
        "" if below == "." else below, file, stage if isinstance(stage, str) else None,
        tuple(_arguments(table.get("args"))), path, place.line if place else None,
    )  # fmt: skip


def _arguments(said: object) -> Iterator[tuple[str, str]]:
    """Names and values of ``args``, a mapping or a list; what has none there has that of the environment."""
    pairs = said.items() if isinstance(said, dict) else map(_pair, said) if isinstance(said, list) else ()
    for name, value in pairs:
        yield name, value if isinstance(value, str) else f"${{{name}}}"


def _pair(item: object) -> tuple[str, str | None]:
    name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
    return name, value if equals else None
