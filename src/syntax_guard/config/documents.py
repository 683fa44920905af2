"""YAML, bounded, as plain values that remember where they stand: read with PyYAML, and within a budget.

Every scalar stays the text that was written: ``on``, ``no`` and ``3.10`` are no booleans and no numbers here. An alias
is the value of its anchor, and None inside of that anchor, so that nothing holds itself. No tag makes anything.
"""

from __future__ import annotations

from typing import TypeAlias

import yaml

from ..model import Record

Value: TypeAlias = "Mapping | Sequence | str | None"
_DEEPEST = 40


class Place(Record):
    """A line of a file; ``path`` is below the root, with slashes."""

    path: str
    line: int | None = None


class Unreadable(Exception):  # noqa: N818 - it is a note or a finding, and no failure
    """A file cannot be read for sure; ``place`` says where."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


class Budget:
    """How much YAML is still read: characters, nodes, and what merge keys copy."""

    def __init__(self) -> None:
        self.characters, self.nodes = 200_000, 12_000

    def spend(self, path: str, *, characters: int = 0, nodes: int = 0) -> None:
        """Take from the budget. Raises Unreadable where it is used up."""
        self.characters -= characters
        self.nodes -= nodes
        if min(self.characters, self.nodes) < 0:
            raise Unreadable(Place(path), "more YAML than is read")


class Sequence(list[Value]):
    """A sequence whose items know their places."""

    def __init__(self, items: list[Value], places: list[Place]) -> None:
        super().__init__(items)
        self.places = places


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

    def sections(self, key: str) -> list[Mapping]:
        """The mappings of the sequence under ``key``."""
        return [item for item in self.listed(key) if isinstance(item, Mapping)]

    def text(self, key: str) -> str | None:
        """The scalar under ``key``, or None."""
        value = self.get(key)
        return value if isinstance(value, str) else None

    def listed(self, key: str) -> Sequence:
        """The sequence under ``key``; a single value counts as a sequence of one, nothing as an empty one."""
        value = self.get(key)
        if isinstance(value, Sequence):
            return value
        return Sequence([], []) if value is None else Sequence([value], [self.place_of(key)])

    def words(self, key: str) -> tuple[str, ...]:
        """The scalars of the sequence under ``key``."""
        return tuple(item for item in self.listed(key) if isinstance(item, str))

    def place_of(self, key: str) -> Place:
        """Where ``key`` stands, or the mapping itself where the key is not there."""
        return self.places.get(key, self.place)


def read_yaml(text: str, path: str, budget: Budget) -> list[Value]:
    """The documents of a YAML file. Raises Unreadable where it is none, or more than ``budget`` allows."""
    budget.spend(path, characters=len(text))
    found: list[Value] = []
    try:
        loader = _Loader(text, path, budget)
        while loader.check_node():
            found.append(loader.value(loader.get_node()))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unreadable(Place(path, line), f"not valid YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # a code point, or a version of YAML, past every limit
        raise Unreadable(Place(path), f"not valid YAML: {(str(error).splitlines() or [''])[0][:200]}") from None
    return found


class _Loader(yaml.SafeLoader):
    """PyYAML's loader in Python, which stops at its limits. That of libyaml overflows the C stack."""

    def __init__(self, text: str, path: str, budget: Budget) -> None:
        super().__init__(text)
        self.path, self.budget, self.depth = path, budget, 0
        self.made: dict[yaml.Node, Value] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.budget.spend(self.path, nodes=1)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable(Place(self.path, self.line + 1), "nested too deeply to be read")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        """The scanner looks at every bracket that is open again for each token."""
        if self.flow_level > _DEEPEST:
            raise Unreadable(Place(self.path, self.line + 1), "nested too deeply to be read")
        super().fetch_flow_collection_start(token)

    def value(self, node: yaml.Node | None) -> Value:
        """The value of a node, made once."""
        if node is None or node in self.made:
            return self.made[node] if node else None
        self.made[node] = None
        if isinstance(node, yaml.MappingNode):
            self.made[node] = self._mapping(node)
        elif isinstance(node, yaml.SequenceNode):
            self.made[node] = Sequence([*map(self.value, node.value)], [*map(self._place, node.value)])
        elif not node.tag.endswith(":null"):
            self.made[node] = node.value
        return self.made[node]

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.path, (node.start_mark.line if node.start_mark else 0) + 1)

    def _mapping(self, node: yaml.MappingNode) -> Mapping:
        mapping = Mapping(self._place(node))
        merged: list[Value] = []
        for key, value in node.value:
            if key.value == "<<":
                made = self.value(value)
                merged += made if isinstance(made, Sequence) else [made]
            elif isinstance(key, yaml.ScalarNode):
                mapping[key.value], mapping.places[key.value] = self.value(value), self._place(key)
        for one in merged:
            if isinstance(one, Mapping):
                self.budget.spend(self.path, nodes=len(one))
                for name in one.keys() - mapping.keys():
                    mapping[name], mapping.places[name] = one[name], one.place_of(name)
        return mapping
