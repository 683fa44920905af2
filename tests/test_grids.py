"""What the ordinary suite runs of a test whose tables are multiplied."""

from __future__ import annotations

from itertools import product

import pytest

from .grids import shown


@pytest.mark.parametrize("sizes", [(1,), (3, 3), (2, 5), (7, 4), (2, 3, 4), (10, 1, 2)])
def test_each_entry_is_shown_by_no_more_rows_than_needed(sizes: tuple[int, ...]) -> None:
    rows = [set(enumerate(places)) for places in product(*map(range, sizes))]
    chosen = [rows[place] for place in shown(rows)]
    assert set.union(*chosen) == set.union(*rows)
    assert len(chosen) == max(sizes)


def test_an_entry_that_stands_in_one_row_only_is_shown() -> None:
    assert shown([{"a", "x"}, {"a", "y"}, {"b", "y"}, {"c", "y"}]) == {0, 2, 3}


@pytest.mark.grid
@pytest.mark.parametrize("first", [0, 1, 2])
@pytest.mark.parametrize(("second", "same"), [(0, 0), (1, 0)])
def test_a_row_of_a_grid_is_slow_unless_it_is_shown(
    first: int, second: int, same: int, request: pytest.FixtureRequest
) -> None:
    assert same == 0
    assert bool(request.node.get_closest_marker("slow")) == ((first, second) not in {(0, 0), (1, 1), (2, 0)})
