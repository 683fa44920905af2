"""Configuration as plain values that remember where they stand.

Every scalar stays the text that was written: ``on``, ``no`` and ``3.10`` are no booleans and no numbers here, which is
what the readers of compose and CI files mean by them. Nothing is constructed from tags.
"""

from __future__ import annotations

import re
import sys
from typing import Any, TypeAlias

from .finding import Place

Value: TypeAlias = "Mapping | Sequence | str | None"


class Unreadable(Exception):  # noqa: N818 - it is a finding, not a failure of doctor
    """A file of the repository cannot be parsed; ``place`` says where."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class Sequence(list[Value]):
    """A sequence whose items know their places."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def add(self, value: Value, place: Place) -> None:
        """Put ``value`` at the end."""
        self.append(value)
        self.places.append(place)


class Mapping(dict[str, Value]):
    """A mapping whose keys know their places."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

    def section(self, key: str) -> Mapping:
        """The mapping under ``key``; an empty one where there is none."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else Mapping(self.place_of(key))

    def text(self, key: str) -> str | None:
        """The scalar under ``key``, or None."""
        value = self.get(key)
        return value if isinstance(value, str) else None

    def items_of(self, key: str) -> Sequence:
        """The sequence under ``key``; a single value counts as a sequence of one, nothing as an empty one."""
        value = self.get(key)
        if isinstance(value, Sequence):
            return value
        items = Sequence()
        if value is not None:
            items.add(value, self.place_of(key))
        return items

    def place_of(self, key: str) -> Place:
        """Where ``key`` stands, or the mapping itself where the key is not there."""
        return self.places.get(key, self.place)

    def overlaid(self, other: Mapping) -> Mapping:
        """This mapping with ``other``'s keys over it, mapping by mapping, as compose merges its files."""
        merged = Mapping(other.place)
        for source in (self, other):
            for key, value in source.items():
                below = merged.get(key)
                merged[key] = (
                    below.overlaid(value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
                )
                merged.places[key] = source.places[key]
        return merged


def read_toml(text: str, path: str) -> dict[str, Any]:
    """A TOML file. Raises Unreadable where it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        message = str(error)[: at.start()] if at else str(error)
        raise Unreadable(Place(path, int(at[1]) if at and at[1] else None), f"not TOML: {message}") from None
    except RecursionError:
        raise Unreadable(Place(path), "nested too deeply to be read") from None
