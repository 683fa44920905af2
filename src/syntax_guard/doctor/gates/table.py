"""The table of gates: each is a module beside this one, with a promise. A new gate is a file here and a name below."""

from . import commit, health, merge, push, python, ship, start, tree

_ORDER = (commit, merge, push, tree, ship, start, health, python)  # of reports
GATES = {gate.__name__.rpartition(".")[2]: gate for gate in _ORDER}
