"""Which Dockerfile a compose file builds for a folder (the Compose specification, ``build``)."""

from __future__ import annotations

import posixpath
from itertools import chain

from ...regex import regex
from .build import Argument, Build
from .declaration import DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from re import Match

    from ..documents import Place

_INLINE = "dockerfile_inline"
_VARIABLE = regex(r"\$(?:\$|(\w+)|\{(\w+)(?:(:?)([-+?])([^}]*))?\})")
_LONGEST, _DEEPEST = 1000, 8
"""Characters of the longest value that is looked at, and defaults within defaults."""


def builds(content: bytes, path: str, under: bytes | None = None) -> tuple[Build, ...]:
    """What the compose file at `path` builds; with the content `under` of the file that it lies over, what it changes
    there. Raises `DeclarationError` for what is no YAML, or holds a Dockerfile."""
    if not any(word in content for word in (b"build", b"include", b"extends")):
        return ()
    documents = _read(content, path)
    try:
        below = _read(under or b"", "")
    except DeclarationError:  # it is said of that file itself; Docker builds nothing then
        return ()
    layers = [_services(one) for one in (*below, *documents)]
    said = {name: [_said(name, one) for one in layers] for one in layers[len(below) :] for name in one}
    own = {name: any(map(any, several[len(below) :])) for name, several in said.items()}
    made = (build(chain.from_iterable(said[name]), path) for name in said if own[name] or under is None)
    found = tuple(dict.fromkeys(filter(None, made)))
    unread = next((one for layer in layers[len(below) :] for one in _unread(layer)), None)
    if not unread and any(one.get("include") for one in documents):
        unread = "include"
    if unread:
        raise DeclarationError(f"{unread} is not read", builds=found)
    return found


def _read(content: bytes, path: str) -> list[Mapping[str, object]]:
    """The documents of a compose file: Docker lays each over the one before. Raises `DeclarationError`."""
    from ..documents import Budget, Unreadable, read_yaml

    try:
        documents = read_yaml(content.decode("utf-8-sig", "replace"), path, Budget())
    except Unreadable as error:
        raise DeclarationError(error.message) from None
    return [one for one in documents if isinstance(one, dict)]


def _services(document: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    return {str(name): one for name, one in _items(document.get("services")) if isinstance(one, dict)}


def _items(said: object) -> Iterable[tuple[object, object]]:
    return said.items() if isinstance(said, dict) else ()


def _said(name: str, services: Mapping[str, Mapping[str, object]], deepest: int = _DEEPEST) -> list[object]:
    """What the service `name` says of its ``build``, behind what the services say that it ``extends``."""
    one = services.get(name, {})
    base = one.get("extends")
    base = base.get("service") if isinstance(base, dict) and "file" not in base else base
    above = _said(base, services, deepest - 1) if isinstance(base, str) and deepest else []
    return [*above, one.get("build")]


def _unread(services: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """What services say that is not read here."""
    for name, one in services.items():
        for key, word in (("build", _INLINE), ("extends", "file")):
            table = one.get(key)
            if isinstance(table, dict) and word in table:
                yield f"{word if key == 'build' else key} of the service {name[:100]!r}"


def build(said: Iterable[object], path: str) -> Build | None:
    """What a service is built from, in the compose file at `path`: it says each ``build`` in `said`, the last one
    counts most. None where that is not one file of the repository."""
    tables = [{"context": one} if isinstance(one, str) else one for one in said if isinstance(one, str | dict)]
    table = {key: value for one in tables for key, value in _items(one)}
    if not tables or _INLINE in table:
        return None
    context, dockerfile = table.get("context", "."), table.get("dockerfile", "Dockerfile")
    if not isinstance(context, str) or not isinstance(dockerfile, str):
        return None
    stage = table.get("target")
    lines = [_line(getattr(one, "places", {})["target"], path) for one in tables if "target" in one]
    arguments = {each.name: each for one in tables for each in _arguments(one.get("args"), path)}
    made = Build(
        context, dockerfile, stage if isinstance(stage, str) else None,
        tuple(arguments.values()), path, lines[-1] if lines else None,
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
    def value(match: Match[str]) -> str:
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


def _line(place: Place, path: str) -> int | None:
    """The line of a `place` in the file at `path`; None for one in another file."""
    return place.line if place.path == path else None


def _arguments(said: object, path: str) -> Iterator[Argument]:
    """Those of ``args``, a mapping or a list; what has no value there has that of the environment."""
    pairs = said.items() if isinstance(said, dict) else map(_pair, said) if isinstance(said, list) else ()
    places = getattr(said, "places", ())
    lines = places.values() if isinstance(places, dict) else places
    for (name, value), place in zip(pairs, lines, strict=True):
        yield Argument(name, value if isinstance(value, str) else f"${{{name}}}", _line(place, path))


def _pair(item: object) -> tuple[str, str | None]:
    name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
    return name, value if equals else None
