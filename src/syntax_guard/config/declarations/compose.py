"""Which Dockerfile a compose file builds for a folder (the Compose specification, ``build``)."""

from __future__ import annotations

import posixpath
import re

from .declaration import Argument, Build, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_INLINE = "dockerfile_inline"
_VARIABLE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)(?:(:?)([-+?])([^}]*))?\})")
_LONGEST, _DEEPEST = 1000, 8
"""Characters of the longest value that is looked at, and defaults within defaults."""


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
    if not isinstance(context, str) or not isinstance(dockerfile, str):
        return None
    stage = table.get("target")
    places = getattr(table, "places", {})
    place = places.get("target")
    made = Build(
        context, dockerfile, stage if isinstance(stage, str) else None,
        tuple(_arguments(table.get("args"))), path, place.line if place else None,
    )  # fmt: skip
    return made if is_open(made) else _placed(made)


def is_open(build: Build) -> bool:
    """Whether a variable decides which file a `build` is made from: its paths are still as they are written."""
    return "$" in build.context + build.dockerfile


def _placed(build: Build) -> Build | None:
    """`build` with its paths relative to the top; None where they are not in the repository."""
    below = posixpath.normpath(posixpath.join(posixpath.dirname(build.path), build.context))
    file = posixpath.normpath(posixpath.join(below, build.dockerfile))
    if ":" in build.context or below.startswith("..") or file.startswith(("..", "/")):
        return None
    return None if posixpath.isabs(below) else build.evolve(context="" if below == "." else below, dockerfile=file)


def interpolated(build: Build, env: bytes) -> Build | None:
    """`build` with the variables of its values put in, as far as `env`, the ``.env`` beside the compose file, or a
    default says what they are. What only the environment knows keeps its ``$`` (Compose file reference,
    "Interpolation"). None where it turns out to be no file of the repository."""
    values = dict(_env(env.decode("utf-8", "replace")))
    made = build.evolve(
        context=_interpolated(build.context, values),
        dockerfile=_interpolated(build.dockerfile, values),
        stage=build.stage and _interpolated(build.stage, values),
        arguments=tuple(one.evolve(value=_interpolated(one.value, values)) for one in build.arguments),
    )
    return _placed(made) if is_open(build) and not is_open(made) else made


def _interpolated(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        known, colon, how, word = values.get(match[1] or match[2] or ""), match[3], match[4], match[5]
        is_set = known is not None and bool(known or not colon)
        if how == "+":
            return word if is_set else match[0] if known is None else ""
        if how == "-" and not is_set:
            return word
        return match[0] if known is None or (how and not is_set) else known

    for _ in range(_DEEPEST):
        before, text = text, _VARIABLE.sub(value, text[:_LONGEST])[:_LONGEST]
        if text == before:
            break
    return text


def _env(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of a ``.env``."""
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        value = value.strip()
        quoted = value.startswith(("'", '"'))
        value = value[1:].partition(value[0])[0] if quoted else value.partition(" #")[0].rstrip()
        if equals and not name.startswith("#"):
            yield name.strip(), value


def _arguments(said: object) -> Iterator[Argument]:
    """Those of ``args``, a mapping or a list; what has no value there has that of the environment."""
    pairs = said.items() if isinstance(said, dict) else map(_pair, said) if isinstance(said, list) else ()
    places = getattr(said, "places", ())
    lines = places.values() if isinstance(places, dict) else places
    for (name, value), place in zip(pairs, lines, strict=True):
        yield Argument(name, value if isinstance(value, str) else f"${{{name}}}", place.line)


def _pair(item: object) -> tuple[str, str | None]:
    name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
    return name, value if equals else None
