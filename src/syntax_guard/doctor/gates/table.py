"""The table of gates: each is a module beside this one, with a promise. A new gate is a file here and a row."""

from . import commit, health, merge, push, python, ship, start, tree

GATES = {
    "commit": commit,
    "merge": merge,
    "push": push,
    "tree": tree,
    "ship": ship,
    "start": start,
    "health": health,
    "python": python,
}  # every gate in the order of reports
