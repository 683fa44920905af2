"""Tests whose tables are multiplied: with the mark `grid`, the ordinary suite runs a part of the rows.

The part shows each entry of each table at least once. The step `slow` runs the rest. The step `windows` sets
``SYNTAX_GUARD_TEST_WHOLE_GRIDS``, and runs all.
"""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence, Set

    import pytest


def mark_most_as_slow(items: Iterable[pytest.Item]) -> None:
    """Of each test in `items` with the mark `grid`, mark as slow the rows that are not `shown`."""
    if os.environ.get("SYNTAX_GUARD_TEST_WHOLE_GRIDS"):
        return
    marked = (cast("pytest.Function", item) for item in items if item.get_closest_marker("grid"))
    for _, group in groupby(marked, key=lambda item: item.function):
        rows = list(group)
        kept = shown([entries(row) for row in rows])
        for place, row in enumerate(rows):
            if place not in kept:
                row.add_marker("slow")


def entries(row: pytest.Function) -> set[Hashable]:
    """What `row` takes from each of its tables: the parameters of one decorator, with the identity of their values."""
    found: set[Hashable] = set()
    for mark in row.iter_markers("parametrize"):
        names = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
        found.add(tuple((name.strip(), id(row.callspec.params[name.strip()])) for name in names))
    return found


def shown(rows: Sequence[Set[Hashable]]) -> set[int]:
    """The places of few `rows` that have each entry: again and again the row with the most entries that are new."""
    missing = {entry for row in rows for entry in row}
    chosen: set[int] = set()
    while missing:
        place = max(range(len(rows)), key=lambda place: len(missing & rows[place]))
        chosen.add(place)
        missing -= rows[place]
    return chosen
