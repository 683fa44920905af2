"""Reading YAML with PyYAML, which the extra ``doctor`` brings: imported late, by those who need it.

Nodes are converted here rather than by PyYAML's constructors: scalars stay text, keys keep their lines, no tag
constructs anything, and neither aliases nor merge keys can multiply. The loader is the one in Python: libyaml's
``CSafeLoader`` runs the C stack over, and the process down, on a file that is nested deeply enough.
"""

from __future__ import annotations

import yaml

from .documents import Mapping, Sequence, Unreadable, Value
from .finding import Place


def read_yaml(text: str, path: str) -> list[Value]:
    """The documents of a YAML file.

    Raises Unreadable where it is none.
    """
    try:
        documents = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        return [_Conversion(path).value(node) for node in documents]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Unreadable(Place(path, line), f"not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise Unreadable(Place(path), f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise Unreadable(Place(path), "nested too deeply to be read") from None


class _Conversion:
    """Nodes to values. Each node is converted once, so that aliases cost nothing however often they are used."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.done: dict[int, Value] = {}

    def value(self, node: yaml.Node | None) -> Value:
        if node is None:
            return None
        if id(node) not in self.done:
            if isinstance(node, yaml.MappingNode):
                self._mapping(node)
            elif isinstance(node, yaml.SequenceNode):
                items = Sequence()
                self.done[id(node)] = items  # before its items: an alias may point back here
                for item in node.value:
                    items.add(self.value(item), Place(self.path, item.start_mark.line + 1))
            else:
                null = node.tag == "tag:yaml.org,2002:null"
                self.done[id(node)] = None if null else node.value
        return self.done[id(node)]

    def _mapping(self, node: yaml.MappingNode) -> None:
        mapping = Mapping(Place(self.path, node.start_mark.line + 1))
        self.done[id(node)] = mapping
        merges: list[Value] = []
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged = self.value(value_node)
                merges += merged if isinstance(merged, Sequence) else [merged]
            elif isinstance(key_node, yaml.ScalarNode):
                mapping[key_node.value] = self.value(value_node)
                mapping.places[key_node.value] = Place(self.path, key_node.start_mark.line + 1)
        for merged in merges:
            if isinstance(merged, Mapping):
                for key, value in merged.items():
                    if key not in mapping:
                        mapping[key] = value
                        mapping.places[key] = merged.places[key]
